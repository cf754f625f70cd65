// What is demanded of the figures of a run.
import { ratio, typical } from "./rounds.mjs";

const MAX_GROWTH_MIB = 64;
const MAX_DRIFT_MIB = 8;
const MAX_SLOWDOWN = 3;
const MAX_DEPLOYED_KIB = 170;
const MAX_NODE_MIB = 40;

/** Each target with what was measured, and whether it is met. A part that did not run has none. */
export function targets({
  warm,
  new: fresh,
  refuse,
  scale,
  cold,
  memory,
  bounds,
  neighbours,
  flood,
  ...node
}) {
  return [
    ...(warm ? warmTargets(warm) : []),
    ...(fresh ? newTargets(fresh) : []),
    ...(warm ? algorithmTargets(warm) : []),
    ...(refuse ? refusalTargets(refuse) : []),
    ...(memory ? memoryTargets(memory) : []),
    ...(bounds ?? []).map(({ name, growth, most }) => atMost(8, `MiB by ${name}`, most, growth, 1)),
    ...(neighbours ? neighbourTargets(neighbours) : []),
    ...(flood ? [atLeast(5, "flood: hits of regular tokens", 0.95, { median: flood.hitRate })] : []),
    ...(cold ? coldTargets(cold) : []),
    ...(scale ? scaleTargets(scale) : []),
    ...(node.node ? nodeTargets(node.node) : []),
    ...(node.nodeScale ? nodeScaleTargets(node.nodeScale) : []),
    ...(node.nodeMemory ? nodeMemoryTargets(node.nodeMemory) : []),
  ];
}

function warmTargets(lines) {
  const of = (base) => rate(lines, "RS256: ours", base);
  return [
    atLeast(1, "warm RS256, of headers by hand", 0.95, of("RS256: headers")),
    atLeast(1, "warm RS256, of hono + jose", 1.4, of("RS256: hono")),
    atLeast(
      7,
      "warm RS256 with an assertion, of without",
      0.93,
      rate(lines, "RS256: asserting", "RS256: ours"),
    ),
    atLeast(
      "18, 5",
      "warm RS256 by session, of by token",
      0.95,
      rate(lines, "RS256: session", "RS256: ours"),
    ),
    figure("warm RS256, of the pass-through", of("RS256: pass")),
  ];
}

function newTargets(lines) {
  return groupsOf(lines)
    .filter((algorithm) => ["RS256", "ES256"].includes(algorithm))
    .flatMap((algorithm) => {
      const of = (base) => rate(lines, `${algorithm}: ours`, `${algorithm}: ${base}`);
      return [
        atLeast(2, `new ${algorithm}, of hono + jose`, 1, of("hono")),
        atLeast(2, `new ${algorithm}, of headers by hand, signature checked`, 0.95, of("check")),
        ...(algorithm === "ES256" ? [ownTarget(lines)] : []),
      ];
    });
}

const ownTarget = (lines) =>
  atLeast(2, "new ES256 of its own issuer, of others", 0.97, rate(lines, "ES256: own", "ES256: ours"));

function algorithmTargets(lines) {
  const least = 0.97 - noise(lines, "RS256: pass", "RS256: pass2");
  return groupsOf(lines)
    .filter((algorithm) => algorithm !== "RS256")
    .map((algorithm) => {
      return atLeast(
        3,
        `warm ${algorithm}, of warm RS256`,
        least,
        rate(lines, `${algorithm}: ours`, "RS256: ours"),
      );
    });
}

function refusalTargets(lines) {
  return groupsOf(lines).map((group) => {
    const least = group === "no token" ? 2 : 1;
    return atLeast(4, `${group}, of hono + jose`, least, rate(lines, `${group}: ours`, `${group}: hono`));
  });
}

function memoryTargets({ growth, drift }) {
  return [
    atMost(5, "memory, MiB: growth", MAX_GROWTH_MIB, growth, 1),
    atMost(5, "memory, MiB: growth over the last half", MAX_DRIFT_MIB, drift, 1),
  ];
}

function neighbourTargets({ alone, results }) {
  const [worst] = results.toSorted((one, other) => other.p99 - one.p99);
  return [atMost(9, `p99 beside ${worst.name}, of p99 alone`, MAX_SLOWDOWN, worst.p99 / alone, 1)];
}

function coldTargets({ ratio: ofPass, deployed }) {
  return [
    atMost(6, "cold start, of the pass-through", 1.7, ofPass, 2),
    atMost(6, "wasm and script, KiB gzipped", MAX_DEPLOYED_KIB, deployed.wasm + deployed.js, 1),
  ];
}

function scaleTargets(lines) {
  const leasts = {
    "100 identity providers": { seen: 0.97, new: 0.9 },
    "1000 routes": { seen: 0.97, new: 0.97 },
  };
  return groupsOf(lines).flatMap((group) => {
    const base = `${group}: 1 identity provider, 10 routes`;
    const spread = noise(lines, base, `${group}: again`);
    return Object.entries(leasts).map(([size, least]) => {
      return atLeast(
        7,
        `${size}, ${group} tokens`,
        least[group] - spread,
        rate(lines, `${group}: ${size}`, base),
      );
    });
  });
}

/** The node's are by CPU time: what makes the load is slower than it. */
function nodeTargets(lines) {
  const of = (name, base) => byCpu(rate(lines, name, base));
  const p99 = (name) => typical(samplesOf(lines, name), "p99");
  return [
    atLeast(
      19,
      "node, warm RS256, of Envoy's jwt_authn with its cache",
      2.4,
      of("seen: node", "seen: envoyCache"),
    ),
    atLeast(19, "node, warm RS256, of the node without tokens", 0.75, of("seen: node", "no token: node")),
    atLeast(19, "node, new RS256, of Envoy's jwt_authn", 1.7, of("new: node", "new: envoyJwt")),
    atMost(
      19,
      "node, p99 of warm, of Envoy's with its cache",
      1,
      p99("seen: node") / p99("seen: envoyCache"),
      2,
    ),
    atMost(19, "node, p99 of new, of Envoy's", 1, p99("new: node") / p99("new: envoyJwt"), 2),
    figure("node without tokens, of plain Envoy", of("no token: node", "no token: envoy")),
  ];
}

function nodeScaleTargets(lines) {
  return lines
    .filter(({ title }) => !title.startsWith("1 project"))
    .map(({ name, group }) => {
      const base = `${group}: 1 project, 1 identity provider, 10 routes`;
      return atLeast(19, `node, ${name}`, 0.95, byCpu(rate(lines, name, base)));
    });
}

function nodeMemoryTargets({ drift, atLast }) {
  return [
    atMost(19, "node, MiB: growth over the last half", MAX_DRIFT_MIB, drift, 1),
    atMost(19, "node, MiB at the end", MAX_NODE_MIB, atLast, 1),
  ];
}

const byCpu = (compared) => ({ ...compared, median: compared.byCpu });

/** By how much two runs of the same thing differ. */
const noise = (lines, one, other) => Math.abs(1 - rate(lines, other, one).median);

function rate(lines, name, base) {
  return ratio(samplesOf(lines, name), samplesOf(lines, base));
}

const samplesOf = (lines, wanted) => lines.find(({ name }) => name === wanted).samples;

const groupsOf = (lines) => [...new Set(lines.map(({ group }) => group))];

const atLeast = (number, what, least, compared) => {
  return {
    ...figure(what, compared),
    number,
    demanded: `≥ ${least.toFixed(3)}`,
    isMet: compared.median >= least,
  };
};

const atMost = (number, what, most, measured, digits) => {
  return { number, what, demanded: `≤ ${most}`, measured: measured.toFixed(digits), isMet: measured <= most };
};

/** What no target is for. */
const figure = (what, { median, byCpu }) => {
  return { number: "", what, demanded: "", measured: median.toFixed(3), byCpu: byCpu?.toFixed(3) };
};
