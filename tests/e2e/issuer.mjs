// An issuer with the key `ec256-1`, at any path below its address, that misbehaves where it is told to.
import { createServer } from "node:http";
import { close, listen } from "../../demo/origin.mjs";
import { publicJwk } from "./tokens.mjs";

/** Starts the issuer on a free port. `asked` lists the targets that it was asked for. */
export async function startIssuer() {
  const asked = [];
  let behaviour;
  const server = createServer((request, response) => {
    asked.push(request.url);
    if (behaviour === "down") return response.destroy();
    const [issuer] = `${url}${request.url}`.split("/.well-known/");
    const named = behaviour === "wrong-issuer" ? `${issuer}/` : issuer;
    const isConfiguration = request.url.endsWith("/.well-known/openid-configuration");
    const body = isConfiguration
      ? { issuer: named, jwks_uri: `${url}/keys` }
      : { keys: [publicJwk("ec256-1")] };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  });
  await listen(server, 0);
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    asked,
    /** Behaves so while `work` is under way. */
    behave: async (name, work) => {
      behaviour = name;
      try {
        await work();
      } finally {
        behaviour = undefined;
      }
    },
    close: () => close(server),
  };
}
