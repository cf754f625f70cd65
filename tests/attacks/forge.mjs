// Tokens that are good but for what a recipe says, and the means to bend signatures.
import * as crypto from "node:crypto";
import { privateKey } from "../e2e/tokens.mjs";

/** The claim of a time `seconds` from when the token is made. */
export const fromNow = (seconds) => ({ toJSON: () => Math.floor(Date.now() / 1000) + seconds });

/** JSON text with more at the end of the object. */
export const adding = (more) => (text) => text.replace(/}$/, () => `,${more}}`);

const ALGORITHMS = { rsa: "RS256", ec256: "ES256", ec384: "ES384", ec521: "ES512", ed25519: "EdDSA" };

/**
 * Makes a token. `key` signs: a name of tests/keys.json, or `{ kid, alg, privateKey }`. `jose`, the header, and `claims`
 * change members (`undefined` removes one), or turn the JSON text of the good ones into another text, or are that text.
 * `sign` makes the signature of the signing input, `bendSignature` changes it; `encode` changes a part after its base64url
 * encoding and before it is signed; `bend` changes the whole token. `{trap}`, `{issuer}`, `{own}`
 * and `{other}` stand
 * for what `place` knows of them.
 */
export function forge(recipe, place) {
  const { key = "ec256-1", jose, claims, sign, bendSignature = same, encode = {}, bend = same } = recipe;
  const signer = typeof key === "string" ? named(key) : key;
  const goodHeader = { alg: signer.alg, kid: signer.kid, typ: "JWT" };
  const goodClaims = { iss: place.iss, sub: "someone", iat: fromNow(0), exp: fromNow(600) };
  const part = (name, change, good) => (encode[name] ?? same)(base64url(written(change, good, place)));
  const input = `${part("jose", jose, goodHeader)}.${part("claims", claims, goodClaims)}`;
  const alg = jose?.alg ?? signer.alg;
  const signature = bendSignature((sign ?? signed)(input, { alg, privateKey: signer.privateKey }));
  return bend(`${input}.${(encode.signature ?? same)(base64url(signature))}`);
}

const same = (value) => value;

function named(name) {
  return { kid: name, alg: ALGORITHMS[name.split("-")[0]], privateKey: privateKey(name) };
}

function written(change, good, place) {
  if (typeof change === "function") return change(JSON.stringify(good));
  if (typeof change === "string" || Buffer.isBuffer(change)) return change;
  return JSON.stringify({ ...good, ...change }).replace(
    /{(trap|issuer|own|other)}/g,
    (whole, name) => place[name] ?? whole,
  );
}

export const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

/** The signature that the algorithm prescribes. */
export function signed(input, { alg, privateKey: key }) {
  const hash = alg === "EdDSA" ? null : hashOf(alg);
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = crypto.constants;
  const scheme = { RS: {}, PS: { padding, saltLength }, ES: { dsaEncoding: "ieee-p1363" }, Ed: {} };
  return crypto.sign(hash, Buffer.from(input), { key, ...scheme[alg.slice(0, 2)] });
}

const hashOf = (alg) => `sha${alg.slice(2)}`;

/** An HMAC with what is no secret. */
export const hmac =
  (secret) =>
  (input, { alg }) =>
    crypto.createHmac(hashOf(alg), secret).update(input).digest();

/** A new key pair as a recipe's `key`, with its public JWK. */
export function generateKey(kid, alg, type, options) {
  const pair = crypto.generateKeyPairSync(type, options);
  return { kid, alg, privateKey: pair.privateKey, jwk: { kid, ...pair.publicKey.export({ format: "jwk" }) } };
}

export const toInteger = (bytes) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);

export function toBytes(integer, length) {
  const digits = integer.toString(16);
  return Buffer.from(digits.padStart(length ? 2 * length : digits.length + (digits.length % 2), "0"), "hex");
}

/** ECDSA: the signature with its two numbers changed, each as long as the curve's order. */
export const bendRs = (change) => (signature) => {
  const length = signature.length / 2;
  const [r, s] = [signature.subarray(0, length), signature.subarray(length)].map(toInteger);
  return Buffer.concat(change({ r, s }).map((number) => toBytes(number, length)));
};

/** RSA: the private key's bare operation. */
export const rawRsa = (key, encoded) =>
  crypto.privateEncrypt({ key, padding: crypto.constants.RSA_NO_PADDING }, encoded);

const DIGEST_INFO = {
  sha1: "3021300906052b0e03021a05000414",
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
};

/** EMSA-PKCS1-v1_5 (RFC 8017, section 9.2), in which a recipe may go astray. */
export function emsaPkcs1(
  input,
  { length = 256, hash = "sha256", type = 1, fill = 0xff, info = DIGEST_INFO[hash], garbage = 0 },
) {
  const digest = Buffer.concat([Buffer.from(info, "hex"), crypto.createHash(hash).update(input).digest()]);
  const padding = Buffer.alloc(length - digest.length - 3 - garbage, fill);
  return Buffer.concat([Buffer.from([0, type]), padding, Buffer.from([0]), digest, Buffer.alloc(garbage)]);
}

/** EMSA-PSS (RFC 8017, section 9.1) for a 2048-bit key, in which a recipe may go astray. */
export function emsaPss(
  input,
  { hash = "sha256", mgf = hash, saltLength = 32, trailer = 0xbc, length = 256 },
) {
  const digest = (name, ...parts) => crypto.createHash(name).update(Buffer.concat(parts)).digest();
  const salt = crypto.randomBytes(saltLength);
  const h = digest(hash, Buffer.alloc(8), digest(hash, Buffer.from(input)), salt);
  const data = Buffer.alloc(length - h.length - 1);
  data[data.length - saltLength - 1] = 1;
  salt.copy(data, data.length - saltLength);
  for (let counter = 0, at = 0; at < data.length; counter += 1) {
    for (const byte of digest(mgf, h, Buffer.from([0, 0, 0, counter])))
      if (at < data.length) data[at++] ^= byte;
  }
  data[0] &= 0x7f;
  return Buffer.concat([data, h, Buffer.from([trailer])]);
}
