// Fetching an issuer's keys: what is accepted, and what counts as a failure. An issuer that misbehaves on demand.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { close, listen } from "../../demo/origin.mjs";
import { send, startGateway } from "./gateway.mjs";
import { startTestOrigin } from "./origin.mjs";
import { ENTRY, stored } from "./project.mjs";
import { publicJwk, sign } from "./tokens.mjs";

const ROUTES = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];
const KEYS = [publicJwk("ec256-1")];

describe("discovery", () => {
  let origin, server, issuer, gateway, answers, asked;

  before(async () => {
    origin = await startTestOrigin();
    server = createServer((request, response) => {
      asked.push(request.url);
      const answer = answers[request.url];
      if (typeof answer === "function") return answer(response);
      response
        .writeHead(answer ? 200 : 404, { "content-type": "application/json" })
        .end(JSON.stringify(answer));
    });
    await listen(server, 0);
    issuer = `http://127.0.0.1:${server.address().port}/tenant`;
    const { config } = stored(origin.url, ROUTES);
    config["project/p1"] = { version: 1, idps: [{ ...ENTRY, iss: issuer }] };
    config["project/unlisted"] = {
      version: 1,
      idps: [{ ...ENTRY, iss: issuer.replace("127.0.0.1", "localhost") }],
    };
    gateway = await startGateway({
      config,
      bindings: { CONFIG_TTL_SECONDS: "1", INSECURE_ISSUER_HOSTS: new URL(issuer).host },
    });
  });

  after(async () => {
    await gateway?.close();
    if (server) await close(server);
    await origin?.close();
  });

  beforeEach(() => {
    asked = [];
    answers = {
      "/tenant/.well-known/openid-configuration": { issuer, jwks_uri: `${issuer}/keys` },
      "/tenant/keys": { keys: KEYS },
    };
  });

  async function ask(project = "p1", iss = issuer) {
    const now = Math.floor(Date.now() / 1000);
    const header = { alg: "ES256", kid: "ec256-1" };
    const token = await sign("ec256-1", header, { iss, sub: "someone", iat: now, exp: now + 60 });
    const answer = await send(gateway.url, `/api/${project}/x`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return answer.status === 200 ? 200 : `${answer.status} ${answer.json().code}`;
  }

  const configuration = (change) => {
    Object.assign(answers["/tenant/.well-known/openid-configuration"], change);
  };

  const FAILURES = {
    "a configuration of another issuer": () => configuration({ issuer: `${issuer}/` }),
    "a configuration without jwks_uri": () => configuration({ jwks_uri: undefined }),
    "keys on a host that is not listed": () =>
      configuration({ jwks_uri: issuer.replace("127.0.0.1", "localhost") }),
    "keys on a private address": () => configuration({ jwks_uri: "https://10.0.0.1/keys" }),
    "keys with user info": () => configuration({ jwks_uri: `${issuer}/keys`.replace("://", "://u:p@") }),
    "a configuration that is missing": () => delete answers["/tenant/.well-known/openid-configuration"],
    "an error": () => (answers["/tenant/keys"] = (response) => response.writeHead(500).end("{}")),
    "a redirect": () => {
      answers["/tenant/elsewhere"] = answers["/tenant/keys"];
      answers["/tenant/keys"] = (response) =>
        response.writeHead(302, { location: `${issuer}/elsewhere` }).end();
    },
    "an HTML page": () => (answers["/tenant/keys"] = (response) => response.end("<html></html>")),
    "a body that is cut off": () => {
      answers["/tenant/keys"] = (response) => {
        response.writeHead(200, { "content-length": 10_000 }).write('{"keys":[');
        setTimeout(() => response.destroy(), 50);
      };
    },
    "an empty set": () => (answers["/tenant/keys"] = { keys: [] }),
    "a set of symmetric keys": () => (answers["/tenant/keys"] = { keys: [{ kty: "oct", k: "AAAA" }] }),
    "101 keys": () => (answers["/tenant/keys"] = { keys: Array(101).fill(KEYS[0]) }),
    "more than 256 KiB": () => (answers["/tenant/keys"] = { keys: KEYS, more: "x".repeat(256 * 1024) }),
    "more than 256 KiB when decompressed": () => {
      const bomb = gzipSync(JSON.stringify({ keys: KEYS, more: "x".repeat(50_000_000) }));
      answers["/tenant/keys"] = (response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    },
  };

  for (const [what, misbehave] of Object.entries(FAILURES)) {
    test(`${what} is 503, and nothing is kept`, async () => {
      misbehave();
      assert.equal(await ask(), "503 keys_unavailable");
      assert.equal(await gateway.get("JWKS", issuer), null);
      assert.ok(!asked.includes("/tenant/elsewhere"), "a redirect was followed");
    });
  }

  test("an answer that drips is cut off after five seconds", async () => {
    answers["/tenant/keys"] = (response) => {
      response.write('{"keys":[');
      const drip = setInterval(() => response.write(" "), 200);
      response.on("close", () => clearInterval(drip));
    };
    assert.equal(await ask(), "503 keys_unavailable");
  });

  test("a host that is not listed is not even asked", async () => {
    assert.equal(await ask("unlisted", issuer.replace("127.0.0.1", "localhost")), "503 keys_unavailable");
    assert.deepEqual(asked, []);
  });

  test("one bad key does not spoil the others, and private members are not stored", async () => {
    const bad = [7, null, { kty: "RSA", n: "AQAB", e: "AQAB", kid: "small" }, { kty: "oct", k: "AAAA" }];
    answers["/tenant/keys"] = { keys: [...bad, { ...KEYS[0], d: "private" }] };
    assert.equal(await ask(), 200);
    assert.ok(!(await gateway.get("JWKS", issuer)).includes("private"));
  });

  test("keys that this worker has serve on when KV lacks them and the issuer is gone", async () => {
    assert.equal(await ask(), 200);
    await gateway.delete("JWKS", issuer);
    answers = {};
    // Long enough for the keys to be read again in the background, and then once more.
    for (const end = Date.now() + 2500; Date.now() < end;) {
      assert.equal(await ask(), 200);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
});
