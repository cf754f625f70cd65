// What others make of a token, with the same keys and the same policy.
import { createLocalJWKSet, errors, jwtVerify } from "jose";
import { send } from "../e2e/gateway.mjs";
import { JWKS } from "./generate.mjs";
import { SKEW } from "./mutations.mjs";

const ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA".split(" ");

const keys = createLocalJWKSet(JWKS);

/** What `jose` says: `subject` if it accepts, or why it does not. */
export async function askJose(token, issuer) {
  const policy = {
    issuer,
    requiredClaims: ["iss", "exp", "iat"],
    clockTolerance: SKEW,
    algorithms: ALGORITHMS,
  };
  try {
    const { payload } = await verify(token, policy);
    return { isAccepted: true, subject: payload.sub };
  } catch (error) {
    return { isAccepted: false, why: error.message };
  }
}

/** Where several keys fit, each is tried, as its documentation says. */
async function verify(token, policy) {
  try {
    return await jwtVerify(token, keys, policy);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let last = error;
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, policy);
      } catch (failure) {
        last = failure;
      }
    }
    throw last;
  }
}

/** What Envoy's `jwt_authn` is told. */
export const envoyProvider = (issuer) => ({
  issuer,
  local_jwks: { inline_string: JSON.stringify(JWKS) },
  clock_skew_seconds: SKEW,
  require_expiration: true,
});

/** What Envoy says. */
export async function askEnvoy(url, token, agent) {
  const { status, text } = await send(url, "/api/p1/x", {
    headers: { authorization: `Bearer ${token}` },
    agent,
  });
  return { isAccepted: status === 200, why: `${status} ${text}` };
}
