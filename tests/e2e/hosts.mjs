// The hosts that the tests run on, and where they differ. `HOST=node` runs them on the self-hosted node, otherwise they run on
// the workers in workerd.
export const HOST = process.env.HOST ?? "workerd";

/** What only the workers have, and why the node does not. */
const WORKERS_ONLY = {
  flakyConfig: "the node reads published values from its own memory, which does not fail",
  watchedKv: "the node reads published values from its own memory: there are no reads to count",
  slow: "the node publishes in its own database: there is no KV that takes long",
  watchedIssuers: "the node has no objects: the control thread answers for all issuers",
  hasFiles: "the static files are part of the node",
  traps: "the node is native: there is no wasm instance that could trap",
  workers: "this is about how the workers are built and bound to each other",
  objects: "this is about how Durable Objects store",
  shared: "the node's threads share what they know: there is no second edge that lags",
  variables: "the node does not start with an invalid variable, and says which one",
};

/** Why a test is skipped on this host; nothing where it runs. */
export const workersOnly = (what) => {
  if (!(what in WORKERS_ONLY)) throw new Error(`no such difference: ${what}`);
  return HOST === "node" && WORKERS_ONLY[what];
};

/** Where both answer, and differently, and why. */
const DIFFERENT = {
  host: "the node refuses a target of another host than `Host` names, and a `Host` that is none; the platform takes the target's",
  target:
    "the node refuses a target that is more than one word, or has bytes that no request has, with a reason; the platform cuts it, or refuses it without one",
  door: "nothing in front of the node resolves paths: it refuses what would have to be resolved",
  methods:
    "the node has no list of methods: a route has those that it lists; the platform answers 501 to all that it does not know",
  tunnel: "the node refuses CONNECT with a reason; the platform fails",
  framing:
    "the node refuses as 400 what could end in two places; the platform fails with 500, or takes a header's name with a space for another",
  headers: "the node reads 512 headers at most; the platform as many as fit",
  address: "the node knows where a connection comes from, also if no proxy says so",
  query:
    "the node sends a query on as it came; the platform percent-encodes apostrophes and what is not ASCII",
  interim:
    "the node passes over interim answers of origins (RFC 9110, section 15.2); the platform takes them for the answer",
  compression: "the node asks for no compressed answers, and reads none; the platform decompresses them",
};

/** What is expected on this host, where the hosts differ. */
export function differs(what, workers, node) {
  if (!(what in DIFFERENT)) throw new Error(`no such difference: ${what}`);
  return HOST === "node" ? node : workers;
}

/** Fails for options of `startGateway` that the node does not have. */
export function refuseWorkersOptions(options) {
  const used = Object.entries(options).filter(([, value]) => value);
  if (used.length > 0)
    throw new Error(`HOST=node: ${used.map(([name]) => `${name}: ${WORKERS_ONLY[name]}`).join("; ")}`);
}
