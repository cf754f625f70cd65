// The built workers of both planes in workerd, with KV in memory, on a free port of their own.
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare } from "miniflare";
import { HOST, refuseWorkersOptions } from "./hosts.mjs";
import { TRUSTED_PROXY, startNode } from "./node.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

// KV whose reads fail while its key `fails` exists, and every other write while `fails-to-write` does. The worker sees
// it under the name of the real binding.
const FLAKY_KV = `let writes = 0; export default ({ KV }) => ({
  async get(...parameters) {
    if (await KV.get("fails")) throw new Error("KV GET failed: 500 Internal Server Error");
    return KV.get(...parameters);
  },
  getWithMetadata: (...parameters) => KV.getWithMetadata(...parameters),
  async put(...parameters) {
    if ((await KV.get("fails-to-write")) && (writes += 1) % 2) throw new Error("KV PUT failed: 500 Internal Server Error");
    return KV.put(...parameters);
  },
  list: (...parameters) => KV.list(...parameters),
  delete: (...parameters) => KV.delete(...parameters),
});`;

// KV that tells the log what is read.
const WATCHED_KV = `export default ({ KV }) => {
  const told = (method) => (key, ...parameters) => {
    console.log("kv_read " + key);
    return KV[method](key, ...parameters);
  };
  return {
    get: told("get"),
    getWithMetadata: told("getWithMetadata"),
    put: (...parameters) => KV.put(...parameters),
    list: (...parameters) => KV.list(...parameters),
    delete: (...parameters) => KV.delete(...parameters),
  };
}`;

// KV that deletes nothing while its key `holds-deletes` exists, writes nothing while `holds-puts` does, and then fails to
// write while `fails-to-write` does.
const SLOW_KV = `export default ({ KV }) => {
  const held = async (method, key, value) => {
    console.log("kv_" + method + " " + key);
    const holds = (part) => part === "yes" || (part && value?.includes(part));
    while (holds(await KV.get("holds-" + method + "s"))) await scheduler.wait(20);
  };
  return {
    get: (...parameters) => KV.get(...parameters),
    getWithMetadata: (...parameters) => KV.getWithMetadata(...parameters),
    list: (...parameters) => KV.list(...parameters),
    async put(key, ...parameters) {
      await held("put", key, parameters[0]);
      if (await KV.get("fails-to-write")) throw new Error("KV PUT failed: 500 Internal Server Error");
      return KV.put(key, ...parameters);
    },
    async delete(key) {
      await held("delete", key);
      return KV.delete(key);
    },
  };
}`;

// The issuers' objects, where the log has a line for each question. That of an issuer `…/silent` never answers.
const WATCHED_ISSUERS = `class DurableObjectNamespace {
  constructor(issuers) {
    this.issuers = issuers;
  }
  getByName(name) {
    const object = this.issuers.get(this.issuers.idFromName(name));
    return {
      fetch(request) {
        console.log("issuer_asked " + name);
        // A promise that nothing will fulfil would be noticed by the runtime, which answers at once.
        return name.endsWith("/silent") ? scheduler.wait(3_600_000) : object.fetch(request);
      },
    };
  }
}
export default ({ ISSUERS }) => new DurableObjectNamespace(ISSUERS);`;

/** Where clients reach the gateway, as its own issuer says, and what seals that issuer's keys. */
export const PUBLIC_URL = "https://gateway.example.com";
export const SEALING_KEY = Buffer.from("the-sealing-key-of-all-the-tests").toString("base64url");

/** What seals the keys for assertions, in both workers. */
export const EDGE_SEALING_KEY = Buffer.from("edge-sealing-key-of-all-my-tests").toString("base64url");

const EDGE = "edge-authorizer";
const CONTROL = "edge-authorizer-control";

// The static files, behind the control plane as in its wrangler.toml.
const ASSETS = {
  directory: `${ROOT}www`,
  binding: "ASSETS",
  routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
};

/**
 * Starts the edge and the control plane. `config` and `jwks` are the values that KV holds, by key; `bindings` are variables
 * and secrets of both, except for the administrator's tokens and those of the gateway's own issuer, which only the control plane has;
 * `edgeBindings` are those of the edge alone; with `flakyConfig`, the
 * namespace CONFIG fails while it is told to; with `watchedKv`, the log has a line `kv_read <key>` for each value that is
 * read; with `slow`, the namespace of that name deletes or writes nothing (or no value that contains a text) while it is told so, and the log has a line
 * `kv_delete <key>` or `kv_put <key>`; with `watchedIssuers`, it has a line `issuer_asked <issuer>` for each question to an
 * issuer's object, and that of an issuer whose name ends with `/silent` never answers; without `hasFiles` there are no static
 * files; `persist` is a folder that outlives the workers; `outbound` answers the requests that the workers make, instead of
 * the network; with `hasSecond`, a second edge shares KV and the control plane with the first, and `secondUrl` is its
 * socket; `port` is that of `url`; with `traps`, a header makes the wasm trap (trapping.js); with `isTimed`, a header sets the
 * workers' clocks (timed.js); a node's can always be set.
 * `url` is the edge's own socket, where a request's target arrives as it was sent (workerd's socket style `proxy`);
 * `doorUrl` is the development server's front door, which resolves it. With HOST=node it is a node (node.mjs), which lacks what
 * `hosts.mjs` lists.
 */
export async function startGateway({
  traps = false,
  isTimed = false,
  config = {},
  jwks = {},
  bindings = {},
  edgeBindings = {},
  flakyConfig = false,
  watchedKv = false,
  slow,
  watchedIssuers = false,
  hasFiles = true,
  persist,
  outbound,
  hasSecond = false,
  port = 0,
} = {}) {
  if (HOST === "node") {
    refuseWorkersOptions({
      traps,
      flakyConfig,
      watchedKv,
      slow,
      watchedIssuers,
      hasFiles: !hasFiles,
    });
    const variables = { PUBLIC_URL, SEALING_KEY, EDGE_SEALING_KEY, ...bindings, ...edgeBindings };
    return startNode({ variables, config, jwks, outbound, persist, port });
  }
  const lines = [];
  const wrapped = flakyConfig ? ["CONFIG"] : watchedKv ? ["CONFIG", "JWKS"] : slow ? [slow] : [];
  const wrappers = wrapped.map((namespace) => ({
    name: `wrapped-${namespace}`,
    modules: true,
    script: flakyConfig ? FLAKY_KV : watchedKv ? WATCHED_KV : SLOW_KV,
    kvNamespaces: { KV: namespace },
  }));
  const issuers = { className: "IssuerObject", useSQLite: true };
  if (watchedIssuers) {
    wrappers.push({
      name: "wrapped-ISSUERS",
      modules: true,
      script: WATCHED_ISSUERS,
      durableObjects: { ISSUERS: { ...issuers, scriptName: CONTROL } },
    });
  }
  const common = {
    modules: true,
    modulesRoot: ROOT,
    modulesRules: [
      { type: "ESModule", include: ["**/*.js"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
    ],
    compatibilityDate: "2026-04-01",
    kvNamespaces: ["CONFIG", "JWKS"].filter((namespace) => !wrapped.includes(namespace)),
    wrappedBindings: Object.fromEntries(wrappers.map(({ name }) => [name.replace("wrapped-", ""), name])),
    outboundService: outbound,
  };
  const variant = (traps && "trapping") || (isTimed && "timed");
  const scriptOf = (plane) => ROOT + (variant ? `tests/e2e/${variant}-${plane}.js` : `${plane}/worker.js`);
  const { ADMIN_TOKEN, ADMIN_TOKEN_PREVIOUS, SEALING_KEY: _, SEALING_KEY_PREVIOUS, ...variables } = bindings;
  const edge = {
    ...common,
    name: EDGE,
    scriptPath: scriptOf("edge"),
    bindings: { EDGE_SEALING_KEY, ...variables, ...edgeBindings },
    serviceBindings: {
      CONTROL,
      CONTROL_QUESTIONS: { name: CONTROL, entrypoint: "Questions" },
    },
    unsafeDirectSockets: [{ host: "127.0.0.1", port, proxy: true }],
  };
  const control = {
    ...common,
    name: CONTROL,
    scriptPath: scriptOf("control"),
    bindings: { PUBLIC_URL, SEALING_KEY, EDGE_SEALING_KEY, ...bindings },
    durableObjects: {
      ...(watchedIssuers ? { UNWATCHED_ISSUERS: issuers } : { ISSUERS: issuers }),
      PROJECTS: { className: "ProjectObject", useSQLite: true },
      REGISTRY: { className: "RegistryObject", useSQLite: true },
      DIRECTORY: { className: "DirectoryObject", useSQLite: true },
      SIGNING_KEYS: { className: "SigningKeysObject", useSQLite: true },
    },
    assets: hasFiles ? ASSETS : undefined,
  };
  const edges = hasSecond
    ? [edge, { ...edge, name: "second", unsafeDirectSockets: [{ host: "127.0.0.1", port: 0, proxy: true }] }]
    : [edge];
  const miniflare = new Miniflare({
    rootPath: ROOT,
    kvPersist: persist ? `${persist}/kv` : false,
    durableObjectsPersist: persist ? `${persist}/objects` : false,
    log: new Log(LogLevel.ERROR),
    handleRuntimeStdio: (stdout, stderr) => {
      for (const stream of [stdout, stderr]) {
        let rest = "";
        stream.setEncoding("utf8").on("data", (chunk) => {
          const parts = (rest + chunk).split("\n");
          rest = parts.pop();
          lines.push(...parts);
        });
      }
    },
    workers: [...edges, control, ...wrappers],
  });
  const doorUrl = (await miniflare.ready).origin;
  const [url, secondUrl] = await Promise.all(
    edges.map(async ({ name }) => (await miniflare.unsafeGetDirectURL(name)).origin),
  );
  const namespace = (name) =>
    wrapped.includes(name)
      ? miniflare.getKVNamespace("KV", `wrapped-${name}`)
      : miniflare.getKVNamespace(name, EDGE);
  const gateway = {
    url,
    secondUrl,
    doorUrl,
    /** The lines that the workers have logged so far. */
    lines,
    /** The same as text. */
    log: () => lines.join("\n"),
    put: async (name, key, value) =>
      (await namespace(name)).put(key, typeof value === "string" ? value : JSON.stringify(value)),
    get: async (name, key) => (await namespace(name)).get(key),
    delete: async (name, key) => (await namespace(name)).delete(key),
    /** When a key expires, in seconds since 1970, if it does. */
    expiration: async (name, key) =>
      (await (await namespace(name)).list({ prefix: key })).keys.find((listed) => listed.name === key)
        ?.expiration,
    close: () => miniflare.dispose(),
  };
  for (const [key, value] of Object.entries(config)) await gateway.put("CONFIG", key, value);
  for (const [key, value] of Object.entries(jwks)) await gateway.put("JWKS", key, value);
  return gateway;
}

/** Sends a request whose target reaches the server as written; `fetch` would resolve it first. */
export function send(url, path, { method = "GET", headers = {}, body, agent = false } = {}) {
  const { protocol, hostname, port } = new URL(url);
  const request = protocol === "https:" ? secureRequest : plainRequest;
  // Node frames the body of some methods only if it is told the length.
  if (body !== undefined) headers = { "content-length": Buffer.byteLength(body), ...headers };
  const proxy = HOST === "node" ? asProxy(headers) : {};
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers, agent, ...proxy }, async (response) => {
      const chunks = [];
      try {
        for await (const chunk of response) chunks.push(chunk);
      } catch (error) {
        return reject(error);
      }
      const text = Buffer.concat(chunks).toString();
      const { statusCode: status, headers } = response;
      resolve({ status, headers, text, json: () => JSON.parse(text) });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** How a node's trusted proxy tells it the client's address, which Cloudflare tells the workers. */
function asProxy({ "cf-connecting-ip": address, ...headers }) {
  if (address === undefined) return {};
  return { localAddress: TRUSTED_PROXY, headers: { ...headers, "x-forwarded-for": address } };
}

/** Sends bytes as they are and returns what came back until the connection closed. */
export function sendRaw(url, bytes) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port }, () => socket.end(bytes));
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}
