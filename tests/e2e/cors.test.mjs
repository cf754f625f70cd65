// Cross-origin requests from browsers.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { send, startGateway } from "./gateway.mjs";
import { startTestOrigin } from "./origin.mjs";
import { bearer, kvFixture } from "./project.mjs";

const APP = "https://app.example";
const CORS = {
  origins: [APP],
  headers: ["Authorization"],
  exposeHeaders: ["X-Total"],
  credentials: true,
  maxAge: 600,
};
const ROUTES = [
  {
    path: "/app/{project}/{*rest}",
    origin: "origin",
    access: { GET: ["access"], PUT: ["admin"] },
    cors: CORS,
  },
  { path: "/open/{*rest}", origin: "origin", public: true, cors: { origins: ["*"] } },
  { path: "/plain/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } },
];

describe("CORS", () => {
  let origin, gateway, headers;

  before(async () => {
    origin = await startTestOrigin();
    gateway = await startGateway(kvFixture(origin.url, ROUTES));
    headers = await bearer();
  });

  after(async () => {
    for (const server of [gateway, origin]) await server?.close();
  });

  const preflight = (path, from = APP) =>
    send(gateway.url, path, {
      method: "OPTIONS",
      headers: { origin: from, "access-control-request-method": "GET" },
    });

  const corsOf = ({ headers }) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("access-control-")));

  test("a preflight is answered at the edge, without a token", async () => {
    const before = origin.received.length;
    const answer = await preflight("/app/p1/x");
    const logged = `"requestId":"${answer.headers["x-request-id"]}"`;
    for (const end = Date.now() + 10_000; !gateway.log().includes(logged);) {
      assert.ok(Date.now() < end, "it is not in the log");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.vary, "Origin");
    assert.deepEqual(corsOf(answer), {
      "access-control-allow-origin": APP,
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET, HEAD, PUT",
      "access-control-allow-headers": "Authorization",
      "access-control-max-age": "600",
    });
    assert.equal(origin.received.length, before);
  });

  test("a page that is not listed gets no permission", async () => {
    for (const from of ["https://evil.example", "https://app.example.evil", "null", "http://app.example"]) {
      const answer = await preflight("/app/p1/x", from);
      assert.deepEqual([answer.status, corsOf(answer)], [204, {}], from);
      const actual = await send(gateway.url, "/app/p1/x", { headers: { ...headers, origin: from } });
      assert.deepEqual([actual.status, corsOf(actual)], [200, {}], from);
    }
  });

  test("refusals and answers carry the headers, so that a page can read them", async () => {
    for (const [credentials, method, status] of [
      [{}, "GET", 401],
      [headers, "PUT", 403],
      [headers, "GET", 200],
    ]) {
      const answer = await send(gateway.url, "/app/p1/x", {
        method,
        headers: { ...credentials, origin: APP },
      });
      assert.equal(answer.status, status);
      assert.equal(answer.headers["access-control-allow-origin"], APP);
      assert.match(answer.headers.vary, /Origin/);
    }
  });

  test("what the origin says of Vary and cookies stays", async () => {
    const answer = await send(gateway.url, "/open/cookies", { headers: { origin: APP } });
    assert.equal(answer.headers["access-control-allow-origin"], "*");
    assert.deepEqual(
      [answer.headers.vary, answer.headers["set-cookie"], answer.text],
      ["Accept", ["a=1", "b=2"], "cookies"],
    );
    const listed = await send(gateway.url, "/app/p1/cookies", { headers: { ...headers, origin: APP } });
    assert.equal(listed.headers.vary, "Accept, Origin");
  });

  test("what the origin says of CORS does not count, and caches are told with every answer", async () => {
    const from = async (origin) => {
      const answer = await send(gateway.url, "/app/p1/reflect", {
        headers: { ...headers, ...(origin && { origin }) },
      });
      return [answer.status, corsOf(answer), answer.headers.vary];
    };
    const evil = "https://evil.example";
    assert.deepEqual(await from(evil), [200, {}, "Origin"]);
    assert.deepEqual(await from(undefined), [200, {}, "Origin"]);
    const [, allowed] = await from(APP);
    assert.deepEqual(allowed, {
      "access-control-allow-origin": APP,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "X-Request-Id, X-Total",
    });
    const plain = await send(gateway.url, "/plain/p1/reflect", { headers: { ...headers, origin: evil } });
    assert.equal(plain.headers["access-control-allow-origin"], evil);
  });

  test("a status that is none is 502, not a broken answer", async () => {
    const answer = await send(gateway.url, "/app/p1/weird", { headers: { ...headers, origin: APP } });
    assert.deepEqual([answer.status, answer.json().code], [502, "origin_unreachable"]);
  });

  test("everybody may be allowed, never with credentials", async () => {
    const answer = await preflight("/open/x");
    assert.equal(answer.headers["access-control-allow-origin"], "*");
    assert.equal(answer.headers["access-control-allow-credentials"], undefined);
  });

  test("without `cors`, and as a plain OPTIONS, a request needs a token like any other", async () => {
    assert.equal((await preflight("/plain/p1/x")).status, 401);
    for (const sent of [{}, { origin: APP }, { "access-control-request-method": "GET" }]) {
      const answer = await send(gateway.url, "/app/p1/x", { method: "OPTIONS", headers: sent });
      assert.equal(answer.json().code, "token_missing");
    }
    const allowed = await send(gateway.url, "/plain/p1/x", { method: "OPTIONS", headers });
    assert.equal(allowed.json().method, "OPTIONS");
  });

  test("a path that no route matches has no permission either", async () => {
    assert.deepEqual(corsOf(await preflight("/nothing")), {});
  });
});
