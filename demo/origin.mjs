// A small origin that answers with what it received.
import { createServer } from "node:http";
import { webPage } from "./web-page.mjs";

/** Starts the origin on 127.0.0.1; port 0 takes a free one. */
export async function startOrigin(port = 0) {
  const server = createServer((request, response) => {
    // A client that leaves in the middle of its upload gets no answer; the others do.
    echo(request, response).catch(() => response.destroy());
  });
  // Longer than the gateway keeps connections: a request on one that is closed meanwhile is not sent again.
  server.keepAliveTimeout = 60_000;
  await listen(server, port);
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => close(server) };
}

/** The most bytes of a body that are sent back. */
const MAX_ECHO = 4096;

async function echo(request, response) {
  let [beginning, bytes] = [Buffer.alloc(0), 0];
  for await (const chunk of request) {
    bytes += chunk.length;
    if (beginning.length < MAX_ECHO) beginning = Buffer.concat([beginning, chunk]).subarray(0, MAX_ECHO);
  }
  const { method, url, headers } = request;
  if (method === "GET" && url.startsWith("/app/") && headers.accept?.includes("text/html")) {
    response.setHeader("content-type", "text/html; charset=utf-8");
    return response.end(webPage(request));
  }
  const body = beginning.toString();
  const more = bytes > MAX_ECHO ? { bodyBytes: bytes, bodyNote: `only the first ${MAX_ECHO} bytes` } : {};
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ method, url, headers, body, ...more }, null, 2) + "\n");
}

/** Listens on 127.0.0.1, or fails with one clear line. */
export function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(error.code === "EADDRINUSE" ? new Error(`port ${port} is taken`) : error),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
}

export function close(server) {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}
