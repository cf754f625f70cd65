// The parts of the benchmark that compare rates: who runs, with which requests.
import { ask } from "./ask.mjs";
import { corpus } from "./corpus.mjs";
import { CLIENTS, PATH } from "./documents.mjs";
import { load } from "./load.mjs";
import { alternate } from "./rounds.mjs";
import { titleOf } from "./workers.mjs";

const WARM_TOKENS = 250;
const WARM_CONNECTIONS = 64;
const WARM_UP_SECONDS = 1;

/** Tokens that were seen before. */
export async function warm(stage, size, say) {
  const contestants = [];
  for (const algorithm of size.algorithms) {
    const tokens = { file: await corpus(algorithm, size.tokens), count: WARM_TOKENS };
    const again = algorithm === "RS256" ? ["pass2"] : [];
    for (const worker of ["pass", ...again, "headers", "check", "hono", "ours"]) {
      contestants.push({ group: algorithm, worker, tokens });
    }
  }
  return race(stage, contestants, { ...size, connections: WARM_CONNECTIONS, say });
}

/** Every token is new: those who look at it start anew for each measurement. */
export async function fresh(stage, size, say) {
  const contestants = [];
  for (const algorithm of size.newAlgorithms) {
    const tokens = { file: await corpus(algorithm, size.tokens), count: size.tokens };
    contestants.push({ group: algorithm, worker: "pass", tokens });
    for (const worker of ["check", "hono", "ours"]) {
      contestants.push({ group: algorithm, worker, tokens, isNew: true });
    }
  }
  return race(stage, contestants, { ...size, connections: CLIENTS, say });
}

/** Requests that are refused. */
export async function refusing(stage, size, say) {
  const contestants = [{ group: "no token", worker: "pass" }];
  for (const worker of ["refuse", "hono", "ours"])
    contestants.push({ group: "no token", worker, isRefused: true });
  for (const algorithm of size.algorithms) {
    const tokens = { file: await corpus(algorithm, size.tokens), count: size.tokens, isTampered: true };
    const group = `${algorithm}, wrong signature`;
    contestants.push({ group, worker: "pass", tokens });
    for (const worker of ["hono", "ours"]) contestants.push({ group, worker, tokens, isRefused: true });
    if (algorithm !== "RS256") continue;
    const again = { ...tokens, count: WARM_TOKENS };
    for (const worker of ["pass", "hono", "ours"]) {
      contestants.push({ group: `${group} again`, worker, tokens: again, isRefused: worker !== "pass" });
    }
  }
  return race(stage, contestants, { ...size, connections: WARM_CONNECTIONS, say });
}

/** Larger documents. */
export async function scaling(stage, size, say) {
  const file = await corpus("RS256", size.tokens);
  const sizes = [
    ["1 identity provider, 10 routes", { idps: 1, routes: 10 }],
    ["100 identity providers", { idps: 100, routes: 10 }],
    ["1000 routes", { idps: 1, routes: 1000 }],
  ];
  const contestants = [];
  for (const [group, isNew] of [
    ["seen", false],
    ["new", true],
  ]) {
    const tokens = { file, count: isNew ? size.tokens : WARM_TOKENS };
    for (const [title, documents] of sizes) {
      contestants.push({ group, worker: "ours", name: title, title, documents, tokens, isNew });
    }
    const [[title, documents]] = sizes;
    contestants.push({
      group,
      worker: "ours2",
      name: "again",
      title: `${title}, again (A/A)`,
      documents,
      tokens,
      isNew,
    });
  }
  return race(stage, contestants, { ...size, connections: WARM_CONNECTIONS, say });
}

/** Envoy against itself. */
export async function envoy(stage, size, say) {
  const tokens = { file: await corpus("RS256", size.tokens), count: WARM_TOKENS };
  const contestants = ["envoy", "envoyJwt", "envoyCache"].map((worker) => ({
    group: "RS256",
    worker,
    tokens,
  }));
  return race(stage, contestants, { ...size, connections: WARM_CONNECTIONS, say });
}

/**
 * Measures contestants in alternation. Those of the same worker and documents share a process, unless they are `isNew`.
 * Gives the samples by contestant; the first one of a group is what the others of it are compared with.
 */
async function race(stage, contestants, { rounds, seconds, connections, firstToken, say }) {
  const start = async ({ worker, documents }) => {
    const running = await stage.start(worker, { documents });
    // What it reads at its first request is not what is measured.
    await ask(running.url, PATH, firstToken);
    return running;
  };
  const shared = new Map();
  const processOf = async (contestant) => {
    const key = JSON.stringify([contestant.worker, contestant.documents]);
    if (!shared.has(key)) shared.set(key, await start(contestant));
    return shared.get(key);
  };
  const request = ({ tokens, isRefused }) => ({ path: PATH, connections, tokens, isRefused });

  const measureNew = async (contestant) => {
    const { tokens } = contestant;
    const running = await start(contestant);
    try {
      const before = await load(running, { ...request(contestant), seconds: WARM_UP_SECONDS });
      const first = before.requests + connections;
      const left = { ...tokens, first, count: tokens.count - first };
      const sample = await load(running, { ...request(contestant), seconds, tokens: left });
      if (sample.requests > left.count)
        throw new Error(`${tokens.count} tokens are too few for this machine`);
      return sample;
    } finally {
      await running.stop();
    }
  };

  const byName = Object.fromEntries(
    contestants.map((one) => [`${one.group}: ${one.name ?? one.worker}`, one]),
  );
  try {
    for (const contestant of contestants.filter(({ isNew }) => !isNew)) {
      await load(await processOf(contestant), { ...request(contestant), seconds: WARM_UP_SECONDS });
    }
    const samples = await alternate(Object.keys(byName), rounds, say, async (name) => {
      const contestant = byName[name];
      if (contestant.isNew) return measureNew(contestant);
      return load(await processOf(contestant), { ...request(contestant), seconds });
    });
    return Object.entries(byName).map(([name, { group, worker, title = titleOf(worker) }]) => {
      return { name, group, title, samples: samples[name] };
    });
  } finally {
    for (const running of shared.values()) await running.stop();
  }
}
