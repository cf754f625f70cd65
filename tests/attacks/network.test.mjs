// A name that resolves to loopback, which the workers cannot see: self-hosted, workerd's `network.allow` stops it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { close, listen } from "../../demo/origin.mjs";
import { send } from "../e2e/gateway.mjs";
import { ENTRY, bearer } from "../e2e/project.mjs";
import { publicJwk } from "../e2e/tokens.mjs";

/** The runtime that miniflare brings. */
const { default: WORKERD } = createRequire(createRequire(import.meta.url).resolve("miniflare"))("workerd");
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ROUTES = [
  { path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } },
  { path: "/public/{*rest}", origin: "origin", public: true },
];

/** KV as workerd asks for it: over HTTP, here from a binding. What is written is lost. */
const KV = `export default {
  fetch(request, { VALUES }) {
    if (request.method === "PUT") return new Response();
    const value = VALUES[decodeURIComponent(new URL(request.url).pathname.slice(1))];
    return new Response(value && JSON.stringify(value), { status: value ? 200 : 404 });
  },
};`;

const quoted = (value) => JSON.stringify(JSON.stringify(value));

const modules = (worker) => `[
        (name = "worker.js", esModule = embed "${worker}/worker.js"),
        (name = "build/index.js", esModule = embed "${worker}/build/index.js"),
        (name = "build/index_bg.wasm", wasm = embed "${worker}/build/index_bg.wasm"),
      ]`;

/** The workers as somebody would run them themselves. `insecure` lifts the control plane's own rule, as for any other name. */
const config = ({ allow, values, insecure }) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "internet", network = (allow = ${JSON.stringify(allow)})),
    (name = "disk", disk = (path = "objects", writable = true)),
    (name = "kv", worker = (
      modules = [(name = "kv.js", esModule = embed "kv.js")],
      compatibilityDate = "2026-04-01",
      bindings = [(name = "VALUES", json = ${quoted(values)})],
    )),
    (name = "edge", worker = (
      modules = ${modules("edge")},
      compatibilityDate = "2026-04-01",
      bindings = [
        (name = "CONFIG", kvNamespace = "kv"),
        (name = "JWKS", kvNamespace = "kv"),
        (name = "CONTROL", service = "control"),
        (name = "CONTROL_QUESTIONS", service = (name = "control", entrypoint = "Questions")),
      ],
    )),
    (name = "control", worker = (
      modules = ${modules("control")},
      compatibilityDate = "2026-04-01",
      durableObjectNamespaces = [(className = "IssuerObject", uniqueKey = "issuers", enableSql = true)],
      durableObjectStorage = (localDisk = "disk"),
      bindings = [
        (name = "CONFIG", kvNamespace = "kv"),
        (name = "JWKS", kvNamespace = "kv"),
        (name = "ISSUERS", durableObjectNamespace = "IssuerObject"),
        (name = "INSECURE_ISSUER_HOSTS", text = "${insecure}"),
      ],
    )),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "edge")],
);`;

describe("a name that resolves to loopback", () => {
  let server, folder, headers, connections, values, insecure;

  before(async () => {
    server = createServer((request, response) => {
      const [issuer] = `http://${request.headers.host}${request.url}`.split("/.well-known/");
      response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys`, keys: [publicJwk("ec256-1")] }));
    });
    server.on("connection", () => (connections += 1));
    await listen(server, 0);
    insecure = `localhost:${server.address().port}`;
    const iss = `http://${insecure}`;
    headers = await bearer({ iss });
    values = {
      gateway: { origins: { origin: { url: iss } }, routes: ROUTES },
      "project/p1": { version: 1, idps: [{ ...ENTRY, iss }] },
    };
    folder = mkdtempSync(join(tmpdir(), "edge-authorizer-"));
    for (const worker of ["edge", "control"]) {
      cpSync(`${ROOT}${worker}/worker.js`, join(folder, worker, "worker.js"));
      cpSync(`${ROOT}${worker}/build`, join(folder, worker, "build"), { recursive: true });
    }
    writeFileSync(join(folder, "kv.js"), KV);
  });

  after(async () => {
    if (server) await close(server);
    if (folder) rmSync(folder, { recursive: true });
  });

  /** What a request comes to under a policy: the answer, and whether the server on loopback noticed anything. */
  async function ask(allow, path, options) {
    rmSync(join(folder, "objects"), { recursive: true, force: true });
    mkdirSync(join(folder, "objects"));
    writeFileSync(join(folder, "config.capnp"), config({ allow, values, insecure }));
    const stdio = ["ignore", "ignore", "pipe", "pipe"];
    const child = spawn(WORKERD, ["serve", "--control-fd=3", "config.capnp"], { cwd: folder, stdio });
    const ended = once(child, "close");
    let errors = "";
    child.stderr.on("data", (chunk) => (errors += chunk));
    let outcome;
    try {
      const [line] = await once(createInterface({ input: child.stdio[3] }), "line");
      connections = 0;
      const answer = await send(`http://127.0.0.1:${JSON.parse(line).port}`, path, options);
      outcome = [answer.status, answer.json().code, connections > 0];
    } finally {
      child.kill();
      await ended;
    }
    assert.equal(/blocked by restrictPeers/.test(errors), !allow.includes("local"), errors);
    return outcome;
  }

  const PUBLIC = ["public"];
  const EVERYTHING = ["public", "private", "local"];

  test("an issuer", async () => {
    assert.deepEqual(await ask(PUBLIC, "/api/p1/x", { headers }), [503, "keys_unavailable", false]);
    assert.deepEqual(await ask(EVERYTHING, "/api/p1/x", { headers }), [200, undefined, true]);
  });

  test("an origin", async () => {
    assert.deepEqual(await ask(PUBLIC, "/public/x"), [502, "origin_unreachable", false]);
    assert.deepEqual(await ask(EVERYTHING, "/public/x"), [200, undefined, true]);
  });
});
