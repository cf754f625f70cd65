// An issuer that lets pages read what it publishes, as most do.
import { createServer } from "node:http";
import { close, listen } from "../../demo/origin.mjs";
import { publicJwk } from "../e2e/tokens.mjs";

/** Starts the issuer on a free port. `asked` has the requests that it got. */
export async function startCorsIssuer() {
  const asked = [];
  const server = createServer(({ url: path, headers }, response) => {
    asked.push({ url: path, headers });
    const body = path.endsWith("/keys")
      ? { keys: [publicJwk("ec256-1")] }
      : { issuer: url, jwks_uri: `${url}/keys` };
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  });
  await listen(server, 0);
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, asked, close: () => close(server) };
}
