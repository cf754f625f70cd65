// Keys of the gateway's own by WebCrypto: what takes several promises is one call from wasm.
const { subtle } = crypto;
const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** How many keys are kept: the current one of each key set, and those that they replace. */
const MAX_KEPT = 4;

/** The private keys by their ids, the latest last. They cannot be read. */
const kept = new Map();

const bytes = (buffer) => new Uint8Array(buffer);

const sealing = (key, usage) => subtle.importKey("raw", key, "AES-GCM", false, [usage]);

const gcm = (iv, additionalData) => ({ name: "AES-GCM", iv, additionalData });

// Bytes from wasm are views of its memory, which may move while a promise is awaited: WebCrypto copies them when it is called,
// so what is used after an `await` is copied here.
export const seal = async (key, nonce, associated, plain) => {
  [nonce, associated, plain] = [nonce, associated, plain].map((part) => part.slice());
  return bytes(await subtle.encrypt(gcm(nonce, associated), await sealing(key, "encrypt"), plain));
};

// Nothing if it does not open with these arguments.
export const open = async (key, nonce, associated, sealed) => {
  [nonce, associated, sealed] = [nonce, associated, sealed].map((part) => part.slice());
  const imported = await sealing(key, "decrypt");
  return subtle.decrypt(gcm(nonce, associated), imported, sealed).then(bytes, () => undefined);
};

// A key pair: the private key in PKCS#8, the public one as a JWK in JSON.
export const generate = async () => {
  const { privateKey, publicKey } = await subtle.generateKey(ES256, true, ["sign", "verify"]);
  const jwk = await subtle.exportKey("jwk", publicKey);
  return [bytes(await subtle.exportKey("pkcs8", privateKey)), JSON.stringify(jwk)];
};

export const keep = async (kid, pkcs8) => {
  const key = await subtle.importKey("pkcs8", pkcs8, ES256, false, ["sign"]);
  kept.delete(kid);
  kept.set(kid, key);
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value);
};

// The signature, `R || S`; nothing if no key of that id is kept.
export const sign = async (kid, input) => {
  const key = kept.get(kid);
  return key && bytes(await subtle.sign(ES256, key, input));
};
