// The key set of a gateway, on a free port.
import { once } from "node:events";
import { createServer } from "node:http";

/** Serves `keySet`, which may be replaced, below `issuer`, and counts how often it is fetched. */
export async function serveKeys(keySet) {
  const served = { keySet, fetches: 0 };
  const server = createServer((request, response) => {
    const isKnown = request.url === "/auth/assertion-jwks";
    if (isKnown) served.fetches += 1;
    response.writeHead(isKnown ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(served.keySet));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  return Object.assign(served, { port, issuer: `http://127.0.0.1:${port}/auth`, stop: () => server.close() });
}
