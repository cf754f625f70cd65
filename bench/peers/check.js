// The same with a check of every token's signature by WebCrypto, and of nothing else: the least for a new token.
import { IDENTITY, TRACE } from "./identity.js";
import { forward, refuse } from "./forward.js";

const ISSUER = "https://login.example/realms/bench";
const ALGORITHMS = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  ES512: { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" },
  EdDSA: { name: "Ed25519" },
};

const encoder = new TextEncoder();
/** Imported keys, each with its algorithm, by a token's encoded header. */
const keys = new Map();

export default {
  async fetch(request, { ORIGIN, JWKS }) {
    const token = request.headers.get("authorization")?.slice("Bearer ".length) ?? "..";
    const [header, signature] = [token.slice(0, token.indexOf(".")), token.slice(token.lastIndexOf(".") + 1)];
    if (!keys.has(header)) keys.set(header, await importKey(header, JWKS));
    const [algorithm, key] = keys.get(header);
    const input = encoder.encode(token.slice(0, -signature.length - 1));
    const bytes = Uint8Array.fromBase64(signature, { alphabet: "base64url" });
    const isRight = await crypto.subtle.verify(algorithm, key, bytes, input);
    return isRight
      ? forward(request, ORIGIN, IDENTITY, TRACE)
      : refuse(request, 401, "token_untrusted", IDENTITY, TRACE);
  },
};

async function importKey(header, store) {
  const { alg, kid } = JSON.parse(atob(header));
  const { jwks } = await store.get(ISSUER, "json");
  const jwk = jwks.keys.find((key) => key.kid === kid);
  return [ALGORITHMS[alg], await crypto.subtle.importKey("jwk", jwk, ALGORITHMS[alg], false, ["verify"])];
}
