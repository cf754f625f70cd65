// The life of an issuer's keys: fetched ahead of time, renewed for an unknown key, kept through an outage, distrusted.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { managementFixture } from "./fixture-management.mjs";
import { DOWN, sendJson } from "./issuer.mjs";
import { differs } from "./hosts.mjs";
import { newKey, pause, tokenOf, until, withIssuer } from "./own-issuer.mjs";

describe("keys", () => {
  const api = managementFixture({ JWKS_COOLDOWN_SECONDS: "1", CONFIG_TTL_SECONDS: "1" });
  const own = withIssuer(api);

  test("saving an entry publishes its issuer's keys: the first request does not wait for the issuer", async () => {
    const asked = api.issuer.asked.length;
    assert.equal(await own.use(own.token), 200);
    assert.equal(api.issuer.asked.length, asked);
    assert.deepEqual((await own.record()).jwks.keys, [own.key.jwk]);
  });

  test("a new key is taken at its first token, with overlap and without", async () => {
    const [second, third] = [await newKey(), await newKey()];
    await pause(1000);
    api.issuer.keys = [own.key.jwk, second.jwk];
    assert.equal(await own.use(await tokenOf(second, own.iss)), 200);
    assert.equal(await own.use(own.token), 200);
    await pause(1000);
    api.issuer.keys = [third.jwk];
    assert.equal(await own.use(await tokenOf(third, own.iss)), 200);
    await until("the old keys are gone", async () => (await own.use(own.token)) !== 200);
    assert.equal(await own.use(own.token), "401 token_untrusted");
  });

  test("an unknown key has the keys fetched once a cooldown", async () => {
    const stranger = await newKey();
    await pause(1000);
    const asked = own.asked();
    const token = await tokenOf(stranger, own.iss);
    for (let count = 0; count < 20; count += 1) assert.equal(await own.use(token), "401 token_untrusted");
    assert.equal(own.asked(), asked + 1);
  });

  test("while the issuer is down, an unknown key is 503 and a known one serves", async () => {
    const token = await tokenOf(await newKey(), own.iss);
    await pause(1000);
    await api.issuer.behave(DOWN, async () => {
      assert.equal(await own.use(token), "503 keys_unavailable");
      assert.equal(await own.use(own.token), 200);
    });
    assert.equal(await until("it is back", async () => (await own.use(token)).startsWith("401")), true);
  });

  for (const [what, answers, reason] of [
    ["an error", { keys: (response) => response.writeHead(500).end() }, /status 500/],
    [
      "too many requests",
      { keys: (response) => response.writeHead(429, { "retry-after": "1" }).end() },
      /status 429/,
    ],
    ["a page", { keys: (response) => response.end("<html>") }, /not a JSON object/],
    ["an empty set", { keys: (response) => sendJson(response, { keys: [] }) }, /no usable key/],
    [
      "symmetric keys",
      { keys: (response) => sendJson(response, { keys: [{ kty: "oct", k: "AAAA" }] }) },
      /no usable key/,
    ],
    [
      "10 MB",
      { keys: (response) => sendJson(response, { keys: [], more: "x".repeat(10_000_000) }) },
      /too long/,
    ],
    [
      "100 MB, compressed",
      {
        keys: (response) =>
          response
            .writeHead(200, { "content-encoding": "gzip" })
            .end(gzipSync(Buffer.alloc(100_000_000, " "))),
      },
      differs("compression", /too long/, /not a JSON object|no answer in time/),
    ],
    [
      "an answer that drips",
      {
        keys: (response) => {
          const drip = setInterval(() => response.write(" "), 100);
          response.on("close", () => clearInterval(drip));
        },
      },
      /too slow/,
    ],
    [
      "a redirect",
      { keys: (response) => response.writeHead(302, { location: "/keys" }).end() },
      /status 302/,
    ],
    [
      "another issuer's configuration",
      { configuration: (response) => sendJson(response, { issuer: "https://other.example", jwks_uri: "u" }) },
      /https:\/\/other\.example/,
    ],
    [
      "keys at an address of 100 KB",
      {
        configuration: (response, issuer) =>
          sendJson(response, { issuer, jwks_uri: `${issuer}/${"k".repeat(100_000)}` }),
      },
      /^.{1,500}$/,
    ],
    [
      "keys elsewhere without https",
      {
        configuration: (response, issuer) =>
          sendJson(response, { issuer, jwks_uri: "http://keys.example/keys" }),
      },
      /keys\.example/,
    ],
  ]) {
    test(`${what} is no reason to lose good keys`, async () => {
      await api.issuer.behave(answers, async () => {
        const answer = await own.refresh();
        assert.deepEqual([answer.status, answer.json().code], [422, "issuer_unusable"]);
        assert.match(answer.json().reason, reason);
        assert.equal(await own.use(own.token), 200);
        const { keys, lastError } = (await api.call("GET", own.keysPath())).json();
        assert.equal(keys[0].kid, own.key.jwk.kid);
        assert.match(lastError.reason, reason);
      });
    });
  }

  test("keys live as long as their issuer lets them be cached, from five minutes to an hour", async () => {
    // Said when it is asked: on a busy machine that may be a while from now.
    const inTenMinutes = () => new Date(Date.now() + 600_000).toUTCString();
    for (const [headers, least, most] of [
      [() => ({ "cache-control": "public, max-age=900" }), 900, 900],
      [() => ({ expires: inTenMinutes() }), 590, 601],
      [() => ({ expires: "0" }), 300, 300],
      [() => ({ "cache-control": "no-store", expires: inTenMinutes() }), 300, 300],
      [() => ({ "cache-control": "max-age=86400" }), 3600, 3600],
      [() => ({ "cache-control": "max-age=900, no-store" }), 300, 300],
    ]) {
      const keys = (response) => sendJson(response, { keys: api.issuer.keys }, headers());
      const { fetchedAt, expiresAt } = (await api.issuer.behave({ keys }, own.refresh)).json();
      const life = Math.round(expiresAt - fetchedAt);
      assert.ok(life >= least && life <= most, `${headers}: ${life}`);
    }
  });

  test("an entry of an issuer that is down can be tightened, with a warning", async () => {
    await api.issuer.behave(DOWN, async () => {
      assert.equal((await own.refresh()).status, 422);
      const tightened = { ...api.ENTRY, iss: own.iss, definedRoles: ["other"] };
      const answer = await api.call("PUT", `${api.project}/custom-idp/idp`, tightened);
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.json().warnings[0], /^the issuer cannot be used at the moment: /);
    });
  });

  test("owners see each key, since when it is there, and what became of it", async () => {
    const [first, small] = [own.key.jwk, { kty: "RSA", n: "AQAB", e: "AQAB", kid: "small" }];
    const second = await newKey();
    api.issuer.keys = [second.jwk, { ...second.jwk, kid: "again" }, small];
    const described = await own.refresh();
    assert.equal(described.status, 200, described.text);
    const { keys, formerKeys, fetchedAt, nextRefresh, lastError } = described.json();
    assert.deepEqual(
      keys.map(({ kid, usable, distrusted }) => [kid, usable, distrusted]),
      [
        [second.jwk.kid, true, false],
        ["again", true, false],
        ["small", false, false],
      ],
    );
    assert.match(keys[2].reason, /modulus/);
    assert.equal(keys[0].thumbprint, keys[1].thumbprint);
    assert.equal(keys[0].firstSeen, fetchedAt);
    assert.deepEqual(
      formerKeys.map(({ kid }) => kid),
      [first.kid],
    );
    assert.ok(formerKeys[0].lastSeen < fetchedAt && nextRefresh > fetchedAt && lastError === null);
    const again = await api.call("POST", `${own.keysPath()}/refresh`);
    assert.deepEqual([again.status, again.json().code], [429, "refresh_too_soon"]);
    assert.ok(Number(again.headers["retry-after"]) >= 1);
  });

  test("a key id with other key material is a warning in the log", async () => {
    api.issuer.keys = [(await newKey(own.key.jwk.kid)).jwk];
    assert.equal((await own.refresh()).status, 200);
    await until("it is logged", () =>
      api.gateway
        .log()
        .split("\n")
        .some((line) => line.includes("key_changed") && line.includes(own.tenant)),
    );
  });

  test("a distrusted key counts for the project no more, under any id, whatever its issuer publishes", async () => {
    const path = `${own.keysPath()}/${own.key.jwk.kid}/distrust`;
    const distrusted = await api.call("PUT", path);
    assert.equal(distrusted.status, 201, distrusted.text);
    assert.equal(distrusted.json().published, true);
    assert.equal(await own.use(own.token), "401 token_untrusted");
    api.issuer.keys = [own.key.jwk, { ...own.key.jwk, kid: "renamed" }];
    await own.refresh();
    assert.equal(await own.use(await tokenOf(own.key, own.iss, "renamed")), "401 token_untrusted");
    assert.equal((await api.call("GET", own.keysPath())).json().keys[0].distrusted, true);
    const { items } = (await api.call("GET", `${api.project}/audit-log`)).json();
    assert.deepEqual(items[0].change.distrust_key.kid, own.key.jwk.kid);
    assert.equal((await api.call("DELETE", path)).status, 204);
    assert.equal(await own.use(own.token), 200);
    assert.equal((await api.call("DELETE", path)).status, 404);
    const { thumbprint } = (await api.call("GET", own.keysPath())).json().keys[0];
    assert.equal((await api.call("PUT", `${own.keysPath()}/${thumbprint}/distrust`)).status, 201);
    assert.equal(await own.use(own.token), "401 token_untrusted");
  });

  test("an issuer's keys verify its own tokens only, also under an equal id", async () => {
    const other = `${own.iss}-other`;
    const twin = await newKey(own.key.jwk.kid);
    const keysOf = { [own.iss]: [own.key.jwk], [other]: [twin.jwk] };
    await api.issuer.behave(
      {
        configuration: (response, issuer) =>
          sendJson(response, { issuer, jwks_uri: `${issuer}/.well-known/keys` }),
        keys: (response) => sendJson(response, { keys: keysOf[other] }),
      },
      async () => {
        const entry = { ...api.ENTRY, id: "other", iss: other };
        assert.equal((await api.call("POST", `${api.project}/custom-idp`, entry)).status, 201);
      },
    );
    for (const [key, iss, status] of [
      [own.key, own.iss, 200],
      [twin, other, 200],
      [own.key, other, "401 token_untrusted"],
      [twin, own.iss, "401 token_untrusted"],
    ]) {
      assert.equal(await own.use(await tokenOf(key, iss)), status);
    }
  });

  test("projects that share an issuer share its keys and nothing else", async () => {
    const [first, { iss, token }] = [api.id, own];
    await api.newProject();
    const narrow = { ...api.ENTRY, iss, allowedAzp: ["another-app"] };
    assert.equal((await api.call("POST", `${api.project}/custom-idp`, narrow)).status, 201);
    assert.equal(await own.use(token), "401 token_untrusted");
    api.id = first;
    assert.equal(await own.use(token), 200);
  });

  test("keys of an issuer that no project names any more are removed", async () => {
    const [first, { iss }] = [api.project, own];
    await api.newProject();
    await api.call("POST", `${api.project}/custom-idp`, { ...api.ENTRY, iss });
    assert.equal((await api.call("DELETE", `${first}/custom-idp/idp`)).status, 204);
    assert.notEqual(await api.gateway.get("JWKS", iss), null);
    assert.equal((await api.call("DELETE", api.project)).status, 204);
    await until("they are removed", async () => (await api.gateway.get("JWKS", iss)) === null);
  });
});
