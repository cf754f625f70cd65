// One project with one issuer, for tests that are about something else.
import { keyRecord, publicJwk, sign } from "./tokens.mjs";

const ISSUER = "https://issuer.example";

/** An entry whose tokens have the role `access`. */
export const ENTRY = {
  id: "idp",
  iss: ISSUER,
  label: { en: "IdP" },
  idClaim: "sub",
  roleDetection: "DEFINED",
  definedRoles: ["access"],
};

/** What KV holds: the routes, the project `p1`, its issuer's keys. */
export function kvFixture(originUrl, routes, origins = {}) {
  return {
    config: {
      gateway: { origins: { origin: { url: originUrl }, ...origins }, routes },
      "project/p1": { version: 1, idps: [ENTRY] },
    },
    jwks: { [ISSUER]: keyRecord([publicJwk("ec256-1")]) },
  };
}

/** A good token of the project's issuer, with `claims` besides. */
export function token(claims = {}) {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: "ES256", kid: "ec256-1", typ: "JWT" };
  return sign("ec256-1", header, { iss: ISSUER, sub: "someone", iat: now, exp: now + 600, ...claims });
}

/** The headers of a request with a good token. */
export const bearer = async (claims) => ({ authorization: `Bearer ${await token(claims)}` });
