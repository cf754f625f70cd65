// The form of a token: base64url, size, and the other shapes that JOSE knows.
import { deflateRawSync } from "node:zlib";
import { CompactEncrypt, importJWK } from "jose";
import { ENTRY } from "../e2e/project.mjs";
import { publicJwk } from "../e2e/tokens.mjs";
import { WRONG_SIGNATURE, byRuntime, malformed } from "./expectations.mjs";
import { adding, base64url, signed } from "./forge.mjs";
import { each } from "./table.mjs";

/** A part of a token otherwise than in strict base64url, the signature being right for what is sent. */
const LAX = {
  "one sign of padding": (part) => `${part}=`,
  "padding to four": (part) => part.padEnd(Math.ceil((part.length + 1) / 4) * 4, "="),
  "a space within": (part) => `${part.slice(0, 5)} ${part.slice(5)}`,
  "a tab within": (part) => `${part.slice(0, 5)}\t${part.slice(5)}`,
  "a plus": (part) => `+${part.slice(1)}`,
  "a slash": (part) => `/${part.slice(1)}`,
  "a percent-escape": (part) => `%65${part.slice(1)}`,
  "a letter beside the alphabet": (part) => `${part.slice(0, 5)}!${part.slice(5)}`,
  "one letter too many": (part) => part.slice(0, Math.floor(part.length / 4) * 4) + "A",
};

/** A token of exactly so many bytes: a claim is as long as it takes; every third length lacks one byte of filling. */
const ofLength = (length) => ({
  claims: (text) => {
    const others = base64url(JSON.stringify({ alg: "ES256", kid: "ec256-1", typ: "JWT" })).length + 2 + 86;
    const room = Math.floor(((length - others) * 3) / 4) - text.length - ',"x":""'.length;
    return adding(`"x":"${"x".repeat(room)}"`)(text);
  },
});

/** The last letter of a part with one of its unused bits set; the JSON is made to have some. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const trailingBit = (part) => part.slice(0, -1) + ALPHABET[ALPHABET.indexOf(part.at(-1)) | 1];
const unaligned = (text) => text.replace(/}$/, " ".repeat((3 - ((text.length - 1) % 3)) % 3) + "}");

/** The parts of a token by the names of the JSON serialisation. */
const members = (token) => {
  const [protectedHeader, payload, signature] = token.split(".");
  return { protected: protectedHeader, payload, signature };
};

/** A token without a signature, encrypted to the public key of the issuer. */
const plain = `${base64url('{"alg":"none"}')}.${base64url(`{"iss":"${ENTRY.iss}","sub":"admin","iat":1,"exp":9e9}`)}.`;
const encrypted = await new CompactEncrypt(Buffer.from(plain))
  .setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM", cty: "JWT", kid: "rsa-1" })
  .encrypt(await importJWK(publicJwk("rsa-1"), "RSA-OAEP-256"));

export const groups = [
  ...["jose", "claims", "signature"].map((part) => ({
    about: `base64url (${part})`,
    refused: malformed("not_a_jws"),
    attacks: each(LAX, (change) => ({ encode: { [part]: change } })),
  })),
  {
    about: "base64url",
    refused: malformed("not_a_jws"),
    attacks: {
      "unused bits (jose)": [{ jose: unaligned, encode: { jose: trailingBit } }, { jose: unaligned }],
      "unused bits (claims)": [{ claims: unaligned, encode: { claims: trailingBit } }, { claims: unaligned }],
      "unused bits (signature)": { encode: { signature: trailingBit } },
    },
  },
  {
    about: "the number of parts",
    refused: malformed("not_a_jws"),
    attacks: {
      one: { bend: (token) => token.replaceAll(".", "") },
      two: { bend: (token) => token.split(".").slice(0, 2).join(".") },
      four: { bend: (token) => `${token}.` },
      "five, like a JWE": { bend: (token) => `${token}.AAAA.AAAA` },
      "a dot before": { bend: (token) => `.${token}` },
      "dots alone": { bend: () => ".." },
      "a thousand dots": { bend: () => ".".repeat(1000) },
      "disclosures after it (SD-JWT)": { bend: (token) => `${token}~WyJhIl0~` },
      "the same token twice": { bend: (token) => `${token}.${token}` },
    },
  },
  {
    about: "size",
    advisory: "CVE-2025-30204 (golang-jwt), CVE-2025-27144 (go-jose), CVE-2025-22868 (x/oauth2)",
    refused: malformed("too_long"),
    attacks: {
      "16 KiB and one byte": [ofLength(16 * 1024 + 1), ofLength(16 * 1024)],
      "16 KiB and a signature's byte": [
        { ...ofLength(16 * 1024), bend: (token) => `${token}A` },
        ofLength(16 * 1024),
      ],
      "60 KB": [ofLength(60_000), ofLength(1000)],
      "60 000 dots": { bend: () => ".".repeat(60_000) },
    },
  },
  {
    about: "size",
    advisory: "CVE-2025-30204 (golang-jwt)",
    refused: byRuntime(431),
    attacks: { "a million dots": { bend: () => ".".repeat(1_000_000) } },
  },
  {
    about: "another serialisation",
    advisory: "CVE-2022-39227 (python-jwt), CVE-2026-29000 (pac4j-jwt), CVE-2022-36083 (jose)",
    refused: malformed("not_a_jws"),
    attacks: {
      "flattened JSON": { bend: (token) => JSON.stringify(members(token)) },
      "general JSON": {
        bend: (token) => {
          const { payload, ...signature } = members(token);
          return JSON.stringify({ payload, signatures: [signature] });
        },
      },
      "JSON around a compact one": {
        bend: (token) => `{"  ${token}":"","protected":"e30","payload":"e30","signature":"AA"}`,
      },
      "an unsigned one, encrypted to the public key": { bend: () => encrypted },
      "CBOR's tag for it": { bend: (token) => `0oRDoQEmoE${token}` + "." },
    },
  },
  {
    about: "a payload that is no JSON object",
    refused: malformed("payload"),
    attacks: {
      "a token in the token": { claims: plain },
      "a token as JSON text": { claims: JSON.stringify(plain) },
      "detached: none": { bend: (token) => token.replace(/\..*\./, "..") },
      compressed: { jose: { zip: "DEF" }, claims: (text) => deflateRawSync(text) },
      "encoded twice": { claims: (text) => base64url(text) },
    },
  },
  {
    about: "a header that says there is no JSON object within",
    control: { jose: { cty: "json" } },
    refused: malformed("not_a_jws"),
    attacks: {
      "a token in the token": { jose: { cty: "JWT" }, claims: plain },
      "`cty: JWT` over claims": { jose: { cty: "JWT" } },
      "`cty: CBOR` over claims": { jose: { cty: "CBOR" } },
    },
  },
  {
    about: "`crit`",
    advisory: "CVE-2025-59420 (Authlib), CVE-2026-32597 (PyJWT), CVE-2026-35042 (fast-jwt)",
    refused: malformed("critical"),
    attacks: {
      "an unknown extension": { jose: { crit: ["x"], x: 1 } },
      "an extension that is not there": { jose: { crit: ["x"] } },
      b64: { jose: { crit: ["b64"], b64: true } },
      "the payload not encoded": { jose: { crit: ["b64"], b64: false } },
      "a registered name": { jose: { crit: ["exp"], exp: 1 } },
      itself: { jose: { crit: ["crit"] } },
      "an empty list": { jose: { crit: [] } },
      null: { jose: { crit: null } },
      text: { jose: { crit: "b64" } },
      "an object": { jose: { crit: {} } },
      "in escapes": { jose: adding('"cr\\u0069t":["x"]') },
    },
  },
  {
    about: "an unencoded payload without `crit`",
    refused: WRONG_SIGNATURE,
    attacks: {
      "signed as it reads": [
        {
          jose: { b64: false },
          sign: (input, signer) => {
            const [header, payload] = input.split(".");
            return signed(`${header}.${Buffer.from(payload, "base64url")}`, signer);
          },
        },
        { jose: { b64: false } },
      ],
    },
  },
  {
    about: "an unencoded payload without `crit`",
    refused: malformed("not_a_jws"),
    attacks: {
      "sent as it reads": [
        { jose: { b64: false }, encode: { claims: (part) => Buffer.from(part, "base64url").toString() } },
        { jose: { b64: false } },
      ],
    },
  },
];
