// What is measured: this worker, its peers, and Envoy.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { startEnvoy } from "./envoy.mjs";
import { startNode } from "./node.mjs";
import { FOLDER, startWorkerd } from "./workerd.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const CONTROL = "control/worker.js";

/** Each worker's title, and how it comes to be. */
const WORKERS = {
  pass: { title: "pass-through", entry: "bench/peers/pass.js" },
  pass2: { title: "pass-through again (A/A)", entry: "bench/peers/pass.js" },
  headers: { title: "headers by hand", entry: "bench/peers/headers.js" },
  check: { title: "headers by hand, signature checked", entry: "bench/peers/check.js" },
  hono: { title: "hono + jose", entry: "bench/peers/hono.js" },
  refuse: { title: "a refusal by hand", entry: "bench/peers/refusal.js" },
  ours: { title: "this worker", entry: "edge/worker.js", control: CONTROL },
  session: { title: "this worker, by session", entry: "edge/worker.js", control: "bench/peers/sessions.js" },
  ours2: { title: "this worker again (A/A)", entry: "edge/worker.js", control: CONTROL },
  // The platform starts a worker when it is needed, and the edge's start needs no control plane: here it would start, too.
  alone: { title: "this worker", entry: "edge/worker.js", control: "elsewhere" },
  counted: {
    title: "this worker",
    entry: "bench/counting-worker.js",
    control: CONTROL,
    entrypoints: ["Checks"],
  },
  wasm: { title: "pass-through with this wasm", entry: "bench/peers/wasm.js", entrypoints: ["Instantiate"] },
  envoy: { title: "Envoy", envoy: "plain" },
  envoyJwt: { title: "Envoy, jwt_authn", envoy: "jwt" },
  envoyCache: { title: "Envoy, jwt_authn with its cache", envoy: "cache" },
  node: { title: "the node", isNode: true },
};

export const titleOf = (worker) => WORKERS[worker].title;

const controlModules = new Map();

/** Starts a worker; `surroundings` are the origin's URL, what KV holds and its address. */
export async function startWorker(name, surroundings) {
  const worker = WORKERS[name];
  if (worker.envoy) return startEnvoy(worker.envoy, surroundings);
  if (worker.isNode) return startNode(surroundings);
  worker.modules ??= await bundle(worker.entry);
  const control = await controlOf(worker);
  return startWorkerd({ ...worker, control }, surroundings);
}

/** The files of a worker's control plane; `"elsewhere"` is that which is not there. */
async function controlOf({ control }) {
  if (!control || control === "elsewhere") return control;
  if (!controlModules.has(control)) controlModules.set(control, await bundle(control));
  return controlModules.get(control);
}

/** Bundles a worker as it would be for deploying: its files by name, the main one first. */
export async function bundle(entry) {
  const name = `${entry.replaceAll(/\W/g, "-")}.js`;
  const modules = { [name]: FOLDER + name };
  const wasm = {
    name: "wasm",
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        const base = path.split("/").at(-1);
        modules[base] = `${resolveDir}/${path}`;
        return { path: `./${base}`, external: true };
      });
    },
  };
  await build({
    entryPoints: [ROOT + entry],
    bundle: true,
    format: "esm",
    target: "es2024",
    outfile: modules[name],
    external: ["cloudflare:*"],
    conditions: ["workerd", "worker"],
    plugins: [wasm],
    logLevel: "error",
  });
  return modules;
}
