// The token endpoint: clients get tokens that open the routes of their project, and refusals show nothing.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLocalJWKSet, jwtVerify } from "jose";
import { byAssertion, generateClientKey, signAssertion } from "./client-assertion.mjs";
import { managementFixture } from "./fixture-management.mjs";
import { PUBLIC_URL, send } from "./gateway.mjs";
import { basic, GRANT, ISSUER, newAccount, newAddress, requestToken } from "./service-account.mjs";

describe("token endpoint", () => {
  const api = managementFixture();

  const request = (form, headers) => requestToken(api.gateway.url, form, headers);
  const bySecret = ({ client, secret }, headers) =>
    request(GRANT, { authorization: basic(client, secret), ...headers });
  const bearerOf = (answer) => ({ authorization: `Bearer ${answer.json().access_token}` });

  test("a token opens what its roles allow, and is what RFC 9068 says", async () => {
    const account = await newAccount(api, api.id, { roles: ["access", "writer"] });
    for (const answer of [
      await bySecret(account),
      await request({ ...GRANT, client_id: account.client, client_secret: account.secret }),
    ]) {
      assert.equal(answer.status, 200, answer.text);
      const { headers } = answer;
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers.pragma, "no-cache");
      const { access_token: token, ...rest } = answer.json();
      assert.deepEqual(rest, { token_type: "Bearer", expires_in: 600, scope: "access writer" });
      const keys = createLocalJWKSet((await send(api.gateway.url, "/auth/jwks")).json());
      const { payload } = await jwtVerify(token, keys, {
        issuer: ISSUER,
        audience: PUBLIC_URL,
        typ: "at+jwt",
        algorithms: ["ES256"],
      });
      assert.deepEqual(
        [payload.sub, payload.client_id, payload.azp, payload.roles, payload.exp - payload.iat],
        [account.client, account.client, account.client, [`${api.id}.access`, `${api.id}.writer`], 600],
      );
      assert.equal(await api.use(bearerOf(answer)), 200);
    }
    const narrowed = await request(
      { ...GRANT, scope: "writer" },
      { authorization: basic(account.client, account.secret) },
    );
    assert.equal(narrowed.json().scope, "writer");
    assert.equal(await api.use(bearerOf(narrowed)), 403);
    const first = api.id;
    const { headers } = await api.origin.received.at(-1);
    assert.equal(headers["x-auth-idp"] ?? "accounts", "accounts");
    await api.newProject();
    assert.notEqual(api.id, first);
    assert.equal(await api.use(bearerOf(narrowed)), 401, "another project");
  });

  test("refusals of clients are equal, byte by byte", async () => {
    const wrong = await newAccount(api, api.id);
    const disabled = await newAccount(api, api.id, { id: "off" });
    const expired = await newAccount(api, api.id, { id: "old" });
    const accounts = `${api.project}/service-accounts`;
    const off = { label: { en: "x" }, roles: ["access"], disabled: true };
    assert.equal((await api.call("PUT", `${accounts}/off`, off)).status, 200);
    assert.equal((await api.call("POST", `${accounts}/old/secrets`, { overlapSeconds: 0 })).status, 201);
    const refusals = await Promise.all([
      bySecret({ ...wrong, secret: disabled.secret }),
      bySecret(disabled),
      bySecret(expired),
      bySecret({ client: `${api.id}/none`, secret: wrong.secret }),
      bySecret({ client: "none/ci", secret: wrong.secret }),
      bySecret({ client: "no client", secret: wrong.secret }),
      bySecret({ client: wrong.client, secret: "" }),
    ]);
    const visible = ({ status, headers: { date: _, "x-request-id": __, ...headers }, text }) => ({
      status,
      headers,
      text,
    });
    assert.equal(refusals[0].status, 401);
    assert.equal(refusals[0].json().error, "invalid_client");
    for (const refusal of refusals) assert.deepEqual(visible(refusal), visible(refusals[0]));
  });

  test("guessing ends for a client at an address, and for nobody else", async () => {
    const account = await newAccount(api, api.id);
    const guessing = { "cf-connecting-ip": newAddress() };
    for (let guess = 0; guess < 10; guess += 1)
      assert.equal((await bySecret({ ...account, secret: `x${guess}` }, guessing)).status, 401);
    const refused = await bySecret(account, guessing);
    assert.equal(refused.status, 429);
    assert.ok(refused.headers["retry-after"] > 0 && refused.headers["retry-after"] <= 60);
    assert.equal((await bySecret(account)).status, 200);
    const { items } = (await api.call("GET", `${api.project}/audit-log`)).json();
    const burst = items.find(({ outcome }) => outcome.refusal === "too_many_failures");
    assert.equal(burst.change.request_token.client, account.client);
    assert.equal(burst.author.address, guessing["cf-connecting-ip"]);
  });

  test("the account shows in which hour a secret was used, and the audit log its first use", async () => {
    const account = await newAccount(api, api.id);
    const shown = async () =>
      (await api.call("GET", `${api.project}/service-accounts/ci`)).json().secrets[0].lastUsedAt;
    assert.equal(await shown(), null);
    for (let time = 0; time < 3; time += 1) assert.equal((await bySecret(account)).status, 200);
    const used = await shown();
    assert.ok(used % 3600 === 0 && Math.abs(used - Date.now() / 1000) < 7200);
    const { items } = (await api.call("GET", `${api.project}/audit-log`)).json();
    const uses = items.filter(({ change }) => change.use_secret);
    assert.deepEqual(
      uses.map(({ author, change }) => [author.who.subject, change.use_secret]),
      [[account.client, { account: "ci", secretId: account.secretId }]],
    );
  });

  test("an assertion is accepted once, however many are sent at once", async () => {
    const key = await generateClientKey();
    const { client } = await newAccount(api, api.id, { jwks: key.jwks });
    const form = byAssertion(await signAssertion(key, client, ISSUER));
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await request(form)).status));
    assert.deepEqual(statuses.sort(), [200, 401, 401, 401, 401]);
    const again = await request(byAssertion(await signAssertion(key, client, ISSUER)));
    assert.equal(await api.use(bearerOf(again)), 200);
  });

  test("a disabled account loses its tokens", async () => {
    const account = await newAccount(api, api.id);
    const answer = await bySecret(account);
    assert.equal(await api.use(bearerOf(answer)), 200);
    const off = { label: { en: "x" }, roles: ["access"], disabled: true };
    assert.equal((await api.call("PUT", `${api.project}/service-accounts/ci`, off)).status, 200);
    assert.equal(await api.use(bearerOf(answer)), 401);
  });

  test("the log has a line for each request, without secrets", async () => {
    const account = await newAccount(api, api.id);
    const answer = await bySecret(account);
    const text = api.gateway.log();
    const line = text.split("\n").find((line) => line.includes(answer.headers["x-request-id"]));
    const { event, client, status } = JSON.parse(line.slice(line.indexOf("{")));
    assert.deepEqual([event, client, status], ["token", account.client, 200]);
    assert.ok(!text.includes(account.secret) && !text.includes(answer.json().access_token));
  });
});

describe("token endpoint without its variables", () => {
  const api = managementFixture({ PUBLIC_URL: "" });

  test("it says which one is missing", async () => {
    const answer = await requestToken(api.gateway.url, GRANT);
    assert.equal(answer.status, 503);
    assert.equal(answer.json().code, "config_unavailable");
    assert.match(answer.json().reason, /PUBLIC_URL/);
  });
});
