// A single request, as a client would send it.
import { request } from "node:http";

export const HOST = "api.example";

/** The answer to a request; `token` is sent if there is one. */
export function sendOne(url, path, token, method = "GET") {
  const headers = { host: HOST, "cf-connecting-ip": "203.0.113.7" };
  if (token) headers.authorization = `Bearer ${token}`;
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode, text });
    });
    outgoing.once("error", reject);
    outgoing.end();
  });
}
