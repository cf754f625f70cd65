// KV as workerd asks for it: HTTP, a namespace for each value of a header.
import { createServer } from "node:http";
import { close, listen } from "../demo/origin.mjs";

export const NAMESPACE_HEADER = "x-namespace";

/** Serves `namespaces`: values by key, by the name of the namespace. */
export async function startKv(namespaces) {
  const server = createServer((request, response) => {
    const key = decodeURIComponent(request.url.slice(1).split("?")[0]);
    const value = namespaces[request.headers[NAMESPACE_HEADER]]?.[key];
    response.statusCode = request.method !== "GET" ? 405 : value === undefined ? 404 : 200;
    response.end(value === undefined ? undefined : JSON.stringify(value));
  });
  await listen(server, 0);
  return { address: `127.0.0.1:${server.address().port}`, close: () => close(server) };
}
