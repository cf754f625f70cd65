// The parts of the benchmark that compare rates: who runs, with which requests.
import { corpus } from "./corpus.mjs";
import { CLIENTS } from "./documents.mjs";
import { cookiesFor } from "./sessions.mjs";
import { compare } from "./comparison.mjs";

const WARM_TOKENS = 250;
const WARM_CONNECTIONS = 64;

/** Tokens that were seen before. */
export async function warm(environment, size, say) {
  const contestants = [];
  for (const algorithm of size.algorithms) {
    const tokens = { file: await corpus(algorithm, size.tokens), count: WARM_TOKENS };
    const again = algorithm === "RS256" ? ["pass2"] : [];
    for (const worker of ["pass", ...again, "headers", "check", "hono", "ours"]) {
      contestants.push({ group: algorithm, worker, tokens });
    }
    if (algorithm === "RS256") {
      const asserting = { name: "asserting", title: "this worker, with an assertion" };
      contestants.push({
        group: algorithm,
        worker: "ours",
        ...asserting,
        documents: { audience: "bench" },
        tokens,
      });
      const { file, sessions } = cookiesFor(tokens.file, WARM_TOKENS);
      contestants.push({
        group: algorithm,
        worker: "session",
        documents: { sessions },
        tokens: { ...tokens, file, areCookies: true },
      });
    }
  }
  return compare(environment, contestants, { ...size, connections: WARM_CONNECTIONS, say });
}

/** Every token is new: those who look at it start anew for each measurement. */
export async function fresh(environment, size, say) {
  const contestants = [];
  for (const algorithm of size.algorithms) {
    const tokens = { file: await corpus(algorithm, size.tokens), count: size.tokens };
    contestants.push({ group: algorithm, worker: "pass", tokens });
    for (const worker of ["check", "hono", "ours"]) {
      contestants.push({ group: algorithm, worker, tokens, isNew: true });
    }
    if (algorithm === "ES256") {
      const own = { name: "own", title: "this worker, tokens of its own issuer" };
      const file = await corpus(algorithm, size.tokens, "byGateway");
      contestants.push({
        group: algorithm,
        worker: "ours",
        ...own,
        documents: { hasAccounts: true },
        tokens: { ...tokens, file },
        isNew: true,
      });
    }
  }
  return compare(environment, contestants, { ...size, connections: CLIENTS, say });
}

/** Requests that are refused; the pass-through lets them pass. */
export async function refusing(environment, size, say) {
  const field = (group, refusing, tokens) => [
    { group, worker: "pass", tokens },
    ...refusing.map((worker) => ({ group, worker, tokens, isRefused: true })),
  ];
  const contestants = field("no token", ["refuse", "hono", "ours"]);
  for (const algorithm of size.algorithms) {
    const group = `${algorithm}, wrong signature`;
    const tokens = { file: await corpus(algorithm, size.tokens), count: size.tokens, isTampered: true };
    contestants.push(...field(group, ["hono", "ours"], tokens));
    if (algorithm !== "RS256") continue;
    contestants.push(...field(`${group}, seen before`, ["hono", "ours"], { ...tokens, count: WARM_TOKENS }));
  }
  return compare(environment, contestants, { ...size, connections: WARM_CONNECTIONS, say });
}

/** Larger documents. */
export async function scaling(environment, size, say) {
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
  return compare(environment, contestants, { ...size, connections: WARM_CONNECTIONS, say });
}

/** The node against Envoy: without tokens, with those that were seen before, and with new ones. */
export async function node(environment, size, say) {
  const file = await corpus("RS256", size.tokens);
  const [seen, unseen] = [WARM_TOKENS, size.tokens].map((count) => ({ file, count }));
  const contestants = [
    { group: "no token", worker: "envoy", tokens: seen },
    { group: "no token", worker: "node", documents: { isPublic: true }, tokens: seen },
    { group: "seen", worker: "envoyJwt", tokens: seen },
    { group: "seen", worker: "envoyCache", tokens: seen },
    { group: "seen", worker: "node", tokens: seen },
    { group: "new", worker: "envoyJwt", tokens: unseen, isNew: true },
    { group: "new", worker: "envoyCache", tokens: unseen, isNew: true },
    { group: "new", worker: "node", tokens: unseen, isNew: true },
  ];
  return compare(environment, contestants, { ...size, connections: WARM_CONNECTIONS, say });
}

/** The node with larger documents. */
export async function nodeScaling(environment, size, say) {
  const file = await corpus("RS256", size.tokens);
  const sizes = {
    "1 project, 1 identity provider, 10 routes": {},
    again: { idps: 1 },
    "10000 projects": { projects: 10_000 },
    "100 identity providers": { idps: 100 },
    "1000 routes": { routes: 1000 },
  };
  const contestants = ["seen", "new"].flatMap((group) =>
    Object.entries(sizes).map(([title, documents]) => {
      const isNew = group === "new";
      const tokens = { file, count: isNew ? size.tokens : WARM_TOKENS };
      return { group, worker: "node", name: title, title, documents, tokens, isNew };
    }),
  );
  return compare(environment, contestants, { ...size, connections: WARM_CONNECTIONS, say });
}
