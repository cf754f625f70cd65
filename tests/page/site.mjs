// The page as a plain static site on a free port, compressed as a host would serve it.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { close, listen } from "../../demo/origin.mjs";

const WWW = fileURLToPath(new URL("../../www/", import.meta.url));

const TYPES = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  svg: "image/svg+xml",
  wasm: "application/wasm",
};

/**
 * Serves www/; `sent` is how many bytes of bodies went out, `paths` what was asked for, and `requests` the same with
 * headers. `answers` are those of other paths: `{ status, body }`, or `null` for a connection that breaks.
 */
export async function startSite() {
  const site = { sent: 0, paths: [], requests: [], answers: {} };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    site.paths.push(pathname);
    site.requests.push({ method: request.method, url: request.url, headers: request.headers });
    const answer = site.answers[pathname];
    if (answer === null) return request.socket.destroy();
    if (answer) return response.writeHead(answer.status).end(answer.body);
    const file = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    try {
      const body = gzipSync(await readFile(WWW + file), { level: 9 });
      site.sent += body.length;
      response.setHeader("content-type", TYPES[file.split(".").at(-1)] ?? "application/octet-stream");
      response.setHeader("content-encoding", "gzip");
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await listen(server, 0);
  site.url = `http://127.0.0.1:${server.address().port}/inspector/`;
  site.close = () => close(server);
  return site;
}
