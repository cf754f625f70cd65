// Paths, through the worker's own socket, where they arrive as sent, and through a front door that resolves them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { send, sendRaw, startGateway } from "./gateway.mjs";
import { differs } from "./hosts.mjs";
import { startTestOrigin } from "./origin.mjs";
import { bearer, kvFixture } from "./project.mjs";

const ROUTES = [
  { path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } },
  { path: "/api/{project}/admin", origin: "origin", access: { "*": ["admin"] } },
  { path: "/public/{*rest}", origin: "origin", public: true },
];

describe("paths", () => {
  let origin, gateway, headers;

  before(async () => {
    origin = await startTestOrigin();
    gateway = await startGateway(kvFixture(origin.url, ROUTES));
    headers = await bearer();
  });

  after(async () => {
    for (const server of [gateway, origin]) await server?.close();
  });

  const AMBIGUOUS = {
    "an empty segment": ["/public//x", "//public/x", "/public/x//"],
    "a dot segment": ["/public/./x", "/public/../api/p1/x", "/public/x/..", "/public/x/."],
    "an encoded dot segment": [
      "/public/%2e/x",
      "/public/%2E%2e/api/p1/x",
      "/public/.%2e/x",
      "/public/%2e./x",
    ],
    "a semicolon": ["/public/a;b", "/public/..;/x"],
    "a backslash": ["/public/a\\b", "/public/a%5cb", "/public/a%5Cb", "\\public\\x"],
    "an encoded slash": ["/public/a%2fb", "/public/a%2Fb"],
    "an escape that hides another": [
      "/public/%252e",
      "/public/%252F",
      "/public/%255c",
      "/public/%2500",
      "/public/%25%32e",
    ],
    "an encoded control character": ["/public/%00", "/public/%0a", "/public/%7F", "/public/%c2%85"],
    "a broken escape": ["/public/%", "/public/%2", "/public/%zz", "/public/%u0041"],
    "no UTF-8": ["/public/%ff", "/public/%c3%28", "/public/%ed%a0%80"],
    "a character that parsers encode": ['/public/a"b', "/public/<", "/public/{x}", "/public/`", "/public/^"],
  };

  for (const [what, paths] of Object.entries(AMBIGUOUS)) {
    test(`${what} is refused`, async () => {
      for (const path of paths) {
        const before = origin.received.length;
        const answer = await send(gateway.url, path);
        assert.equal(answer.status, 400, path);
        assert.equal(answer.json().code, "path_ambiguous", path);
        assert.equal(origin.received.length, before, path);
      }
    });
  }

  test("a raw control character never reaches the origin", async () => {
    for (const character of ["\u0000", "\u0001", "\u007f"]) {
      const before = origin.received.length;
      const answer = await sendRaw(
        gateway.url,
        `GET /public/${character} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.equal(origin.received.length, before);
    }
  });

  test("what is left is sent exactly as it came, with its query", async () => {
    for (const path of [
      "/public/x",
      "/public/x/",
      "/public/a%20b?x=%2f..%2f&y=//;",
      "/public/%C3%A4%c3%a4",
      "/public/a:b@c!$&'()*+,=~_-.|[]",
      "/public/...",
      "/public/a%3Bb",
      "/public/x?",
    ]) {
      const answer = await send(gateway.url, path);
      assert.equal(answer.status, 200, `${path}: ${answer.text}`);
      assert.equal(answer.json().url, path);
    }
  });

  test("routes and projects are matched on the decoded path, and case matters", async () => {
    const status = async (path) => (await send(gateway.url, path, { headers })).status;
    assert.equal(await status("/api/p1/x"), 200);
    assert.equal(await status("/%61pi/%701/x"), 200);
    assert.equal(await status("/api/p1/admin"), 403);
    assert.equal(await status("/api/p1/%61dmin"), 403);
    assert.equal(await status("/api/p1/Admin"), 200);
    assert.equal(await status("/API/p1/x"), 404);
    assert.equal(await status("/api/P1/x"), 401);
  });

  test("a final slash does not lead around a more specific route", async () => {
    for (const path of ["/api/p1/admin/", "/api/p1/%61dmin/"]) {
      const answer = await send(gateway.url, path, { headers });
      assert.deepEqual([answer.status, answer.json().code], [400, "path_ambiguous"], path);
    }
    assert.equal((await send(gateway.url, "/api/p1/x/", { headers })).json().url, "/api/p1/x/");
    assert.equal((await send(gateway.url, "/api/p1/", { headers })).status, 404);
  });

  test("a path that looks like one in the query is none", async () => {
    assert.equal((await send(gateway.url, "/nothing?/public/x")).status, 404);
    assert.equal((await send(gateway.url, "/nothing#/public/x")).status, 404);
  });

  test("an absolute-form target leads to the route's origin and no other", async () => {
    const answer = await send(gateway.url, "http://elsewhere.example/public/x");
    assert.equal(answer.status, differs("host", 200, 400), answer.text);
    if (answer.status === 400) return;
    assert.equal(answer.json().url, "/public/x");
    assert.equal(answer.json().headers.host, new URL(origin.url).host);
  });

  test("behind a door that resolves paths, decided and forwarded is still the same", async () => {
    for (const path of [
      "/public/../api/p1/x",
      "/public/%2e%2e/api/p1/admin",
      "/public/./x",
      "/public/a\\..\\..\\api/p1/x",
    ]) {
      const before = origin.received.length;
      const answer = await send(gateway.doorUrl, path);
      if (answer.status === 200) {
        assert.match(answer.json().url, /^\/public\/x$/, path);
      } else {
        assert.ok([400, 401].includes(answer.status), `${path}: ${answer.status}`);
        assert.equal(origin.received.length, before, path);
      }
    }
    for (const path of ["/public//x", "/public/a%2fb", "/public/a;b", "/public/%252e"]) {
      assert.equal((await send(gateway.doorUrl, path)).status, 400, path);
    }
    const answer = await send(gateway.doorUrl, "/api/p1/a%20b?c=%20", { headers });
    assert.equal(answer.json().url, "/api/p1/a%20b?c=%20");
  });

  test("what the authorizer answers itself never reaches an origin", async () => {
    const routes = [{ path: "/{project}/{*rest}", origin: "origin", public: true }];
    await gateway.put("CONFIG", "gateway", { origins: { origin: { url: origin.url } }, routes });
    const everything = await startGateway(kvFixture(origin.url, routes));
    try {
      assert.equal((await send(everything.url, "/some/thing")).status, 200);
      for (const path of ["/inspector/x", "/%69nspector/x", "/project-management-service/v1", "/healthz/x"]) {
        assert.equal((await send(everything.url, path)).status, 404, path);
      }
      const health = await send(everything.url, "/healthz");
      assert.deepEqual([health.status, health.json()], [200, { status: "ok" }]);
      assert.equal((await send(everything.url, "/healthz", { method: "POST" })).status, 405);
    } finally {
      await everything.close();
    }
  });
});
