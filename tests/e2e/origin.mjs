// An origin that can be slow, stream, redirect, hang and speak WebSocket; anything else is echoed as JSON.
import { createServer } from "node:http";
import { once } from "node:events";
import { WebSocketServer } from "ws";
import { close, listen } from "../../demo/origin.mjs";

const CHUNK = Buffer.alloc(64 * 1024, "x");

/**
 * Starts the origin on a free port. `received` lists what it got: method, target and headers as they were sent, and a promise
 * of the end of its answer, whoever ends it.
 */
export async function startTestOrigin() {
  const received = [];
  const note = ({ method, url, headers, rawHeaders }, ended) =>
    received.push({ method, url, headers, rawHeaders, ended });
  const server = createServer({ maxHeaderSize: 128 * 1024 }, async (request, response) => {
    note(request, new Promise((resolve) => response.on("close", resolve)));
    const { pathname, searchParams } = new URL(request.url, "http://origin");
    const behave = BEHAVIOURS[pathname.split("/").at(-1)] ?? echo;
    await behave(request, response, searchParams).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, request) => {
    note(request);
    socket.on("message", (message, isBinary) => socket.send(message, { binary: isBinary }));
  });
  // Longer than the gateway keeps connections: a request on one that is closed meanwhile is not sent again.
  server.keepAliveTimeout = 60_000;
  await listen(server, 0);
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    received,
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      return close(server);
    },
  };
}

async function echo(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, url, headers, rawHeaders } = request;
  const body = Buffer.concat(chunks).toString();
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ method, url, headers, rawHeaders, body }));
}

const BEHAVIOURS = {
  async redirect(_request, response) {
    response.writeHead(302, { location: "http://elsewhere.example/" }).end();
  },
  async hang() {},
  async reset(request) {
    request.socket.destroy();
  },
  /** Begins its answer at once and ends it only after the route's time-out. */
  async drip(_request, response) {
    response.flushHeaders();
    for (let count = 0; count < 4; count += 1) {
      response.write(`${count}\n`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    response.end();
  },
  /** An event stream that goes on when the test says so, by a request to `next`. */
  async events(_request, response) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let count = 1; count <= 3; count += 1) {
      response.write(`data: ${count}\n\n`);
      await new Promise((resolve) => waiting.push(resolve));
    }
    response.end();
  },
  async next(_request, response) {
    waiting.shift()?.();
    response.end();
  },
  async download(_request, response, parameters) {
    let left = Number(parameters.get("bytes"));
    response.writeHead(200, { "content-length": left, "content-type": "application/octet-stream" });
    for (; left > 0; left -= CHUNK.length) {
      if (!response.write(CHUNK.subarray(0, left))) await once(response, "drain");
    }
    response.end();
  },
  async upload(request, response) {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    response.end(String(bytes));
  },
  /** Gives every page what the route's `cors` may not. */
  async reflect(request, response) {
    const origin = request.headers.origin ?? "*";
    response.writeHead(200, {
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "x-secret",
    });
    response.end();
  },
  async weird(_request, response) {
    response.writeHead(799).end();
  },
  async cookies(_request, response, parameters) {
    const cookies = parameters.has("set") ? parameters.getAll("set") : ["a=1", "b=2"];
    for (const [name, value] of Object.entries(JSON.parse(parameters.get("headers") ?? "{}"))) {
      response.setHeader(name, value);
    }
    response.writeHead(200, { "set-cookie": cookies, "x-origin": "yes", vary: "Accept" }).end("cookies");
  },
};

const waiting = [];
