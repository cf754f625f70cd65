// An OpenID Provider on no network that says what a test wants: the vectors of tests/provider_vectors.json.
import { constants, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { merge, privateKey, publicJwk } from "./tokens.mjs";

export const VECTORS = JSON.parse(readFileSync(new URL("../provider_vectors.json", import.meta.url)));

/** The issuer that the vectors name. */
const NAMED_ISSUER = "https://op.example/realms/a";
const GOOD = { key: "rsa-1", keys: ["rsa-1"], announced: ["RS256", "ES256"], signature: "right" };
const EVENT = "http://schemas.openid.net/event/backchannel-logout";

/**
 * The provider: `issuer`, the algorithms `announced`, the names of its `keys` (`null`: no answer), `metadata` besides, and its
 * answers `token` and `userInfo`, each `{status, body}` or `undefined` for none ever. `answer` is what the network does.
 */
export function hostileProvider() {
  const provider = {
    issuer: NAMED_ISSUER,
    /** Becomes another provider, for one vector. */
    become(number, { announced = GOOD.announced, keys = GOOD.keys, metadata = {} } = {}) {
      const issuer = NAMED_ISSUER.replace("/a", `/a${number}`);
      Object.assign(provider, { issuer, announced, keys, metadata, userInfo: { status: 404 } });
    },
    answer(request) {
      const { pathname } = new URL(request.url);
      if (request.url === `${provider.issuer}/.well-known/openid-configuration`)
        return Response.json({ ...metadataOf(provider), ...provider.metadata });
      if (pathname === "/jwks" && provider.keys) return Response.json({ keys: provider.keys.map(publicKey) });
      const answer = { "/token": provider.token, "/me": provider.userInfo }[pathname] ?? { status: 404 };
      if (answer === "never") return new Promise(() => {});
      return new Response(answer.body, {
        status: answer.status,
        headers: { "content-type": "application/json" },
      });
    },
    /** Answers a code or a refresh token with tokens. */
    give(idToken, changes = {}) {
      const tokens = { token_type: "bearer", access_token: "access-token", refresh_token: "r" };
      const body = JSON.stringify(merge({ ...tokens, id_token: idToken }, changes));
      provider.token = { status: 200, body };
    },
    /** The ID Token of a vector, for the login with a nonce. */
    idToken: (vector, now, nonce) =>
      signed(
        provider,
        vector,
        now,
        { typ: "JWT" },
        {
          exp: now + 300,
          nonce,
          name: "Ada",
          email: "ada@example.com",
          email_verified: true,
          sub: "ada",
        },
      ),
    /** The logout token of a vector. */
    logoutToken: (vector, now) =>
      signed(
        provider,
        vector,
        now,
        { typ: "logout+jwt" },
        {
          exp: now + 120,
          jti: "j",
          sub: "ada",
          sid: "s1",
          events: { [EVENT]: {} },
        },
      ),
  };
  return provider;
}

const metadataOf = ({ issuer, announced }) => ({
  issuer,
  authorization_endpoint: "https://op.example/auth",
  token_endpoint: "https://op.example/token",
  jwks_uri: "https://op.example/jwks",
  end_session_endpoint: "https://op.example/logout",
  userinfo_endpoint: "https://op.example/me",
  response_types_supported: ["code"],
  id_token_signing_alg_values_supported: announced,
});

/** The public key of that name; `<name> as <kid>` is one under another `kid`. */
function publicKey(name) {
  const [key, kid = key] = name.split(" as ");
  return { ...publicJwk(key), kid };
}

function signed({ issuer }, vector, now, header, claims) {
  const { key, signature } = { ...GOOD, ...vector };
  const finalHeader = changed({ alg: "RS256", kid: "rsa-1", ...header }, vector.header);
  const finalClaims = changed({ iss: issuer, aud: "gateway", iat: now, ...claims }, vector.claims);
  for (const name of ["iat", "exp", "nbf"]) {
    // A vector's times are relative to its own now.
    if (typeof vector.claims?.[name] === "number") finalClaims[name] += now - VECTORS.now;
  }
  if (finalClaims.iss === `${NAMED_ISSUER}/`) finalClaims.iss = `${issuer}/`;
  if (Array.isArray(finalClaims.iss)) finalClaims.iss = [issuer];
  if (vector.long_claim) finalClaims.long = "x".repeat(vector.long_claim);
  const [head, body] = [finalHeader, finalClaims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const made = signature === "none" ? "" : signatureOf(key, finalHeader.alg ?? "", `${head}.${body}`);
  const broken = (made.startsWith("A") ? "B" : "A") + made.slice(1);
  return `${head}.${body}.${signature === "broken" ? broken : made}`;
}

/** `document` with `changes`: `null` removes a member, `"$null"` is `null`. */
function changed(document, changes) {
  const outcome = merge(document, changes);
  for (const [name, value] of Object.entries(outcome)) if (value === "$null") outcome[name] = null;
  return outcome;
}

function signatureOf(key, alg, input) {
  const [, family, bits] = /^(RS|PS|ES)(\d+)$/.exec(alg) ?? [];
  const pem = { key: privateKey(key) };
  const made = (digest, more) => sign(digest, Buffer.from(input), { ...pem, ...more }).toString("base64url");
  if (key.startsWith("ed")) return made(null, {});
  if (family === "ES" && key.startsWith("ec")) return made(`sha${bits}`, { dsaEncoding: "ieee-p1363" });
  // What the key cannot do, the header claims all the same.
  if (family === "PS")
    return made(`sha${bits}`, { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(bits) / 8 });
  return made(family === "RS" ? `sha${bits}` : "sha256", {});
}
