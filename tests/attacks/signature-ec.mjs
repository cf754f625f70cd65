// Signatures on elliptic curves: numbers out of range, other encodings, points beside the curve.
import { sign as cryptoSign } from "node:crypto";
import { publicJwk } from "../e2e/tokens.mjs";
import { KEY_REFUSED, NO_KEY, WRONG_SIGNATURE } from "./expectations.mjs";
import { base64url, bendRs, generateKey, toBytes, toInteger } from "./forge.mjs";

/** The orders of the curves' groups. */
const ORDER = {
  "ec256-1": BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
  "ec384-1": BigInt(
    "0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
  ),
  "ec521-1": BigInt(`0x01${"f".repeat(65)}a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`),
  "ed25519-1": BigInt("0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed"),
};

const der = (input, { alg, privateKey }) =>
  cryptoSign(`sha${alg.slice(2)}`, Buffer.from(input), { key: privateKey, dsaEncoding: "der" });

/** The numbers r and s out of their range, or exchanged. */
const outOfRange = (key) => {
  const n = ORDER[key];
  return {
    "both zero": { bendSignature: bendRs(() => [0n, 0n]) },
    "r zero": { bendSignature: bendRs(({ s }) => [0n, s]) },
    "s zero": { bendSignature: bendRs(({ r }) => [r, 0n]) },
    "both the order": { bendSignature: bendRs(() => [n, n]) },
    "r the order": { bendSignature: bendRs(({ s }) => [n, s]) },
    "s the order": { bendSignature: bendRs(({ r }) => [r, n]) },
    "s all ones": { bendSignature: (bytes) => bytes.fill(0xff, bytes.length / 2) },
    "both one": { bendSignature: bendRs(() => [1n, 1n]) },
    exchanged: { bendSignature: bendRs(({ r, s }) => [s, r]) },
    "r negated": { bendSignature: bendRs(({ r, s }) => [n - r, s]) },
  };
};

const EC = publicJwk("ec256-1");
const ED = publicJwk("ed25519-1");
const bytesOf = (coordinate) => Buffer.from(coordinate, "base64url");
const nextTo = (coordinate) =>
  base64url(toBytes(toInteger(bytesOf(coordinate)) ^ 1n, bytesOf(coordinate).length));
const zeros = (length) => base64url(Buffer.alloc(length));

/** The prime of P-256: a coordinate that much greater means the same to sloppy arithmetic. */
const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;

const KOBLITZ = generateKey("k", "ES256", "ec", { namedCurve: "secp256k1" });
const ED448 = generateKey("k", "EdDSA", "ed448");
const X25519 = generateKey("k", "EdDSA", "x25519");

const keysOf = (jwk, changes) => [{ keys: [{ ...jwk, ...changes }] }, { keys: [jwk] }];

export const groups = [
  ...["ec256-1", "ec384-1", "ec521-1"].map((key) => ({
    about: `ECDSA's two numbers (${key})`,
    advisory: "CVE-2022-21449 (Java), CVE-2022-41340 (secp256k1-js)",
    given: { key },
    refused: WRONG_SIGNATURE,
    attacks: outOfRange(key),
  })),
  {
    about: "s and its negative are one signature (RFC 7515 demands neither)",
    refused: { status: 200 },
    attacks: {
      "the other one of P-256": { bendSignature: bendRs(({ r, s }) => [r, ORDER["ec256-1"] - s]) },
      "the higher one of P-256": {
        bendSignature: bendRs(({ r, s }) => [r, s > ORDER["ec256-1"] / 2n ? s : ORDER["ec256-1"] - s]),
      },
      "the other one of P-521": [
        { key: "ec521-1", bendSignature: bendRs(({ r, s }) => [r, ORDER["ec521-1"] - s]) },
        { key: "ec521-1" },
      ],
    },
  },
  {
    about: "an ECDSA signature of another form",
    advisory: "CVE-2020-28042 (ServiceStack: an empty one)",
    refused: WRONG_SIGNATURE,
    attacks: {
      DER: { sign: der },
      "DER, P-384": [{ key: "ec384-1", sign: der }, { key: "ec384-1" }],
      "DER, P-521": [{ key: "ec521-1", sign: der }, { key: "ec521-1" }],
      empty: { sign: () => "" },
      "one byte": { bendSignature: (bytes) => bytes.subarray(0, 1) },
      "r alone": { bendSignature: (bytes) => bytes.subarray(0, 32) },
      "all but the last byte": { bendSignature: (bytes) => bytes.subarray(0, 63) },
      "one byte more": { bendSignature: (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]) },
      "each with a zero before": {
        bendSignature: (bytes) =>
          Buffer.concat([Buffer.alloc(1), bytes.subarray(0, 32), Buffer.alloc(1), bytes.subarray(32)]),
      },
      "as long as P-384's": {
        bendSignature: (bytes) =>
          Buffer.concat([Buffer.alloc(16), bytes.subarray(0, 32), Buffer.alloc(16), bytes.subarray(32)]),
      },
      "in hexadecimal": { bendSignature: (bytes) => bytes.toString("hex") },
    },
  },
  {
    about: "Ed25519",
    advisory: "CVE-2026-33895 (node-forge), CVE-2020-36843 (ed25519-java)",
    given: { key: "ed25519-1" },
    refused: WRONG_SIGNATURE,
    attacks: {
      "s not reduced": {
        bendSignature: (bytes) => {
          const s = toInteger(Buffer.from(bytes.subarray(32)).reverse()) + ORDER["ed25519-1"];
          return Buffer.concat([bytes.subarray(0, 32), toBytes(s, 32).reverse()]);
        },
      },
      zeros: { bendSignature: () => Buffer.alloc(64) },
      "the neutral point and zero": {
        bendSignature: () => Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]),
      },
      empty: { sign: () => "" },
      "all but the last byte": { bendSignature: (bytes) => bytes.subarray(0, 63) },
      "one byte more": { bendSignature: (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]) },
      "of the message's hash": {
        sign: (input, { privateKey }) =>
          cryptoSign(null, Buffer.from(input, "utf8").subarray(0, 64), privateKey),
      },
    },
  },
  {
    about: "a point that is not on the curve",
    advisory: "CVE-2017-12974 (Nimbus JOSE+JWT)",
    refused: KEY_REFUSED,
    attacks: {
      "another y": keysOf(EC, { y: nextTo(EC.y) }),
      "another x": keysOf(EC, { x: nextTo(EC.x) }),
      "x and y exchanged": keysOf(EC, { x: EC.y, y: EC.x }),
      "the origin": keysOf(EC, { x: zeros(32), y: zeros(32) }),
      "x beyond the prime": keysOf(EC, { x: base64url(toBytes(P256, 32)) }),
      "all ones": keysOf(EC, { x: base64url(Buffer.alloc(32, 0xff)), y: base64url(Buffer.alloc(32, 0xff)) }),
    },
  },
  {
    about: "a key of another curve than it says",
    advisory: "CVE-2020-0601 (Windows: parameters of one's own)",
    refused: NO_KEY,
    attacks: {
      "P-384 of P-256's length": keysOf(EC, { crv: "P-384" }),
      "P-521 of P-256's length": keysOf(EC, { crv: "P-521" }),
      secp256k1: [
        { keys: [KOBLITZ.jwk], key: KOBLITZ },
        { keys: [EC], key: "ec256-1" },
      ],
      "secp256k1 as P-256K": keysOf(EC, { crv: "P-256K" }),
      "in lower case": keysOf(EC, { crv: "p-256" }),
      "no curve": keysOf(EC, { crv: undefined }),
      "no y": keysOf(EC, { y: undefined }),
      "a compressed point": keysOf(EC, {
        x: base64url(Buffer.concat([Buffer.from([2]), bytesOf(EC.x)])),
        y: "",
      }),
      "x with a zero before": keysOf(EC, { x: base64url(Buffer.concat([Buffer.alloc(1), bytesOf(EC.x)])) }),
      "an RSA key by type": keysOf(EC, { kty: "RSA" }),
      "Ed25519 by curve": keysOf(EC, { crv: "Ed25519" }),
      "an Edwards key as EC": [
        { key: "ed25519-1", keys: [{ ...ED, kty: "EC", y: ED.x }] },
        { key: "ed25519-1", keys: [ED] },
      ],
      "X25519 by curve": [
        { key: "ed25519-1", keys: [{ ...ED, crv: "X25519" }] },
        { key: "ed25519-1", keys: [ED] },
      ],
      "a real X25519 key": [
        { key: { ...X25519, privateKey: undefined }, sign: () => Buffer.alloc(64, 1), keys: [X25519.jwk] },
        { key: "ed25519-1", keys: [ED] },
      ],
      Ed448: [
        { key: ED448, keys: [ED448.jwk] },
        { key: "ed25519-1", keys: [ED] },
      ],
      "31 bytes": [
        { key: "ed25519-1", keys: [{ ...ED, x: base64url(bytesOf(ED.x).subarray(1)) }] },
        { key: "ed25519-1", keys: [ED] },
      ],
    },
  },
  {
    about: "the curve's parameters in the key",
    advisory: "CVE-2020-0601 (Windows)",
    refused: WRONG_SIGNATURE,
    attacks: {
      "a generator of one's own does not count": [
        { keys: [{ ...EC, g: publicJwk("ec256-2").x, d: "AQ" }], key: "ec256-2", jose: { kid: "ec256-1" } },
        { keys: [{ ...EC, g: publicJwk("ec256-2").x, d: "AQ" }] },
      ],
    },
  },
];
