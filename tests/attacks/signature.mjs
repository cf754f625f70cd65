// Signatures: who chooses the algorithm, and where the key comes from.
import { createPublicKey } from "node:crypto";
import { ENTRY } from "../e2e/project.mjs";
import { privateKey, publicJwk } from "../e2e/tokens.mjs";
import { NO_KEY, TOO_MANY_KEYS, WRONG_SIGNATURE, malformed, skipped } from "./expectations.mjs";
import { EVIL_KEY } from "./fixture.mjs";
import { EVIL_ISSUER } from "./fixture-kv.mjs";
import { generateKey, hmac, signed } from "./forge.mjs";
import { each } from "./table.mjs";

const RSA = publicJwk("rsa-1");
const EVIL_JWK = publicJwk(EVIL_KEY);
const unsigned = (alg) => ({ jose: { alg }, sign: () => "" });

/** Signs by `alg`, whatever the header says. */
const by = (alg) => (input, signer) => signed(input, { ...signer, alg });
const named = (alg) => ({ jose: { alg }, sign: by("ES256") });

const exported = (name, options) => createPublicKey(privateKey(name)).export(options);
const PEM = exported("rsa-1", { type: "spki", format: "pem" });
const withSecret = (secret, alg = "HS256", kid = "rsa-1") => ({ jose: { alg, kid }, sign: hmac(secret) });

/** A self-signed certificate of the attacker's key. */
const EVIL_CERTIFICATE =
  "MIIBbjCCARWgAwIBAgIUJgCWyuWL+9hUhTj+AM/wiUEoqb0wCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYTAgFw0yNjExMjIwNTIxMzBaGA8yMTI2MTAyOTA1MjEzMFowDDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNuCahmYdmeDY7ZzjiZtKL7jm4iNqIxTYnH4Gx9sp0ripZBMn+ZhOQAvZOCCqxNlAIib+baKjNvgfArHP35rh+qjUzBRMB0GA1UdDgQWBBQmizpVlypPbfYsZMHBQvZ/s8VoHDAfBgNVHSMEGDAWgBQmizpVlypPbfYsZMHBQvZ/s8VoHDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIA7PUu4eCORwPIRjyBu3Zf+QFkKBXAP/8tIAKjNeVHt6AiAtSrQHM0dbWzAQ6HgwZGTSdvj4mPSvsAMKoNDP9AJOMA==";

/** The attacker's signature, and beside it the same header under the issuer's. */
const embedded = (jose) => [
  { jose: { kid: "ec256-1", ...jose }, key: EVIL_KEY },
  { jose: { kid: "ec256-1", ...jose } },
];

const fiveKeys = Array.from({ length: 5 }, () =>
  generateKey("ec256-1", "ES256", "ec", { namedCurve: "P-256" }),
);

export const groups = [
  {
    about: "an algorithm that signs nothing",
    advisory: "CVE-2015-9235, CVE-2022-23540 (jsonwebtoken)",
    refused: malformed("algorithm"),
    attacks: {
      none: unsigned("none"),
      None: unsigned("None"),
      nOnE: unsigned("nOnE"),
      NONE: unsigned("NONE"),
      "none with a space": unsigned("none "),
      "none beside a good signature": named("none"),
      "an empty name": unsigned(""),
      "a claim's word for it": unsigned("null"),
    },
  },
  {
    about: "an algorithm that is not signed with, or not one of the ten",
    refused: malformed("algorithm"),
    attacks: {
      ES256K: named("ES256K"),
      RSA1_5: named("RSA1_5"),
      "RSA-OAEP": named("RSA-OAEP"),
      dir: named("dir"),
      "ECDH-ES": named("ECDH-ES"),
      "PBES2, with a count that costs years": {
        jose: { alg: "PBES2-HS256+A128KW", p2c: 2 ** 31, p2s: "AAAA" },
        sign: by("ES256"),
      },
      RS1: named("RS1"),
      "lower case": named("es256"),
      "mixed case": named("Es256"),
      "a space after it": named("ES256 "),
      "NUL after it": named("ES256\0"),
      "two at once": named("ES256,none"),
      "a look-alike letter": named("ЕS256"),
      "a full-width digit": named("ES25６"),
    },
  },
  {
    about: "an `alg` that is no text",
    refused: malformed("not_a_jws"),
    attacks: {
      absent: { jose: { alg: undefined }, sign: by("ES256") },
      null: named(null),
      "a number": named(256),
      "a list": named(["ES256"]),
      "an object": named({ name: "ES256" }),
      true: named(true),
    },
  },
  {
    about: "the public key as an HMAC's secret",
    advisory:
      "CVE-2015-9235 (jsonwebtoken), CVE-2022-29217 (PyJWT), CVE-2026-22817 (Hono: a JWK without `alg`)",
    control: { key: "rsa-1" },
    refused: malformed("algorithm"),
    attacks: {
      "as PEM": withSecret(PEM),
      "as PEM without the last line's end": withSecret(PEM.trim()),
      "as PEM after a space": withSecret(` ${PEM}`),
      "as PKCS#1 PEM": withSecret(exported("rsa-1", { type: "pkcs1", format: "pem" })),
      "as DER": withSecret(exported("rsa-1", { type: "spki", format: "der" })),
      "as a JWK": withSecret(JSON.stringify(RSA)),
      "as the modulus": withSecret(Buffer.from(RSA.n, "base64url")),
      "as the modulus' text": withSecret(RSA.n),
      HS384: withSecret(PEM, "HS384"),
      HS512: withSecret(PEM, "HS512"),
      "an EC key": withSecret(exported("ec256-1", { type: "spki", format: "pem" }), "HS256", "ec256-1"),
      "nothing as the secret": withSecret(""),
      "a JWK that says `alg`": [
        { ...withSecret(PEM), keys: [{ ...RSA, alg: "RS256" }] },
        { key: "rsa-1", keys: [{ ...RSA, alg: "RS256" }] },
      ],
      "a JWK that says HMAC": [
        { ...withSecret(PEM), keys: [{ ...RSA, alg: "HS256" }] },
        { key: "rsa-1", keys: [RSA] },
      ],
      "a symmetric key in the set": [
        { ...withSecret("secret"), keys: [{ kty: "oct", k: "c2VjcmV0", kid: "rsa-1", alg: "HS256" }, RSA] },
        { key: "rsa-1", keys: [{ kty: "oct", k: "c2VjcmV0", kid: "rsa-1", alg: "HS256" }, RSA] },
      ],
    },
  },
  {
    about: "an HMAC under the name of a signature",
    control: { key: "rsa-1" },
    refused: WRONG_SIGNATURE,
    attacks: {
      "RS256, by the PEM": { jose: { alg: "RS256", kid: "rsa-1" }, sign: hmac(PEM) },
      "PS256, by the PEM": { jose: { alg: "PS256", kid: "rsa-1" }, sign: hmac(PEM) },
    },
  },
  {
    about: "a symmetric key alone",
    given: { jose: { alg: "RS256", kid: "k" }, sign: hmac("secret") },
    refused: NO_KEY,
    attacks: {
      "it verifies nothing": [
        { keys: [{ kty: "oct", k: "c2VjcmV0", kid: "k" }] },
        { keys: [{ ...RSA, kid: "k" }], key: "rsa-1", sign: signed },
      ],
    },
  },
  {
    about: "an algorithm that the key is not for",
    refused: NO_KEY,
    attacks: {
      "ES256 with an RSA key's id": [{ jose: { kid: "rsa-1" } }, {}],
      "RS256 with an EC key's id": [{ key: "rsa-1", jose: { kid: "ec256-1" } }, { key: "rsa-1" }],
      "ES384 with a P-256 key": [{ jose: { alg: "ES384" } }, {}],
      "ES256 with a P-384 key": [{ key: "ec384-1", jose: { alg: "ES256" } }, { key: "ec384-1" }],
      "EdDSA with an EC key": [{ jose: { alg: "EdDSA" }, sign: by("ES256") }, {}],
      "PS256 where the JWK says RS256": [
        { key: "rsa-1", jose: { alg: "PS256" }, keys: [{ ...RSA, alg: "RS256" }] },
        { key: "rsa-1", jose: { alg: "PS256" }, keys: [{ ...RSA, alg: "PS256" }] },
      ],
      "RS256 where the JWK says RS512": [
        { key: "rsa-1", keys: [{ ...RSA, alg: "RS512" }] },
        { key: "rsa-1", keys: [{ ...RSA, alg: "RS256" }] },
      ],
    },
  },
  {
    about: "one algorithm's signature under another's name",
    given: { key: "rsa-1" },
    refused: WRONG_SIGNATURE,
    attacks: {
      "RS256 as PS256": [
        { jose: { alg: "PS256" }, sign: by("RS256") },
        { jose: { alg: "PS256" }, sign: by("PS256") },
      ],
      "PS256 as RS256": [
        { jose: { alg: "RS256" }, sign: by("PS256") },
        { jose: { alg: "RS256" }, sign: by("RS256") },
      ],
      "RS256 as RS512": [
        { jose: { alg: "RS512" }, sign: by("RS256") },
        { jose: { alg: "RS512" }, sign: by("RS512") },
      ],
      "PS512 as PS256": [
        { jose: { alg: "PS256" }, sign: by("PS512") },
        { jose: { alg: "PS256" }, sign: by("PS256") },
      ],
    },
  },
  {
    about: "an algorithm that the project's entry does not allow",
    given: { key: "rsa-1" },
    refused: skipped("algorithm_not_allowed"),
    attacks: {
      "RS256 where ES256 is allowed": [
        { idp: { allowedAlgs: ["ES256"] } },
        { idp: { allowedAlgs: ["ES256", "RS256"] } },
      ],
    },
  },
  {
    about: "the token brings its own key",
    advisory: "CVE-2018-0114 (node-jose), CVE-2026-34240 (jose for Dart)",
    refused: WRONG_SIGNATURE,
    attacks: {
      jwk: embedded({ jwk: EVIL_JWK }),
      "jwk with the issuer's id": embedded({ jwk: { ...EVIL_JWK, kid: "ec256-1" } }),
      "jwk and no kid": embedded({ jwk: EVIL_JWK, kid: undefined }),
      "jwk, a symmetric one": embedded({ jwk: { kty: "oct", k: "AAAA" } }),
      jku: embedded({ jku: "{trap}/keys" }),
      "jku with the issuer's name in it": embedded({ jku: `{trap}/keys?of=${ENTRY.iss}` }),
      "jku and no kid": embedded({ jku: "{trap}/keys", kid: undefined }),
      x5u: embedded({ x5u: "{trap}/certificate" }),
      x5c: embedded({ x5c: [EVIL_CERTIFICATE] }),
      "x5c and no kid": embedded({ x5c: [EVIL_CERTIFICATE], kid: undefined }),
      "all of them": embedded({
        jwk: EVIL_JWK,
        jku: "{trap}/keys",
        x5u: "{trap}/certificate",
        x5c: [EVIL_CERTIFICATE],
      }),
    },
  },
  {
    about: "the key's id, which has its issuer asked for news once, and nobody else",
    given: { project: "live" },
    refused: NO_KEY,
    attacks: {
      "the attacker's own, with its jwk": { jose: { kid: EVIL_KEY, jwk: EVIL_JWK }, key: EVIL_KEY },
      "a file": { jose: { kid: "../../../../dev/null" } },
      SQL: { jose: { kid: "ec256-1' OR '1'='1" } },
      "a command": { jose: { kid: "|id" } },
      "a pattern": { jose: { kid: "*" } },
      "an address": { jose: { kid: "{trap}/keys" } },
      "a prototype": { jose: { kid: "__proto__" } },
      empty: { jose: { kid: "" } },
      "another case": { jose: { kid: "EC256-1" } },
      "NUL after it": { jose: { kid: "ec256-1\0" } },
      "a space before it": { jose: { kid: " ec256-1" } },
    },
  },
  {
    about: "a key's id that is no text",
    refused: malformed("not_a_jws"),
    attacks: {
      "a number": { jose: { kid: 0 } },
      "a list": { jose: { kid: ["ec256-1"] } },
      "an object": { jose: { kid: {} } },
    },
  },
  {
    about: "another issuer's key",
    refused: WRONG_SIGNATURE,
    attacks: {
      "with the same id": [{ key: EVIL_KEY, jose: { kid: "ec256-1" } }, {}],
      "and no id": [{ key: EVIL_KEY, jose: { kid: undefined } }, { jose: { kid: undefined } }],
      "the victim's key under the attacker's issuer": [
        { project: "evil", claims: { iss: EVIL_ISSUER } },
        { project: "evil", claims: { iss: EVIL_ISSUER }, key: EVIL_KEY, jose: { kid: "ec256-1" } },
      ],
      "where one project trusts both": [
        { idps: [{}, { id: "evil", iss: EVIL_ISSUER }], key: EVIL_KEY, jose: { kid: "ec256-1" } },
        { idps: [{}, { id: "evil", iss: EVIL_ISSUER }] },
      ],
    },
  },
  {
    about: "the attacker's issuer, which another project trusts",
    given: { claims: { iss: EVIL_ISSUER }, key: EVIL_KEY, jose: { kid: "ec256-1" } },
    refused: skipped("other_issuer"),
    attacks: { "its good token": [{ project: "p1" }, { project: "evil" }] },
  },
  {
    about: "a key that the issuer does not mean for signatures",
    refused: NO_KEY,
    control: { keys: [{ ...publicJwk("ec256-1"), use: "sig", key_ops: ["verify"], alg: "ES256" }] },
    attacks: each(
      {
        "use: enc": { use: "enc" },
        "use: null": { use: null },
        "key_ops without verify": { key_ops: ["sign", "encrypt"] },
        "key_ops as text": { key_ops: "verify" },
        "an `alg` that is no text": { alg: ["ES256"] },
      },
      (members) => ({ keys: [{ ...publicJwk("ec256-1"), ...members }] }),
    ),
  },
  {
    about: "keys without end to be tried",
    given: { key: fiveKeys[0] },
    refused: TOO_MANY_KEYS,
    attacks: {
      "five of one id": [
        { keys: fiveKeys.map(({ jwk }) => jwk) },
        { keys: fiveKeys.slice(0, 4).map(({ jwk }) => jwk) },
      ],
      "three and no id": [
        { jose: { kid: undefined }, keys: fiveKeys.slice(0, 3).map(({ jwk }) => jwk) },
        { jose: { kid: undefined }, keys: fiveKeys.slice(0, 2).map(({ jwk }) => jwk) },
      ],
    },
  },
];
