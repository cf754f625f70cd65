// Signs the assertions that `assertions.json` describes. The keys are made for each run, and times are relative to the
// moment of signing, so that verifiers run on their ordinary clock.
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { merge } from "../e2e/tokens.mjs";

const {
  audience,
  typ,
  claims: CALLER,
  cases,
} = JSON.parse(readFileSync(new URL("assertions.json", import.meta.url)));

/** The published keys, and those of others. */
const PUBLISHED = ["current", "next"];
const KEYS = Object.fromEntries(
  [...PUBLISHED, "accessToken", "foreign"].map((name) => [
    name,
    generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ]),
);
KEYS.p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
KEYS.rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });

const kidOf = (name) => `${name}-2026`;
const jwkOf = (name) => ({
  ...KEYS[name].publicKey.export({ format: "jwk" }),
  kid: kidOf(name),
  use: "sig",
  alg: "ES256",
});
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export const CASES = cases;

/** What `/auth/assertion-jwks` answers. */
export const KEY_SET = { keys: PUBLISHED.map(jwkOf) };

/** The assertion of a case, signed now, for a gateway whose issuer is `issuer`. */
export function assertionOf({ text, ...wanted }, issuer) {
  if (text !== undefined) return text;
  const fill = (part = {}) => JSON.parse(JSON.stringify(part).replaceAll("{issuer}", issuer));
  const { key = "current", kid = key, age = 0, embedded = false } = wanted;
  const iat = Math.floor(Date.now() / 1000) - age;
  const header = merge(
    { alg: "ES256", typ, kid: kidOf(kid), ...(embedded && { jwk: jwkOf(key) }) },
    fill(wanted.header),
  );
  const claims = merge({ iss: issuer, aud: audience, ...CALLER, iat, exp: iat + 60 }, fill(wanted.claims));
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = signatureOf(input, { alg: header.alg, key, ...wanted }).toString("base64url");
  return `${encode(header)}.${encode({ ...claims, ...wanted.forged })}.${signature}`;
}

function signatureOf(input, { alg, key, secret, signature }) {
  if (secret) return createHmac("sha256", secretOf(secret)).update(input).digest();
  if (alg.toLowerCase() === "none" || signature === "missing") return Buffer.alloc(0);
  if (signature === "zeros") return Buffer.alloc(64);
  const dsaEncoding = signature === "der" ? "der" : "ieee-p1363";
  const hash = key === "p384" ? "sha384" : "sha256";
  const bytes = sign(hash, Buffer.from(input), { key: KEYS[key].privateKey, dsaEncoding });
  return signature === "short" ? bytes.subarray(0, -1) : bytes;
}

/** The current public key as the secret of a MAC, for verifiers that let the header choose the algorithm. */
function secretOf(form) {
  const { publicKey } = KEYS.current;
  return form === "pem"
    ? publicKey.export({ format: "pem", type: "spki" })
    : JSON.stringify(jwkOf("current"));
}
