// The demo's configuration with a real OpenID Provider: tokens by client credentials, keys by discovery.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gateway as routes, idps } from "../../demo/config.mjs";
import { startOrigin } from "../../demo/origin.mjs";
import { startProvider } from "../../demo/provider.mjs";
import { send, startGateway } from "./gateway.mjs";

const THINGS = "/data-recorder-service/v2/demo/things";

describe("a real OpenID Provider", () => {
  let origin, provider, gateway;

  before(async () => {
    origin = await startOrigin();
    provider = await startProvider();
    gateway = await startGateway(stored());
  });

  after(async () => {
    for (const server of [gateway, provider, origin]) await server?.close();
  });

  const stored = () => ({
    config: { gateway: routes(origin.url), "project/demo": { version: 1, idps: idps(provider.issuer) } },
    bindings: { INSECURE_ISSUER_HOSTS: new URL(provider.issuer).host },
  });

  const request = (token, options) =>
    send(gateway.url, THINGS, { headers: token && { authorization: `Bearer ${token}` }, ...options });

  test("a role in the token's claim opens the route", async () => {
    const answer = await request(await provider.token("demo-app"));
    assert.equal(answer.status, 200, answer.text);
    const { method, url, headers } = answer.json();
    assert.deepEqual([method, url], ["GET", THINGS]);
    assert.equal(headers["x-auth-project"], "demo");
    assert.equal(headers["x-auth-idp"], "apps");
    assert.equal(headers["x-auth-subject"], "demo-app");
    assert.equal(headers["x-auth-roles"], "access,data_provider");
    assert.equal(headers.authorization, undefined);
  });

  test("a role defined for the client opens the route, and the body arrives", async () => {
    const token = await provider.token("demo-device", "ES256");
    const answer = await request(token, { method: "POST", body: "temperature=21" });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json().headers["x-auth-idp"], "devices");
    assert.equal(answer.json().body, "temperature=21");
  });

  test("the keys that discovery found are kept in KV", async () => {
    const { jwks } = JSON.parse(await gateway.get("JWKS", provider.issuer));
    assert.deepEqual(jwks.keys.map((key) => key.kid).sort(), ["demo-ec", "demo-rsa"]);
    assert.ok(jwks.keys.every((key) => key.d === undefined));
  });

  test("refusals say what to do, and nothing else", async () => {
    const expectations = [
      [
        await provider.token("demo-guest"),
        403,
        "role_missing",
        'Bearer realm="demo", error="insufficient_scope"',
      ],
      [
        await provider.expiredToken("demo-app"),
        401,
        "token_expired",
        'Bearer realm="demo", error="invalid_token"',
      ],
      [undefined, 401, "token_missing", 'Bearer realm="demo"'],
    ];
    for (const [token, status, code, challenge] of expectations) {
      const answer = await request(token);
      assert.equal(answer.status, status);
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.equal(answer.headers["www-authenticate"], challenge);
      const problem = answer.json();
      assert.deepEqual(Object.keys(problem), ["title", "status", "code", "detail", "requestId"]);
      assert.deepEqual([problem.status, problem.code], [status, code]);
      assert.equal(problem.requestId, answer.headers["x-request-id"]);
    }
  });

  test("every decision is one line of the log, without the token", async () => {
    const token = await provider.token("demo-app");
    const id = (await request(token)).json().headers["x-request-id"];
    const lines = gateway
      .log()
      .split("\n")
      .filter((line) => line.includes(id));
    assert.equal(lines.length, 1);
    const { event, verdict, project, idp, subject, route } = JSON.parse(lines[0]);
    assert.equal(event, "decision");
    assert.deepEqual([verdict, project, idp, subject], ["permit", "demo", "apps", "demo-app"]);
    assert.equal(route, "/data-recorder-service/v2/{project}/{*rest}");
    assert.ok(!token.split(".").some((part) => gateway.log().includes(part)));
  });

  test("an issuer that does not answer is 503, never 401 and never open", async () => {
    const token = await provider.token("demo-app");
    await provider.close();
    const other = await startGateway(stored());
    try {
      const answer = await send(other.url, THINGS, { headers: { authorization: `Bearer ${token}` } });
      assert.equal(answer.status, 503, answer.text);
      assert.equal(answer.json().code, "keys_unavailable");
      assert.ok(Number(answer.headers["retry-after"]) > 0);
    } finally {
      await other.close();
    }
  });
});
