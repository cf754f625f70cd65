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
  outbound: "nothing stands between the node and the network",
  isTimed: "the node is native: its clock is the machine's",
  traps: "the node is native: there is no wasm instance that could trap",
  workers: "this is about how the workers are built and bound to each other",
  objects: "this is about how Durable Objects store",
  elsewhere: "the node refuses a target of another host than `Host` names",
  interim: "the node answers `Expect` itself, and passes over interim answers of origins",
  variables: "the node does not start with an invalid variable, and says which one",
};

/** Why a test is skipped on this host; nothing where it runs. */
export const workersOnly = (what) => {
  if (!(what in WORKERS_ONLY)) throw new Error(`no such difference: ${what}`);
  return HOST === "node" && WORKERS_ONLY[what];
};

/** Fails for options of `startGateway` that the node does not have. */
export function refuseWorkersOptions(options) {
  const used = Object.entries(options).filter(([, value]) => value);
  if (used.length > 0)
    throw new Error(`HOST=node: ${used.map(([name]) => `${name}: ${WORKERS_ONLY[name]}`).join("; ")}`);
}
