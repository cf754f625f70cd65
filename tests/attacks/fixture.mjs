// The fixture of a family of attacks: a gateway, an origin behind it, and a trap that nobody may come near.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { close, listen } from "../../demo/origin.mjs";
import { startGateway } from "../e2e/gateway.mjs";
import { startTestOrigin } from "../e2e/origin.mjs";
import { publicJwk } from "../e2e/tokens.mjs";

/** The attacker's own key. */
export const EVIL_KEY = "ec256-2";

const CORS = { origins: ["https://app.example"], credentials: true };
const ROUTES = [
  { path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } },
  { path: "/api/{project}/admin", origin: "origin", access: { "*": ["admin"] } },
  { path: "/api/{project}/read/{*rest}", origin: "origin", access: { GET: ["access"] } },
  { path: "/token/{project}/{*rest}", origin: "origin", access: { "*": ["access"] }, forwardToken: true },
  { path: "/app/{project}/{*rest}", origin: "origin", access: { "*": ["access"] }, cors: CORS },
  { path: "/site/{project}/{*rest}", origin: "origin", access: { "*": ["access"] }, session: true },
  { path: "/public/{*rest}", origin: "origin", public: true },
  { path: "/open/{*rest}", origin: "origin", public: true, cors: CORS },
  { path: "/secret/{*rest}", origin: "guarded", public: true },
];
const SECRET_HEADER = { name: "X-Origin-Auth", secret: "ORIGIN_SECRET" };

/** Starts it all, with what KV holds beside the routes. */
export async function startFixture({ snapshots = {}, jwks = {}, bindings } = {}) {
  const origin = await startTestOrigin();
  const trap = await startTrap();
  const origins = { origin: { url: origin.url }, guarded: { url: origin.url, secretHeader: SECRET_HEADER } };
  const gateway = await startGateway({
    config: { gateway: { origins, routes: ROUTES }, ...snapshots },
    jwks,
    bindings: { ORIGIN_SECRET: "it was the edge", ...bindings },
  });
  return {
    gateway,
    origin,
    trap,
    log: readerOf(gateway),
    close: async () => {
      for (const server of [gateway, origin, trap]) await server.close();
    },
  };
}

/** Reads the log. Nobody's words but the worker's are a line of it. */
function readerOf({ lines }) {
  const byRequest = new Map();
  let position = 0;
  const reader = {
    read: () => {
      for (; position < lines.length; position += 1) {
        if (!lines[position].startsWith("{")) continue;
        const { requestId, ...said } = JSON.parse(lines[position]);
        if (requestId) assert.match(requestId, /^[0-9a-f-]{36}$/, lines[position]);
        byRequest.set(requestId, said);
      }
    },
    /** What it says of a request, as soon as it does. */
    lineOf: async (requestId) => {
      for (const end = Date.now() + 10_000; ;) {
        reader.read();
        if (byRequest.has(requestId)) return byRequest.get(requestId);
        assert.ok(Date.now() < end, `no log line of request ${requestId}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
  return reader;
}

/** A server on loopback with the attacker's keys, which notices everybody who so much as connects. */
async function startTrap() {
  let connections = 0;
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: [publicJwk(EVIL_KEY)] }));
  });
  server.on("connection", () => (connections += 1));
  await listen(server, 0);
  const { port } = server.address();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    /** Fails if anybody came near it, or if it would not have noticed. */
    assertUntouched: async () => {
      assert.equal(connections, 0, "connections to the trap");
      await fetch(url);
      assert.equal(connections, 1, "the trap notices nobody");
    },
    close: () => close(server),
  };
}
