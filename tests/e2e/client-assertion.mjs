// Client assertions (RFC 7523) of the tests' service accounts.
import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** A key pair of a client: its public JWK set, and what signs assertions. */
export async function generateClientKey(alg = "ES256", kid = "client-key") {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" };
  return { alg, kid, privateKey, jwks: { keys: [jwk] } };
}

/** An assertion with the claims that the issuer wants, and with `claims` and `header` changed; `undefined` leaves one out. */
export function signAssertion(key, client, audience, claims = {}, header = {}) {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: client,
    sub: client,
    aud: audience,
    iat: now,
    exp: now + 60,
    jti: randomUUID(),
    ...claims,
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);
}

/** The parameters of a request with an assertion. */
export const byAssertion = (assertion) => ({
  grant_type: "client_credentials",
  client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  client_assertion: assertion,
});
