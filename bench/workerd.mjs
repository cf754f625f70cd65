// `workerd serve`, a process for each worker that is measured. All have the same `fetch`, variables and KV, the same kind of
// socket and the same core of the machine, and write their log to /dev/null. Only this worker has a control plane: a second
// worker in the same process, which has the Durable Objects.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { unstable_readConfig as readConfig } from "wrangler";
import { NAMESPACE_HEADER } from "./kv.mjs";
import { launch, WORKER_CORE } from "./processes.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const WORKERD = `${ROOT}node_modules/workerd/bin/workerd`;
export const FOLDER = `${ROOT}target/bench/`;

/** What this worker and its control plane are deployed with. */
const DEPLOYED = readConfig({ config: `${ROOT}wrangler.toml` });
const CONTROL = readConfig({ config: `${ROOT}control/wrangler.toml` });
const NAMESPACES = DEPLOYED.kv_namespaces.map(({ binding }) => binding);

let count = 0;

/**
 * Starts a worker. `modules` are its files by name, the main one first; `entrypoints` get a socket of their own. `control`
 * are the files of its control plane if it has one; `"elsewhere"` is one that is not in this process and does not answer.
 * `log` is given what they log, if it is there.
 */
export async function startWorkerd(
  { modules, control, entrypoints = [] },
  { originUrl, kvAddress, variables = {}, log },
) {
  mkdirSync(FOLDER, { recursive: true });
  const name = `${process.pid}-${(count += 1)}`;
  const [file, disk] = [`${FOLDER}${name}.capnp`, `${FOLDER}${name}-objects`];
  if (control) mkdirSync(disk);
  writeFileSync(file, config({ modules, control, disk, entrypoints, originUrl, kvAddress, variables }));
  const began = performance.now();
  const command = [WORKERD, "serve", "--control-fd=3", file];
  const { child, gone, stop } = launch(WORKER_CORE, command, [
    "ignore",
    log ? "pipe" : "ignore",
    "pipe",
    "pipe",
  ]);
  if (log) child.stdout.on("data", (chunk) => log(chunk.toString()));
  let complaints = "";
  child.stderr.on("data", (chunk) => (complaints += chunk));
  const ports = await Promise.race([listening(child.stdio[3], 1 + entrypoints.length), gone]);
  const listenedAfter = performance.now() - began;
  rmSync(file);
  gone.then(() => rmSync(disk, { recursive: true, force: true }));
  if (!ports.main) throw new Error(`workerd does not start: ${complaints}`);
  const url = (socket) => `http://127.0.0.1:${ports[socket]}`;
  return {
    url: url("main"),
    urlOf: url,
    pid: child.pid,
    began,
    listenedAfter,
    complaints: () => complaints,
    stop,
  };
}

/** The ports by the names of the sockets, once there are so many. */
function listening(control, sockets) {
  const ports = {};
  let lines = "";
  return new Promise((resolve) => {
    control.on("data", (chunk) => {
      lines += chunk;
      for (const line of lines.split("\n").slice(0, -1)) {
        const { socket, port } = JSON.parse(line);
        ports[socket] = port;
      }
      if (Object.keys(ports).length === sockets) resolve(ports);
    });
  });
}

const text = JSON.stringify;
const list = (items) => `[\n    ${items.join(",\n    ")}\n  ]`;

function config({ modules, control, disk, entrypoints, originUrl, kvAddress, variables: more }) {
  const isElsewhere = control === "elsewhere";
  const namespaces = NAMESPACES.map((name) => {
    const header = `(name = ${text(NAMESPACE_HEADER)}, value = ${text(name)})`;
    const http = `(injectRequestHeaders = [${header}])`;
    return `(name = ${text(name)}, external = (address = ${text(kvAddress)}, http = ${http}))`;
  });
  const sockets = ["main", ...entrypoints].map((name) => {
    const entrypoint = name === "main" ? "" : `, entrypoint = ${text(name)}`;
    return `(name = ${text(name)}, address = "127.0.0.1:0", http = (), service = (name = "main"${entrypoint}))`;
  });
  const services = (control ? DEPLOYED.services : []).map(({ binding, entrypoint }) => {
    const named = entrypoint && !isElsewhere ? `, entrypoint = ${text(entrypoint)}` : "";
    return `(name = ${text(binding)}, service = (name = "control"${named}))`;
  });
  const { bindings: objects } = CONTROL.durable_objects;
  const storages = objects.map(
    ({ class_name: type }) => `(className = ${text(type)}, uniqueKey = ${text(type)}, enableSql = true)`,
  );
  const ofObjects = objects.map(
    ({ name, class_name: type }) => `(name = ${text(name)}, durableObjectNamespace = ${text(type)})`,
  );
  const worker = describe({
    deployed: DEPLOYED,
    modules,
    more: { ORIGIN: originUrl, ...more },
    bindings: services,
  });
  const workers = [`const worker :Workerd.Worker = ${worker};`];
  if (control && !isElsewhere) {
    const storage = `
  durableObjectNamespaces = ${list(storages)},
  durableObjectStorage = (localDisk = "disk"),`;
    const parts = { deployed: CONTROL, modules: control, more, bindings: ofObjects, storage };
    workers.push(`const control :Workerd.Worker = ${describe(parts)};`);
  }
  const ofControl = [
    `(name = "control", worker = .control)`,
    `(name = "disk", disk = (path = ${text(disk)}, writable = true))`,
  ];
  const elsewhere = [`(name = "control", external = (address = "127.0.0.1:9", http = ()))`];
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = ${list([
    `(name = "main", worker = .worker)`,
    ...(isElsewhere ? elsewhere : control ? ofControl : []),
    `(name = "internet", network = (allow = ["public", "private"]))`,
    ...namespaces,
  ])},
  sockets = ${list(sockets)}
);

${workers.join("\n\n")}
`;
}

function describe({ deployed, modules, more, bindings, storage = "" }) {
  const files = Object.entries(modules).map(([name, file]) => {
    const kind = name.endsWith(".wasm") ? "wasm" : "esModule";
    return `(name = ${text(name)}, ${kind} = embed ${text(relative(FOLDER, file))})`;
  });
  const variables = Object.entries({ ...deployed.vars, ...more });
  const all = [
    ...variables.map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
    ...NAMESPACES.map((name) => `(name = ${text(name)}, kvNamespace = ${text(name)})`),
    ...bindings,
  ];
  return `(
  modules = ${list(files)},
  compatibilityDate = ${text(deployed.compatibility_date)},${storage}
  bindings = ${list(all)}
)`;
}
