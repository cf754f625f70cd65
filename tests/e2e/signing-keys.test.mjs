// The gateway's own issuer in workerd: its documents, its keys over rotations and restarts, and where they can be read.
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from "jose";
import { ADMIN, BASE } from "./fixture-management.mjs";
import { PUBLIC_URL, SEALING_KEY, send, startGateway } from "./gateway.mjs";
import { startTestOrigin } from "./origin.mjs";
import { open, signingKeys } from "./signing-keys.mjs";

const ISSUER = `${PUBLIC_URL}/auth`;
const OPENID = "/auth/.well-known/openid-configuration";
const RFC8414 = "/.well-known/oauth-authorization-server/auth";

describe("the gateway's own issuer", () => {
  let folder, origin, gateway, secret;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
    origin = await startTestOrigin();
    await start();
    const routes = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];
    const origins = { origin: { url: origin.url } };
    assert.equal((await call("PUT", "/gateway", { origins, routes })).status, 201);
    assert.equal((await call("PUT", "/projects/p1", {})).status, 201);
    const account = { id: "app", label: { en: "An app" }, roles: ["access", "owner"] };
    const added = await call("POST", "/projects/p1/service-accounts", account);
    assert.equal(added.status, 201, added.text);
    ({ secret } = added.json());
  });

  after(async () => {
    for (const server of [gateway, origin]) await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(bindings = {}) {
    await gateway?.close();
    const ADMIN_TOKEN = ADMIN.authorization.replace("Bearer ", "");
    gateway = await startGateway({ persist: folder, bindings: { ADMIN_TOKEN, ...bindings } });
  }

  async function stop() {
    await gateway.close();
    gateway = undefined;
  }

  const call = (method, path, body, headers = ADMIN) => {
    const json = body === undefined ? {} : { "content-type": "application/json" };
    return send(gateway.url, BASE + path, {
      method,
      headers: { ...json, ...headers },
      body: body && JSON.stringify(body),
    });
  };
  const keySet = async () => (await send(gateway.url, "/auth/jwks")).json();
  const ids = ({ keys }) => keys.map(({ kid }) => kid);

  async function token() {
    const credentials = Buffer.from(`${encodeURIComponent("p1/app")}:${secret}`).toString("base64");
    const answer = await send(gateway.url, "/auth/token", {
      method: "POST",
      headers: {
        authorization: `Basic ${credentials}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "grant_type=client_credentials",
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.json().access_token;
  }

  /** The id of the key that signs; the token is checked by the key set. */
  async function signs() {
    const options = { issuer: ISSUER, audience: PUBLIC_URL, typ: "at+jwt", algorithms: ["ES256"] };
    const { protectedHeader } = await jwtVerify(await token(), createLocalJWKSet(await keySet()), options);
    return protectedHeader.kid;
  }

  test("its documents agree, for clients of both specifications", async () => {
    const [openid, rfc8414] = await Promise.all([OPENID, RFC8414].map((path) => send(gateway.url, path)));
    assert.equal(openid.status, 200, openid.text);
    assert.deepEqual(openid.json(), rfc8414.json());
    assert.equal(openid.json().issuer, ISSUER);
    assert.equal(openid.json().jwks_uri, `${ISSUER}/jwks`);
    assert.equal(openid.headers["access-control-allow-origin"], "*");
    const { keys } = await keySet();
    assert.equal(keys.length, 2);
    for (const key of keys) {
      assert.deepEqual(Object.keys(key).toSorted(), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
      assert.equal(key.kid, await calculateJwkThumbprint(key));
    }
  });

  test("what is not there is refused, and documents are only read", async () => {
    for (const path of [OPENID, RFC8414, "/auth/jwks"]) {
      assert.equal((await send(gateway.url, path, { method: "HEAD" })).status, 200, path);
      const posted = await send(gateway.url, path, { method: "POST" });
      assert.deepEqual([posted.status, posted.headers.allow], [405, "GET, HEAD"], path);
    }
    for (const path of [
      "/auth",
      "/auth/",
      "/auth/nothing",
      "/auth//jwks",
      "/auth/%6awks",
      "/authority/jwks",
    ]) {
      assert.equal((await send(gateway.url, path)).status === 200, false, path);
    }
  });

  test("a token that it signs opens a route and the management API", async () => {
    assert.ok(ids(await keySet()).includes(await signs()));
    const headers = { authorization: `Bearer ${await token()}` };
    const answer = await send(gateway.url, "/api/p1/x", { headers });
    assert.equal(answer.status, 200, answer.text);
    const listed = await call("GET", "/projects/p1/custom-idp", undefined, headers);
    assert.equal(listed.status, 200, listed.text);
  });

  test("only administrators see and rotate its keys, and not before all readers know the next one", async () => {
    const headers = { authorization: `Bearer ${await token()}` };
    for (const [method, path] of [
      ["GET", "/issuer-keys"],
      ["POST", "/issuer-keys/rotate"],
    ]) {
      const refused = await call(method, path, undefined, headers);
      assert.deepEqual([refused.status, refused.json().code], [403, "administrator_only"]);
      assert.equal((await call(method, path, undefined, {})).status, 401);
    }
    const listed = (await call("GET", "/issuer-keys")).json();
    assert.deepEqual(
      listed.keys.map(({ kid, state }) => [kid, state]),
      ids(await keySet()).map((kid, index) => [kid, ["current", "next"][index]]),
    );
    const refused = await call("POST", "/issuer-keys/rotate");
    assert.deepEqual([refused.status, refused.json().code], [409, "rotation_too_soon"]);
    assert.ok(Number(refused.headers["retry-after"]) in Array(122).fill(0), refused.headers["retry-after"]);
  });

  test("its keys survive a restart and a rotation, and are published for the data plane", async () => {
    const [current, next] = ids(await keySet());
    await stop();
    signingKeys(folder, { earlier: 121 });
    await start();
    assert.deepEqual(ids(await keySet()), [current, next]);
    assert.equal(await signs(), current);
    const rotated = await call("POST", "/issuer-keys/rotate");
    assert.equal(rotated.status, 200, rotated.text);
    const published = JSON.parse(await gateway.get("JWKS", ISSUER));
    const after = ids(published.jwks);
    assert.deepEqual([after[0], after[2], after.length], [next, current, 3]);
    assert.equal(rotated.json().keys[2].state, "previous");
    await start();
    assert.equal(await signs(), next);
    assert.deepEqual(ids(await keySet()), after);
    assert.equal((await call("POST", "/issuer-keys/rotate")).status, 409);
  });

  test("its keys survive a change of the sealing key, and nothing is signed with a wrong one", async () => {
    const key = await signs();
    const other = Buffer.alloc(32, 7).toString("base64url");
    await start({ SEALING_KEY: other, SEALING_KEY_PREVIOUS: SEALING_KEY });
    assert.equal(await signs(), key);
    await start({ SEALING_KEY: other });
    assert.equal(await signs(), key);
    await start();
    await assert.rejects(token(), /503/);
    await start({ SEALING_KEY, SEALING_KEY_PREVIOUS: other });
    assert.equal(await signs(), key);
  });

  test("no private key is in clear in what objects and KV store", async () => {
    await stop();
    const { keys } = signingKeys(folder);
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const stored = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath ?? file.path, file.name))),
    );
    assert.ok(stored.some((bytes) => bytes.includes(keys.current.sealed)));
    for (const key of [keys.current, keys.next]) {
      const pkcs8 = open(key, SEALING_KEY);
      const { d, x } = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }).export({
        format: "jwk",
      });
      const publicKey = createPublicKey({ key: key.jwk, format: "jwk" }).export({ format: "jwk" });
      assert.equal(publicKey.x, x);
      const scalar = Buffer.from(d, "base64url");
      const texts = ["base64url", "base64", "hex"].flatMap((form) => [
        scalar.toString(form),
        pkcs8.toString(form),
      ]);
      for (const form of [scalar, pkcs8, ...texts]) {
        assert.ok(!stored.some((bytes) => bytes.includes(form)));
      }
    }
    await start();
  });

  test("a variable that is missing is named", async () => {
    for (const name of ["PUBLIC_URL", "SEALING_KEY"]) {
      await start({ [name]: "" });
      for (const path of [OPENID, RFC8414, "/auth/jwks", "/auth/token"]) {
        const answer = await send(gateway.url, path, { method: path.endsWith("token") ? "POST" : "GET" });
        assert.equal(answer.status, 503, path);
        assert.equal(answer.json().code, "config_unavailable");
        assert.equal(answer.json().reason, `the variable \`${name}\` is not set`);
      }
    }
  });
});
