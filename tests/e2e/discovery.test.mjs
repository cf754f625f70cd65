// Fetching an issuer's keys: what is accepted, and what counts as a failure. An issuer that misbehaves on demand.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { send, startGateway } from "./gateway.mjs";
import { sendJson, startIssuer } from "./issuer.mjs";
import { startTestOrigin } from "./origin.mjs";
import { ENTRY, kvFixture } from "./project.mjs";
import { publicJwk, sign } from "./tokens.mjs";

const ROUTES = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];
const KEYS = [publicJwk("ec256-1")];

describe("discovery", () => {
  let origin, server, gateway, issuer;
  let count = 0;

  before(async () => {
    origin = await startTestOrigin();
    server = await startIssuer();
    gateway = await startGateway({
      config: kvFixture(origin.url, ROUTES).config,
      bindings: { CONFIG_TTL_SECONDS: "1", INSECURE_ISSUER_HOSTS: new URL(server.url).host },
    });
  });

  after(async () => {
    for (const started of [gateway, server, origin]) await started?.close();
  });

  // An issuer and a project of its own for each test.
  beforeEach(() => {
    count += 1;
    server.asked.length = 0;
    server.answers = {};
    issuer = `${server.url}/tenant-${count}`;
  });

  async function ask(iss = issuer) {
    const project = `p-${count}`;
    await gateway.put("CONFIG", `project/${project}`, { version: 1, idps: [{ ...ENTRY, iss }] });
    const now = Math.floor(Date.now() / 1000);
    const header = { alg: "ES256", kid: "ec256-1" };
    const token = await sign("ec256-1", header, { iss, sub: "someone", iat: now, exp: now + 60 });
    const answer = await send(gateway.url, `/api/${project}/x`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return answer.status === 200 ? 200 : `${answer.status} ${answer.json().code}`;
  }

  /** The configuration with changes. */
  const configured = (change) => ({
    configuration: (response, named) =>
      sendJson(response, { issuer: named, jwks_uri: `${named}/keys`, ...change }),
  });
  const published = (document) => ({ keys: (response) => sendJson(response, document) });

  const FAILURES = {
    "a configuration of another issuer": () => configured({ issuer: `${issuer}/` }),
    "a configuration without jwks_uri": () => configured({ jwks_uri: undefined }),
    "keys on a host that is not listed": () =>
      configured({ jwks_uri: issuer.replace("127.0.0.1", "localhost") }),
    "keys on a private address": () => configured({ jwks_uri: "https://10.0.0.1/keys" }),
    "keys with user info": () => configured({ jwks_uri: `${issuer}/keys`.replace("://", "://u:p@") }),
    "keys at an address of 2 049 bytes": () => configured({ jwks_uri: `${issuer}/keys?`.padEnd(2049, "x") }),
    "a configuration that names a member twice": () => ({
      configuration: (response, named) =>
        response.end(`{"issuer":"${named}","jwks_uri":"${named}/keys","jwks_uri":"${named}/keys"}`),
    }),
    "a key set that names a member twice": () => ({
      keys: (response) => response.end(`{"keys":[],"keys":${JSON.stringify(KEYS)}}`),
    }),
    "a configuration that is missing": () => ({
      configuration: (response) => response.writeHead(404).end("{}"),
    }),
    "an error": () => ({ keys: (response) => response.writeHead(500).end("{}") }),
    "a redirect": () => ({
      keys: (response) => response.writeHead(302, { location: `${issuer}/elsewhere` }).end(),
    }),
    "an HTML page": () => ({ keys: (response) => response.end("<html></html>") }),
    "a body that is cut off": () => ({
      keys: (response) => {
        response.writeHead(200, { "content-length": 10_000 }).write('{"keys":[');
        setTimeout(() => response.destroy(), 50);
      },
    }),
    "an empty set": () => published({ keys: [] }),
    "a set of symmetric keys": () => published({ keys: [{ kty: "oct", k: "AAAA" }] }),
    "101 keys": () => published({ keys: Array(101).fill(KEYS[0]) }),
    "more than 256 KiB": () => published({ keys: KEYS, more: "x".repeat(256 * 1024) }),
    "more than 256 KiB when decompressed": () => {
      const bomb = gzipSync(JSON.stringify({ keys: KEYS, more: "x".repeat(50_000_000) }));
      return { keys: (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb) };
    },
  };

  for (const [what, misbehaviour] of Object.entries(FAILURES)) {
    test(`${what} is 503, and nothing is kept`, async () => {
      server.answers = misbehaviour();
      assert.equal(await ask(), "503 keys_unavailable");
      assert.equal(await gateway.get("JWKS", issuer), null);
      assert.ok(server.asked.length > 0, "the issuer was not asked");
      assert.ok(!server.asked.some((target) => target.endsWith("/elsewhere")), "a redirect was followed");
    });
  }

  test("an answer that drips is cut off after five seconds", async () => {
    server.answers.keys = (response) => {
      response.write('{"keys":[');
      const drip = setInterval(() => response.write(" "), 200);
      response.on("close", () => clearInterval(drip));
    };
    assert.equal(await ask(), "503 keys_unavailable");
  });

  test("a host that is not listed is not even asked", async () => {
    assert.equal(await ask(issuer.replace("127.0.0.1", "localhost")), "503 keys_unavailable");
    assert.deepEqual(server.asked, []);
  });

  test("one bad key does not spoil the others, and private members are not stored", async () => {
    const bad = [7, null, { kty: "RSA", n: "AQAB", e: "AQAB", kid: "small" }, { kty: "oct", k: "AAAA" }];
    server.answers = published({ keys: [...bad, { ...KEYS[0], d: "private" }] });
    assert.equal(await ask(), 200);
    assert.ok(!JSON.stringify(await gateway.get("JWKS", issuer)).includes("private"));
  });

  test("keys that this worker has serve on when KV lacks them and the issuer is gone", async () => {
    assert.equal(await ask(), 200);
    await gateway.delete("JWKS", issuer);
    server.answers = { configuration: (response) => response.destroy() };
    // Long enough for the keys to be read again in the background, and then once more.
    for (const end = Date.now() + 2500; Date.now() < end;) {
      assert.equal(await ask(), 200);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
});
