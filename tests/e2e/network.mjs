// The network of a node: a proxy that it reaches everybody by, where a test answers for every host. The certificates of the hosts
// are of an authority that lives as long as the network.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, TLSSocket } from "node:tls";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Starts a network in which `answer` gives the response to each request, or a promise of it. */
export async function startNetwork(answer) {
  const folder = await mkdtemp(join(tmpdir(), "edge-authorizer-network-"));
  const authority = join(folder, "authority.pem");
  await certify(folder, "authority", ["-subj", "/CN=authority"]);

  const sockets = new Set();
  const inner = createServer(async (request, response) => {
    const { status, headers, body } = await answer(await requestOf(request));
    response.writeHead(status, Object.fromEntries(headers));
    for await (const chunk of body ?? []) response.write(chunk);
    response.end();
  });
  const contexts = new Map();
  const contextOf = (host) => {
    if (!contexts.has(host)) contexts.set(host, contextFor(folder, host));
    return contexts.get(host);
  };
  const proxy = createServer().on("connect", async (request, socket) => {
    sockets.add(socket.on("error", () => {}));
    const secureContext = await contextOf(request.url.replace(/:\d+$/, ""));
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    inner.emit(
      "connection",
      new TLSSocket(socket, { isServer: true, secureContext }).on("error", () => {}),
    );
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    /** The file of the authority's certificate. */
    authority,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function contextFor(folder, host) {
  const issued = ["-CA", join(folder, "authority.pem"), "-CAkey", join(folder, "authority.key")];
  const extensions = [`subjectAltName=DNS:${host}`, "basicConstraints=CA:FALSE"];
  await certify(folder, host, ["-subj", "/", ...extensions.flatMap((it) => ["-addext", it]), ...issued]);
  const [cert, key] = await Promise.all(
    ["pem", "key"].map((kind) => readFile(join(folder, `${host}.${kind}`))),
  );
  return createSecureContext({ cert, key });
}

/** Makes a key and its certificate. */
async function certify(folder, name, more) {
  const key = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    join(folder, `${name}.key`),
  ];
  await run("openssl", ["req", "-x509", "-days", "2", ...key, "-out", join(folder, `${name}.pem`), ...more]);
}

async function requestOf(request) {
  const chunks = await request.toArray();
  const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
  const { method, headers } = request;
  return new Request(`https://${headers.host}${request.url}`, { method, headers, body });
}
