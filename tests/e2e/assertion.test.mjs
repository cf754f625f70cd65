// Assertions in workerd: an origin verifies who calls, with the verifier of docs/origins.md, over rotations and restarts.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createPrivateKey } from "node:crypto";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { close, listen } from "../../demo/origin.mjs";
import { VERIFIERS } from "../origins/verifiers.mjs";
import { ADMIN, BASE } from "./fixture-management.mjs";
import { EDGE_SEALING_KEY, send, startGateway } from "./gateway.mjs";
import { startIssuer } from "./issuer.mjs";
import { startTestOrigin } from "./origin.mjs";
import { until } from "./own-issuer.mjs";
import { ENTRY, bearer } from "./project.mjs";
import { open, signingKeys } from "./signing-keys.mjs";

const KEYS = "/auth/assertion-jwks";
const access = { "*": ["access"] };

describe("assertions", () => {
  let folder, origin, gateway, issuer, door, publicUrl, verifier;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
    [origin, issuer] = await Promise.all([startTestOrigin(), startIssuer()]);
    // The gateway's address is one of the verifier's settings, and outlives the gateway.
    door = createServer(async (request, response) => {
      const answer = await send(gateway.url, request.url);
      response.writeHead(answer.status, { "content-type": answer.headers["content-type"] }).end(answer.text);
    });
    await listen(door, 0);
    publicUrl = `http://127.0.0.1:${door.address().port}`;
    await start();
    assert.equal((await call("PUT", "/projects/p1", {})).status, 201);
    const added = await call("POST", "/projects/p1/custom-idp", { ...ENTRY, iss: issuer.url });
    assert.equal(added.status, 201, added.text);
  });

  after(async () => {
    await verifier?.stop();
    for (const server of [gateway, issuer, origin]) await server?.close();
    await close(door);
    await rm(folder, { recursive: true, force: true });
  });

  async function start(bindings = {}, edgeBindings = {}) {
    await gateway?.close();
    gateway = await startGateway({
      persist: folder,
      bindings: {
        ADMIN_TOKEN: ADMIN.authorization.replace("Bearer ", ""),
        PUBLIC_URL: publicUrl,
        INSECURE_ISSUER_HOSTS: new URL(issuer.url).host,
        ...bindings,
      },
      edgeBindings,
    });
  }

  async function stop() {
    await gateway.close();
    gateway = undefined;
  }

  const call = (method, path, body) =>
    send(gateway.url, BASE + path, {
      method,
      headers: { ...ADMIN, ...(body && { "content-type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
  const document = () => ({
    origins: {
      origin: { url: origin.url, assertion: { audience: "insights" } },
      plain: { url: origin.url },
    },
    routes: [
      { path: "/api/{project}/{*rest}", origin: "origin", access },
      { path: "/other/{project}/{*rest}", origin: "plain", access, assertion: { audience: "other" } },
      { path: "/plain/{project}/{*rest}", origin: "plain", access },
      { path: "/public/{*rest}", origin: "origin", public: true },
    ],
  });
  const keyIds = async () => (await send(gateway.url, KEYS)).json().keys.map(({ kid }) => kid);

  async function request(path, claims = {}, headers = {}) {
    const authorized = await bearer({ iss: issuer.url, ...claims });
    return send(gateway.url, path, { headers: { ...authorized, ...headers } });
  }

  /** The assertion that the origin got. */
  async function assertion(path = "/api/p1/x", claims = {}, headers = {}) {
    const answer = await request(path, claims, headers);
    assert.equal(answer.status, 200, answer.text);
    return answer.json().headers["x-auth-assertion"];
  }

  async function accepts(text) {
    const { isAccepted, text: why } = await verifier.verify(text);
    assert.ok(isAccepted, why);
    return why;
  }

  test("routes that need keys say what is missing, and have them made", async () => {
    for (const name of ["PUBLIC_URL", "EDGE_SEALING_KEY"]) {
      await start({ [name]: "" });
      const { warnings } = (await call("PUT", "/gateway?dryRun=true", document())).json();
      assert.match(warnings.join(), new RegExp(`503.*the variable \`${name}\` is not set`), name);
      const refused = await send(gateway.url, KEYS);
      assert.deepEqual([refused.status, refused.json().code], [503, "config_unavailable"]);
      assert.equal(refused.json().reason, `the variable \`${name}\` is not set`);
    }
    await start();
    const dry = await call("PUT", "/gateway?dryRun=true", document());
    assert.deepEqual(dry.json().warnings, []);
    assert.equal(await gateway.get("CONFIG", "assertion-key"), null);
    const put = await call("PUT", "/gateway", document());
    assert.deepEqual(put.json().warnings, []);
    const published = JSON.parse(await gateway.get("CONFIG", "assertion-key"));
    assert.equal(published.issuer, `${publicUrl}/auth`);
    const keys = await send(gateway.url, KEYS);
    assert.equal(
      keys.headers["cache-control"],
      (await send(gateway.url, "/auth/jwks")).headers["cache-control"],
    );
    const [current, next] = await keyIds();
    assert.equal(published.kid, current);
    assert.ok(next && !(await send(gateway.url, "/auth/jwks")).text.includes(current));
    for (const { d } of keys.json().keys) assert.equal(d, undefined);
    verifier = await VERIFIERS["Node.js"].start(`${publicUrl}/auth`);
  });

  test("an origin verifies who calls, whatever a client sends", async () => {
    const text = await assertion("/api/p1/x", { sub: "Jörg" }, { "X-Auth-Assertion": "eyJ.forged.x" });
    assert.equal(await accepts(text), "Jörg");
    assert.equal(decodeProtectedHeader(text).typ, "edge-assertion+jwt");
    const { iat, exp, ...claims } = decodeJwt(text);
    assert.equal(exp, iat + 60);
    assert.deepEqual(claims, {
      iss: `${publicUrl}/auth`,
      aud: "insights",
      sub: "Jörg",
      idp: "idp",
      project: "p1",
      roles: ["access"],
    });
  });

  test("one assertion serves a caller and an audience for a while", async () => {
    const first = await assertion();
    assert.equal(await assertion("/api/p1/y"), first);
    assert.notEqual(await assertion("/api/p1/x", { sub: "someone-else" }), first);
    const other = await assertion("/other/p1/x");
    assert.equal(decodeJwt(other).aud, "other");
    assert.equal((await verifier.verify(other)).isAccepted, false);
  });

  test("no assertion arrives where none is configured or the caller is unknown", async () => {
    const forged = { "X-Auth-Assertion": await assertion(), "x-AUTH-assertion": "x" };
    assert.equal(await assertion("/plain/p1/x", {}, forged), undefined);
    assert.equal(await assertion("/public/x", {}, forged), undefined);
    const unknown = await send(gateway.url, "/public/x", { headers: forged });
    assert.equal(unknown.json().headers["x-auth-assertion"], undefined);
  });

  test("its keys survive restarts and rotations, and the verifier goes on", async () => {
    const [current, next] = await keyIds();
    const before = await assertion();
    const refused = await call("POST", "/issuer-keys/rotate?set=assertions");
    assert.deepEqual([refused.status, refused.json().code], [409, "rotation_too_soon"]);
    assert.ok(Number(refused.headers["retry-after"]) > 121, refused.headers["retry-after"]);
    await stop();
    signingKeys(folder, { name: "assertion-keys", earlier: 181 });
    await start();
    assert.deepEqual(await keyIds(), [current, next]);
    const tokens = (await call("GET", "/issuer-keys")).json();
    const rotated = await call("POST", "/issuer-keys/rotate?set=assertions");
    assert.equal(rotated.status, 200, rotated.text);
    assert.deepEqual(
      rotated.json().keys.map(({ kid, state }) => [kid, state]),
      [
        [next, "current"],
        [rotated.json().keys[1].kid, "next"],
        [current, "previous"],
      ],
    );
    assert.deepEqual((await call("GET", "/issuer-keys?set=assertions")).json(), rotated.json());
    assert.deepEqual((await call("GET", "/issuer-keys")).json(), tokens);
    assert.equal((await call("GET", "/issuer-keys?set=all")).json().code, "parameter_invalid");
    // Each start is a new edge, which has the published key.
    await start();
    assert.equal((await keyIds()).length, 3);
    const text = await assertion();
    assert.equal(decodeProtectedHeader(text).kid, next);
    for (const each of [before, text]) await accepts(each);
  });

  test("the sealing key can be changed, and an edge without it serves what needs none", async () => {
    const { kid } = decodeProtectedHeader(await assertion());
    const other = Buffer.alloc(32, 7).toString("base64url");
    const both = { EDGE_SEALING_KEY: other, EDGE_SEALING_KEY_PREVIOUS: EDGE_SEALING_KEY };
    const { version, sealed } = JSON.parse(await gateway.get("CONFIG", "assertion-key"));
    await start(both);
    assert.equal(decodeProtectedHeader(await assertion()).kid, kid);
    assert.equal((await call("GET", "/issuer-keys?set=assertions")).status, 200);
    const resealed = await until("the key is sealed anew", async () => {
      const published = JSON.parse(await gateway.get("CONFIG", "assertion-key"));
      return published.sealed !== sealed && published;
    });
    assert.ok(resealed.version > version && resealed.kid === kid);
    await start({ EDGE_SEALING_KEY: other });
    await accepts(await assertion());
    for (const wrong of ["", EDGE_SEALING_KEY]) {
      await start({ EDGE_SEALING_KEY: other }, { EDGE_SEALING_KEY: wrong });
      const refused = await request("/api/p1/x");
      assert.deepEqual([refused.status, refused.json().code], [503, "config_unavailable"]);
      assert.equal((await request("/plain/p1/x")).status, 200);
      assert.match(gateway.log(), /not_signed/);
    }
    await start({ EDGE_SEALING_KEY, EDGE_SEALING_KEY_PREVIOUS: other });
    await accepts(await assertion());
  });

  test("no private key is in clear in what objects and KV store", async () => {
    await stop();
    const { keys } = signingKeys(folder, { name: "assertion-keys" });
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const stored = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath ?? file.path, file.name))),
    );
    for (const key of [keys.current, keys.next]) {
      const other = Buffer.alloc(32, 7).toString("base64url");
      const opened = [EDGE_SEALING_KEY, other].flatMap((sealing) => {
        try {
          return [open(key, sealing, "assertion-key")];
        } catch {
          return [];
        }
      });
      assert.equal(opened.length, 1);
      const [pkcs8] = opened;
      const { d } = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }).export({ format: "jwk" });
      const scalar = Buffer.from(d, "base64url");
      const forms = ["base64url", "base64", "hex"].flatMap((form) =>
        [scalar, pkcs8].map((it) => it.toString(form)),
      );
      for (const form of [scalar, pkcs8, ...forms]) assert.ok(!stored.some((bytes) => bytes.includes(form)));
    }
    await start();
  });
});
