// Tokens and key sets made of the key pairs in tests/keys.json.
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { CompactSign, importPKCS8 } from "jose";

const KEYS = JSON.parse(readFileSync(new URL("../keys.json", import.meta.url)));

/** The public key with the `kid` of that name. */
export const publicJwk = (name) => KEYS[name].jwk;

/** The private key of that name. */
export const privateKey = (name) =>
  createPrivateKey({ key: Buffer.from(KEYS[name].pkcs8, "base64"), format: "der", type: "pkcs8" });

/** A compact JWS of `header` and `claims`. */
export async function sign(name, header, claims) {
  const pem = `-----BEGIN PRIVATE KEY-----\n${KEYS[name].pkcs8}\n-----END PRIVATE KEY-----`;
  const key = await importPKCS8(pem, header.alg);
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(header).sign(key);
}

/** A key set as the worker stores it, good for an hour. */
export function keyRecord(keys) {
  const now = Date.now() / 1000;
  return { jwks: { keys }, fetchedAt: now, expiresAt: now + 3600 };
}

/** `target` with `changes`; `null` removes a member. */
export function merge(target, changes = {}) {
  return Object.fromEntries(Object.entries({ ...target, ...changes }).filter(([, value]) => value !== null));
}
