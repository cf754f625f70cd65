// What of a request reaches the origin, what does not, and what comes back.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { send, sendRaw, startGateway } from "./gateway.mjs";
import { startTestOrigin } from "./origin.mjs";
import { bearer, kvFixture } from "./project.mjs";

const ROUTES = [
  { path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } },
  { path: "/token/{project}/{*rest}", origin: "origin", access: { "*": ["access"] }, forwardToken: true },
  { path: "/secret/{*rest}", origin: "secret", public: true },
  { path: "/unset/{*rest}", origin: "unset", public: true },
  { path: "/public/{*rest}", origin: "origin", public: true },
  { path: "/quick/{*rest}", origin: "quick", public: true },
  { path: "/nobody/{*rest}", origin: "nobody", public: true },
];

describe("forwarded requests", () => {
  let origin, gateway, headers;

  before(async () => {
    origin = await startTestOrigin();
    const secretHeader = { name: "X-Origin-Auth", secret: "ORIGIN_SECRET" };
    const origins = {
      secret: { url: origin.url, secretHeader },
      unset: { url: origin.url, secretHeader: { ...secretHeader, secret: "MISSING" } },
      quick: { url: origin.url, timeoutMs: 500 },
      nobody: { url: "http://127.0.0.1:9" },
    };
    gateway = await startGateway({
      ...kvFixture(origin.url, ROUTES, origins),
      bindings: { ORIGIN_SECRET: "it was the edge" },
    });
    headers = await bearer({ sub: "Jörg, 100% \r\n" });
  });

  after(async () => {
    for (const server of [gateway, origin]) await server?.close();
  });

  const echoed = async (path, options) => {
    const answer = await send(gateway.url, path, options);
    assert.equal(answer.status, 200, answer.text);
    return answer.json();
  };

  test("the origin learns who calls, in printable ASCII", async () => {
    const received = (await echoed("/api/p1/x", { headers })).headers;
    assert.equal(received["x-auth-project"], "p1");
    assert.equal(received["x-auth-idp"], "idp");
    assert.equal(received["x-auth-subject"], "J%C3%B6rg%2C 100%25 %0D%0A");
    assert.equal(received["x-auth-roles"], "access");
    assert.match(received["x-request-id"], /^[0-9a-f-]{36}$/);
    assert.equal(received["x-forwarded-proto"], "http");
    assert.equal(received["x-forwarded-host"], new URL(gateway.url).host);
  });

  test("method, query and body arrive as they were sent", async () => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const body = method === "GET" ? undefined : `a ${method} body`;
      const received = await echoed("/api/p1/x?a=%20b&c", { method, headers, body });
      assert.deepEqual([received.method, received.url], [method, "/api/p1/x?a=%20b&c"]);
      assert.equal(received.body, body ?? "");
    }
  });

  test("identity headers of a client never pass, in any case or spelling, on any route", async () => {
    const forged = ["X-Auth-Subject", "x-auth-roles", "X_AUTH_PROJECT", "x-auth_Idp", "X-Auth-Anything"];
    const more = Object.fromEntries(forged.map((name) => [name, "admin"]));
    for (const path of ["/public/x", "/api/p1/x"]) {
      const { rawHeaders } = await echoed(path, { headers: { ...headers, ...more, "x-author": "me" } });
      const values = rawHeaders.filter((_, index) => index % 2 === 1);
      assert.ok(!values.includes("admin"), path);
      assert.ok(values.includes("me"), path);
    }
    const { rawHeaders } = await echoed("/public/x", { headers: { ...headers, ...more } });
    assert.ok(!rawHeaders.some((name) => /^x[-_]auth[-_]/i.test(name)));
  });

  test("headers of one hop and what Connection names stay at the edge", async () => {
    const hop = [
      "Keep-Alive: timeout=5",
      "Proxy-Authenticate: Basic",
      "Proxy-Authorization: Basic eDp5",
      "Proxy-Connection: keep-alive",
      "HTTP2-Settings: AAAA",
      "TE: trailers",
      "Trailer: x-checksum",
      "Upgrade: h2c",
      "X-Named: by connection",
      "X_Named: in another spelling",
    ];
    const lines = [
      "GET /public/x HTTP/1.1",
      "Host: g",
      "Connection: close, X-Named",
      "Accept: a/b",
      ...hop,
      "",
      "",
    ];
    const answer = await sendRaw(gateway.url, lines.join("\r\n"));
    const received = JSON.parse(answer.slice(answer.indexOf("{"))).headers;
    for (const line of hop) assert.equal(received[line.split(":")[0].toLowerCase()], undefined, line);
    assert.equal(received.accept, "a/b");
  });

  test("a body with GET or HEAD is refused, not dropped, and an empty one is none", async () => {
    const raw = (method, lines, body = "") =>
      sendRaw(
        gateway.url,
        [`${method} /public/x HTTP/1.1`, "Host: g", "Connection: close", ...lines, "", body].join("\r\n"),
      );
    const before = origin.received.length;
    for (const method of ["GET", "HEAD"]) {
      assert.match(await raw(method, ["Content-Length: 3"], "abc"), /^HTTP\/1\.1 400 /);
      assert.match(
        await raw(method, ["Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\n\r\n"),
        /^HTTP\/1\.1 400 /,
      );
    }
    assert.equal(origin.received.length, before);
    assert.match(await raw("GET", ["Content-Length: 0"]), /^HTTP\/1\.1 200 /);
  });

  test("an upgrade changes no method: what was decided on as POST arrives as POST", async () => {
    for (const method of ["POST", "DELETE"]) {
      const lines = ["Host: g", "Connection: close, Upgrade", "Upgrade: websocket", "Content-Length: 0"];
      await sendRaw(gateway.url, [`${method} /public/upgrade HTTP/1.1`, ...lines, "", ""].join("\r\n"));
      const { method: received, headers: sent } = origin.received.at(-1);
      assert.deepEqual([received, sent.upgrade], [method, undefined]);
    }
  });

  test("headers that would change method or path stay at the edge", async () => {
    const overrides = [
      "X-HTTP-Method-Override",
      "X-HTTP-Method",
      "X-Method-Override",
      "X-Original-URL",
      "X-Rewrite-URL",
      "X-Original-Method",
      "X_HTTP_Method_Override",
    ];
    const received = await echoed("/public/x", {
      headers: Object.fromEntries(overrides.map((name) => [name, "/admin"])),
    });
    assert.ok(!received.rawHeaders.includes("/admin"));
  });

  test("what a client says of earlier hops is replaced", async () => {
    const more = {
      "x-forwarded-for": "6.6.6.6",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "evil.example",
      "x-request-id": "mine",
      X_Forwarded_For: "6.6.6.6",
      "x-forwarded-prefix": "/mine",
      "x-real-ip": "6.6.6.6",
      forwarded: "for=6.6.6.6",
    };
    const { headers: received, rawHeaders } = await echoed("/public/x", { headers: more });
    assert.equal(received["x-forwarded-proto"], "http");
    assert.equal(received["x-forwarded-host"], new URL(gateway.url).host);
    for (const value of ["6.6.6.6", "evil.example", "mine", "/mine", "for=6.6.6.6"])
      assert.ok(!rawHeaders.includes(value), value);
  });

  test("the token stays at the edge unless the route forwards it", async () => {
    assert.equal((await echoed("/api/p1/x", { headers })).headers.authorization, undefined);
    assert.equal((await echoed("/public/x", { headers })).headers.authorization, undefined);
    assert.equal((await echoed("/token/p1/x", { headers })).headers.authorization, headers.authorization);
  });

  test("an origin's secret is set, whatever the client sent, and without it nothing is sent", async () => {
    const received = await echoed("/secret/x", {
      headers: { "x-origin-auth": "guess", X_Origin_Auth: "guess" },
    });
    assert.equal(received.headers["x-origin-auth"], "it was the edge");
    assert.ok(!received.rawHeaders.includes("guess"));
    const before = origin.received.length;
    const answer = await send(gateway.url, "/unset/x");
    assert.deepEqual([answer.status, answer.json().code], [503, "config_unavailable"]);
    assert.equal(origin.received.length, before);
  });

  test("redirects are the client's to follow", async () => {
    const answer = await send(gateway.url, "/api/p1/redirect", { headers });
    assert.deepEqual([answer.status, answer.headers.location], [302, "http://elsewhere.example/"]);
  });

  test("status, headers and cookies of the answer come back as they are", async () => {
    const answer = await send(gateway.url, "/public/cookies");
    assert.deepEqual([answer.status, answer.text], [200, "cookies"]);
    assert.deepEqual(answer.headers["set-cookie"], ["a=1", "b=2"]);
    assert.deepEqual([answer.headers["x-origin"], answer.headers.vary], ["yes", "Accept"]);
  });

  test("an origin that does not answer is 502, one that is late 504", async () => {
    for (const [path, status, code] of [
      ["/nobody/x", 502, "origin_unreachable"],
      ["/public/reset", 502, "origin_unreachable"],
      ["/quick/hang", 504, "origin_timeout"],
    ]) {
      const answer = await send(gateway.url, path);
      assert.deepEqual([answer.status, answer.json().code], [status, code], path);
    }
    // The late one is not kept waiting.
    await origin.received.at(-1).ended;
  });

  test("an answer that began in time may take longer than the time-out", async () => {
    const answer = await send(gateway.url, "/quick/drip");
    assert.deepEqual([answer.status, answer.text], [200, "0\n1\n2\n3\n"]);
  });

  test("an upload is part of the time-out", async () => {
    const { hostname, port } = new URL(gateway.url);
    const status = await new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, path: "/quick/upload", method: "POST", agent: false });
      outgoing.on("response", (response) => resolve(response.statusCode)).on("error", reject);
      // It never ends; what the origin got until then is no reason to wait.
      outgoing.write("slow");
      outgoing.flushHeaders();
    });
    assert.equal(status, 504);
  });

  test("TRACE is 405, and CONNECT and unknown methods never reach an origin", async () => {
    const before = origin.received.length;
    const trace = await send(gateway.url, "/public/x", { method: "TRACE" });
    assert.deepEqual([trace.status, trace.json().code], [405, "method_not_allowed"]);
    assert.match(trace.headers.allow, /GET/);
    for (const [method, target] of [
      ["CONNECT", "origin:80"],
      ["CONNECT", "/public/x"],
      ["BREW", "/public/x"],
      ["get", "/public/x"],
      ["PROPFIND", "/public/x"],
    ]) {
      const answer = await sendRaw(
        gateway.url,
        `${method} ${target} HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n`,
      );
      assert.doesNotMatch(answer, /^HTTP\/1\.1 2/, `${method} ${answer}`);
    }
    assert.equal(origin.received.length, before);
  });

  test("two Authorization headers are refused, however they are sent", async () => {
    const raw = (lines) =>
      sendRaw(
        gateway.url,
        ["GET /api/p1/x HTTP/1.1", "Host: g", "Connection: close", ...lines, "", ""].join("\r\n"),
      );
    const good = `Authorization: ${headers.authorization}`;
    assert.match(await raw([good]), /^HTTP\/1\.1 200 /);
    for (const lines of [
      [good, good],
      [good, "Authorization: Bearer x"],
      ["authorization: Basic eDp5", good],
    ]) {
      const answer = await raw(lines);
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.match(answer, /"code":"request_invalid"/);
      assert.match(answer, /www-authenticate: Bearer realm="p1", error="invalid_request"/i);
    }
  });

  test("a token in the query or the body counts for nothing", async () => {
    const token = headers.authorization.split(" ")[1];
    const body = new URLSearchParams({ access_token: token }).toString();
    const form = { "content-type": "application/x-www-form-urlencoded" };
    for (const options of [{}, { method: "POST", headers: form, body }]) {
      const answer = await send(gateway.url, `/api/p1/x?access_token=${token}`, options);
      assert.deepEqual([answer.status, answer.json().code], [401, "token_missing"]);
    }
  });
});
