// The built worker in workerd, with KV in memory, on a free port of its own.
import { request } from "node:http";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare } from "miniflare";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Starts the worker. `config` and `jwks` are the values that KV holds, by key; `bindings` are variables and secrets.
 * `url` is the worker's own socket, where a request's target arrives as it was sent (workerd's socket style `proxy`);
 * `doorUrl` is the development server's front door, which resolves it.
 */
export async function startGateway({ config = {}, jwks = {}, bindings = {} } = {}) {
  const lines = [];
  const miniflare = new Miniflare({
    modules: true,
    modulesRoot: ROOT,
    modulesRules: [
      { type: "ESModule", include: ["**/*.js"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
    ],
    scriptPath: `${ROOT}edge/worker.js`,
    rootPath: ROOT,
    compatibilityDate: "2026-04-01",
    kvNamespaces: ["CONFIG", "JWKS"],
    bindings,
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0, proxy: true }],
    log: new Log(LogLevel.ERROR),
    handleRuntimeStdio: (stdout, stderr) => {
      for (const stream of [stdout, stderr]) stream.on("data", (chunk) => lines.push(chunk.toString()));
    },
  });
  const doorUrl = (await miniflare.ready).origin;
  const url = (await miniflare.unsafeGetDirectURL()).origin;
  const gateway = {
    url,
    doorUrl,
    /** What the worker has logged so far. */
    log: () => lines.join(""),
    put: async (namespace, key, value) => {
      const kv = await miniflare.getKVNamespace(namespace);
      await kv.put(key, typeof value === "string" ? value : JSON.stringify(value));
    },
    get: async (namespace, key) => (await miniflare.getKVNamespace(namespace)).get(key),
    delete: async (namespace, key) => (await miniflare.getKVNamespace(namespace)).delete(key),
    close: () => miniflare.dispose(),
  };
  for (const [key, value] of Object.entries(config)) await gateway.put("CONFIG", key, value);
  for (const [key, value] of Object.entries(jwks)) await gateway.put("JWKS", key, value);
  return gateway;
}

/** Sends a request whose target reaches the server as written; `fetch` would resolve it first. */
export function send(url, path, { method = "GET", headers = {}, body } = {}) {
  const { hostname, port } = new URL(url);
  // Node frames the body of some methods only if it is told the length.
  if (body !== undefined) headers = { "content-length": Buffer.byteLength(body), ...headers };
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers, agent: false }, async (response) => {
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
