// RSA signatures: padding that is almost right, and keys that are almost keys.
import { publicJwk } from "../e2e/tokens.mjs";
import { NO_KEY, WRONG_SIGNATURE } from "./expectations.mjs";
import { base64url, emsaPkcs1, emsaPss, generateKey, rawRsa, toBytes, toInteger } from "./forge.mjs";

const RSA = publicJwk("rsa-1");
const MODULUS = Buffer.from(RSA.n, "base64url");

/** A private-key operation on a message that was padded in this way. */
const padded =
  (recipe) =>
  (input, { privateKey }) =>
    rawRsa(privateKey, emsaPkcs1(input, recipe));
const pss =
  (recipe) =>
  (input, { privateKey }) =>
    rawRsa(privateKey, emsaPss(input, recipe));

const SMALL = generateKey("k", "RS256", "rsa", { modulusLength: 1024 });
const ALMOST = generateKey("k", "RS256", "rsa", { modulusLength: 2047 });
const CUBIC = generateKey("k", "RS256", "rsa", { modulusLength: 2048, publicExponent: 3 });
const ODD_EXPONENT = generateKey("k", "RS256", "rsa", { modulusLength: 2048, publicExponent: 65539 });

/** Without a private key: the least number whose cube begins like a padded message. */
function cubeRootForgery(input) {
  const wanted = emsaPkcs1(input, { garbage: 190 });
  const target = toInteger(wanted);
  let [low, high] = [0n, 1n << 700n];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (middle ** 3n < target) low = middle + 1n;
    else high = middle;
  }
  return toBytes(low, 256);
}

/** A signature that holds for the modulus times two: both halves of the Chinese remainder are right. */
function evenSignature(input, { privateKey }) {
  const encoded = toInteger(emsaPkcs1(input, { length: 257 }));
  const root = toInteger(rawRsa(privateKey, toBytes(encoded % toInteger(MODULUS), 256)));
  return toBytes(root % 2n === encoded % 2n ? root : root + toInteger(MODULUS), 257);
}

const jwk = (changes) => ({ keys: [{ ...RSA, ...changes }] });
const good = { keys: [RSA] };

export const groups = [
  {
    about: "PKCS#1 v1.5 padding",
    advisory: "CVE-2006-4339 (OpenSSL)",
    given: { key: "rsa-1" },
    control: { sign: padded({}) },
    refused: WRONG_SIGNATURE,
    attacks: {
      "of type 2": { sign: padded({ type: 2 }) },
      "of type 0": { sign: padded({ type: 0, fill: 0 }) },
      "filled with zeros": { sign: padded({ fill: 0 }) },
      "filled with others": { sign: padded({ fill: 0xfe }) },
      "too short, garbage after the digest": { sign: padded({ garbage: 64 }) },
      "almost none, garbage after the digest": { sign: padded({ garbage: 190 }) },
      "one byte of garbage": { sign: padded({ garbage: 1 }) },
      "a digest without its name": { sign: padded({ info: "" }) },
      "a digest's name without its NULL": {
        sign: padded({ info: "302f300b0609608648016503040201" + "0420" }),
      },
      "a digest's name in long form": {
        sign: padded({ info: "308131300d060960864801650304020105000420" }),
      },
      SHA1: { sign: padded({ hash: "sha1" }) },
      "SHA-384 as SHA-256": { sign: padded({ hash: "sha384" }) },
      "the padded message itself": { sign: (input) => emsaPkcs1(input, {}) },
    },
  },
  {
    about: "a cube root, where the exponent is 3",
    advisory: "CVE-2006-4339 (OpenSSL)",
    given: { keys: [CUBIC.jwk], key: CUBIC },
    refused: WRONG_SIGNATURE,
    attacks: { "forged without the key": { sign: cubeRootForgery } },
  },
  {
    about: "PSS",
    given: { key: "rsa-1", jose: { alg: "PS256" } },
    control: { sign: pss({}) },
    refused: WRONG_SIGNATURE,
    attacks: {
      "no salt": { sign: pss({ saltLength: 0 }) },
      "a salt of 20 bytes": { sign: pss({ saltLength: 20 }) },
      "a salt of 31 bytes": { sign: pss({ saltLength: 31 }) },
      "a salt of 33 bytes": { sign: pss({ saltLength: 33 }) },
      "the longest salt": { sign: pss({ saltLength: 222 }) },
      "a mask by SHA-1": { sign: pss({ mgf: "sha1" }) },
      "a mask by SHA-512": { sign: pss({ mgf: "sha512" }) },
      "another hash": { sign: pss({ hash: "sha512", saltLength: 64 }) },
      "another trailer": { sign: pss({ trailer: 0xcc }) },
    },
  },
  {
    about: "the signature's bytes",
    given: { key: "rsa-1" },
    refused: WRONG_SIGNATURE,
    attacks: {
      empty: { sign: () => "" },
      "one byte": { bendSignature: (bytes) => bytes.subarray(0, 1) },
      half: { bendSignature: (bytes) => bytes.subarray(0, 128) },
      "all but the last": { bendSignature: (bytes) => bytes.subarray(0, -1) },
      "one more": { bendSignature: (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]) },
      "a zero before": { bendSignature: (bytes) => Buffer.concat([Buffer.alloc(1), bytes]) },
      zeros: { bendSignature: () => Buffer.alloc(256) },
      one: { bendSignature: () => toBytes(1n, 256) },
      "the modulus": { bendSignature: () => MODULUS },
      "the modulus less one": { bendSignature: () => toBytes(toInteger(MODULUS) - 1n, 256) },
      "the modulus added": {
        bendSignature: (bytes) => toBytes(toInteger(bytes) + toInteger(MODULUS), 257),
      },
      "in hexadecimal": { bendSignature: (bytes) => bytes.toString("hex") },
    },
  },
  {
    about: "an RSA key that is too weak or no RSA key",
    given: { key: "rsa-1" },
    control: good,
    refused: NO_KEY,
    attacks: {
      "1024 bits": { key: SMALL, keys: [SMALL.jwk] },
      "2047 bits": { key: ALMOST, keys: [ALMOST.jwk] },
      "1024 bits with zeros before": {
        key: SMALL,
        keys: [
          {
            ...SMALL.jwk,
            n: base64url(Buffer.concat([Buffer.alloc(128), Buffer.from(SMALL.jwk.n, "base64url")])),
          },
        ],
      },
      "8200 bits": jwk({ n: base64url(Buffer.alloc(1025, 0xff)) }),
      "no modulus": jwk({ n: "" }),
      "a modulus of one": jwk({ n: "AQ" }),
      "an even modulus": { sign: evenSignature, ...jwk({ n: base64url(toBytes(toInteger(MODULUS) * 2n)) }) },
      "exponent 1: every padded message is its own signature": {
        sign: (input) => emsaPkcs1(input, {}),
        ...jwk({ e: "AQ" }),
      },
      "exponent 1 with zeros before": { sign: (input) => emsaPkcs1(input, {}), ...jwk({ e: "AAAB" }) },
      "exponent 0": jwk({ e: "AA" }),
      "no exponent": jwk({ e: "" }),
      "exponent 2": jwk({ e: "Ag" }),
      "exponent 65536": jwk({ e: "AQAA" }),
      "exponent 65539": { key: ODD_EXPONENT, keys: [ODD_EXPONENT.jwk] },
      "an exponent as long as the modulus": jwk({ e: RSA.n }),
      "a modulus in padded base64": jwk({ n: `${RSA.n}==` }),
      "a modulus that is no text": jwk({ n: 65537 }),
      "another type's name": jwk({ kty: "RSA1" }),
      "the type's name in lower case": jwk({ kty: "rsa" }),
    },
  },
];
