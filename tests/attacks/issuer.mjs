// An issuer with the keys `ec256-1` and `ec384-1`, and below its address as many others as are wanted, each bent in its own way.
import { createServer } from "node:http";
import { close, listen } from "../../demo/origin.mjs";
import { publicJwk } from "../e2e/tokens.mjs";
import { base64url } from "./forge.mjs";
import { filled } from "./send.mjs";

/**
 * The address of an issuer that answers so: `status` and `location` of the configuration, or of the keys after `keys`, and
 * the `jwks_uri`; `name` tells it from others.
 */
export const bent = (bends) => `{issuer}/bent/${base64url(JSON.stringify(bends))}`;

/** Starts them. `values` are filled in where an issuer's ways have names in braces; `published` are its keys, by address. */
export async function startBentIssuer(values) {
  const published = new Map();
  const server = createServer((request, response) => {
    const [, path, resource] = request.url.match(/^(.*?)(\/keys|\/\.well-known\/.*)$/);
    const bends = path.startsWith("/bent/") ? waysOf(path.slice("/bent/".length)) : {};
    const isKeys = resource === "/keys";
    const { status = 200, location } = (isKeys ? bends.keys : bends) ?? {};
    response.writeHead(status, { "content-type": "application/json", ...(location && { location }) });
    const issuer = url + path;
    const keys = published.get(issuer) ?? ["ec256-1", "ec384-1"].map(publicJwk);
    response.end(
      JSON.stringify(isKeys ? { keys } : { issuer, jwks_uri: bends.jwks_uri ?? `${issuer}/keys` }),
    );
  });
  const waysOf = (text) => JSON.parse(filled(Buffer.from(text, "base64url").toString(), values));
  await listen(server, 0);
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, published, close: () => close(server) };
}
