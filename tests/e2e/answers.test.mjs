// What a client gets of an origin's answer, whatever its kind.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { WebSocket } from "ws";
import { listen } from "../../demo/origin.mjs";
import { send, sendRaw, startGateway } from "./gateway.mjs";
import { differs, workersOnly } from "./hosts.mjs";
import { startTestOrigin } from "./origin.mjs";
import { kvFixture } from "./project.mjs";

const ID = /^[0-9a-f-]{36}$/;
const CORS = { origins: ["*"] };
const UNREACHABLE = [502, "origin_unreachable"];
const INTERIM = differs("interim", UNREACHABLE, [200, undefined]);

/** An origin whose answers are written byte by byte, by the last segment of the path. */
const ANSWERS = {
  ok: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Request-Id: the-origins\r\n\r\nhello",
  empty: "HTTP/1.1 204 No Content\r\nETag: x\r\n\r\n",
  unchanged: "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n",
  head: "HTTP/1.1 200 OK\r\nContent-Length: 123\r\n\r\n",
  weird: "HTTP/1.1 799 Weird\r\nContent-Length: 2\r\n\r\nhm",
  interim: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
  hints: "HTTP/1.1 103 Early Hints\r\nLink: </s>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
  switched: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n",
};

describe("answers", () => {
  let origin, bytes, gateway;

  before(async () => {
    origin = await startTestOrigin();
    bytes = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        const name = /\/(\w+) HTTP/.exec(chunk)?.[1];
        if (name in ANSWERS) socket.end(ANSWERS[name]);
      });
    });
    await listen(bytes, 0);
    const url = `http://127.0.0.1:${bytes.address().port}`;
    const route = (path, more) => ({ path: `/${path}/{*rest}`, public: true, ...more });
    const routes = [
      route("echo", { origin: "origin" }),
      route("bytes", { origin: "bytes" }),
      route("cors", { origin: "bytes", cors: CORS }),
    ];
    gateway = await startGateway(kvFixture(origin.url, routes, { bytes: { url } }));
  });

  after(async () => {
    await gateway?.close();
    await origin?.close();
    await new Promise((resolve) => (bytes ? bytes.close(resolve) : resolve()));
  });

  test("each answer carries the id of its log line, whatever the origin says", async () => {
    for (const [path, method, status] of [
      ["ok", "GET", 200],
      ["empty", "GET", 204],
      ["unchanged", "GET", 304],
      ["head", "HEAD", 200],
    ]) {
      for (const folder of ["bytes", "cors"]) {
        const { headers, ...answer } = await send(gateway.url, `/${folder}/${path}`, { method });
        assert.equal(answer.status, status, path);
        assert.match(headers["x-request-id"], ID, path);
        assert.ok(gateway.log().includes(`"requestId":"${headers["x-request-id"]}"`), path);
        assert.equal(headers["content-length"], { ok: "5", head: "123" }[path], path);
        assert.equal(headers.etag, path === "empty" || path === "unchanged" ? "x" : undefined);
      }
    }
  });

  test("the end of a WebSocket's handshake carries it, too", async () => {
    const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/echo/x`);
    const id = await new Promise((resolve, reject) => {
      socket.on("upgrade", ({ headers }) => resolve(headers["x-request-id"]));
      socket.on("error", reject);
    });
    socket.close();
    assert.match(id, ID);
  });

  test("a status outside 100 to 599 is no answer", async () => {
    const answer = await send(gateway.url, "/bytes/weird");
    assert.deepEqual([answer.status, answer.json().code], [502, "origin_unreachable"]);
  });

  test("an interim answer is never the answer", async () => {
    for (const [path, expected] of [
      ["interim", INTERIM],
      ["hints", INTERIM],
      ["switched", UNREACHABLE],
    ]) {
      const answer = await send(gateway.url, `/bytes/${path}`);
      assert.deepEqual(
        [answer.status, answer.status === 200 ? undefined : answer.json().code],
        expected,
        path,
      );
    }
  });

  test("`Expect` stays at the edge, and the body arrives", async () => {
    const lines = ["POST /echo/x HTTP/1.1", "Host: g", "Expect: 100-continue", "Content-Length: 3"];
    const answer = await sendRaw(gateway.url, [...lines, "Connection: close", "", "abc"].join("\r\n"));
    assert.match(answer, /^(HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 200 /);
    const received = JSON.parse(answer.slice(answer.indexOf("{")));
    assert.deepEqual([received.body, received.headers.expect], ["abc", undefined]);
  });

  test("the origin gets `Cache-Control` and `Pragma` as the client sends them, and none that it does not send", async () => {
    for (const sent of [{}, { "cache-control": "max-age=60", pragma: "x" }]) {
      const { headers } = (await send(gateway.url, "/echo/x", { headers: sent })).json();
      assert.deepEqual([headers["cache-control"], headers.pragma], [sent["cache-control"], sent.pragma]);
    }
  });
});

describe("the platform's cache", { skip: workersOnly("workers") }, () => {
  test("is bypassed by every request to an origin", async () => {
    let cf;
    const config = kvFixture("http://origin.example", [
      { path: "/public/{*rest}", origin: "origin", public: true },
    ]);
    const gateway = await startGateway({
      ...config,
      outbound: (request) => {
        cf = request.cf;
        return new Response("ok");
      },
    });
    assert.equal((await send(gateway.url, "/public/x")).status, 200);
    assert.deepEqual([cf.cacheTtl, cf.cacheLevel], [-1, "bypass"]);
    await gateway.close();
  });
});
