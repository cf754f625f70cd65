// Bodies, event streams and WebSockets pass through as they come, never gathered first.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { WebSocket } from "ws";
import { startGateway } from "./gateway.mjs";
import { startTestOrigin } from "./origin.mjs";
import { gatewayPids } from "./processes.mjs";
import { bearer, kvFixture } from "./project.mjs";

const MB = 1024 * 1024;
const SIZE = 200 * MB;
const ROUTES = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];

describe("streams", () => {
  let origin, gateway, headers;

  before(async () => {
    origin = await startTestOrigin();
    gateway = await startGateway(kvFixture(origin.url, ROUTES));
    headers = await bearer();
    // Warm up: what the runtime needs anyway is not the stream's.
    for (let count = 0; count < 3; count += 1) {
      await upload(32 * MB);
      await download(32 * MB);
    }
  });

  after(async () => {
    for (const server of [gateway, origin]) await server?.close();
  });

  function open(path, method = "GET", write = (outgoing) => outgoing.end()) {
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, gateway.url), { method, headers, agent: false }, resolve);
      outgoing.on("error", reject);
      write(outgoing);
    });
  }

  async function download(bytes) {
    const response = await open(`/api/p1/download?bytes=${bytes}`);
    assert.equal(response.statusCode, 200);
    let received = 0;
    for await (const chunk of response) received += chunk.length;
    return received;
  }

  async function upload(bytes) {
    const chunk = Buffer.alloc(64 * 1024, "x");
    const write = async (outgoing) => {
      for (let left = bytes; left > 0; left -= chunk.length) {
        if (!outgoing.write(chunk)) await new Promise((resolve) => outgoing.once("drain", resolve));
      }
      outgoing.end();
    };
    const response = await open("/api/p1/upload", "POST", write);
    assert.equal(response.statusCode, 200);
    let text = "";
    for await (const part of response) text += part;
    return Number(text);
  }

  for (const [what, pass] of Object.entries({ upload, download })) {
    test(`an ${what} of 200 MB passes without being kept`.replace("an d", "a d"), async (context) => {
      const pid = gatewayPids()[0];
      const before = residentMegabytes(pid);
      let highest = before;
      const watch = setInterval(() => (highest = Math.max(highest, residentMegabytes(pid))), 20);
      try {
        assert.equal(await pass(SIZE), SIZE);
      } finally {
        clearInterval(watch);
      }
      const growth = highest - before;
      context.diagnostic(
        `workerd: ${before.toFixed(1)} MB resident before, ${growth.toFixed(1)} MB more at most`,
      );
      assert.ok(growth < 20, `${growth} MB`);
    });
  }

  test("an event stream's events arrive one by one", async () => {
    const response = await open("/api/p1/events");
    assert.equal(response.headers["content-type"], "text/event-stream");
    const events = response[Symbol.asyncIterator]();
    for (const count of [1, 2, 3]) {
      // The origin sends the next event only after this one was seen here.
      const { value } = await events.next();
      assert.equal(value.toString(), `data: ${count}\n\n`);
      (await open("/api/p1/next")).resume();
    }
    assert.equal((await events.next()).done, true);
  });

  const socketUrl = () => `${gateway.url.replace("http", "ws")}/api/p1/socket`;

  test("a WebSocket echoes after authorization, and the origin knows who it is", async () => {
    const socket = new WebSocket(socketUrl(), { headers: { ...headers, "x-auth-subject": "forged" } });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    for (const message of ["hello", "x".repeat(100_000)]) {
      socket.send(message);
      const echoed = await new Promise((resolve) => socket.once("message", resolve));
      assert.equal(echoed.toString(), message);
    }
    socket.close();
    await new Promise((resolve) => socket.once("close", resolve));
    const { headers: received, url } = origin.received.at(-1);
    assert.deepEqual([received["x-auth-subject"], received.authorization], ["someone", undefined]);
    assert.equal(url, "/api/p1/socket");
  });

  test("a WebSocket without a token is refused, and so is another protocol", async () => {
    const before = origin.received.length;
    const status = await new Promise((resolve, reject) => {
      const socket = new WebSocket(socketUrl());
      socket.once("unexpected-response", (_request, response) => resolve(response.statusCode));
      socket.once("open", () => reject(new Error("it opened"))).once("error", reject);
    });
    assert.equal(status, 401);
    assert.equal(origin.received.length, before);
  });
});

function residentMegabytes(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/^VmRSS:\s+(\d+) kB/m)[1]) / 1024;
}
