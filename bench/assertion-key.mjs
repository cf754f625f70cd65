// A key that signs assertions, published and sealed as the control plane does it (`service/src/sealing.rs`).
import { createCipheriv, createHash, generateKeyPairSync, randomBytes } from "node:crypto";

const sealing = randomBytes(32);

/** The secret of the edge that opens it. */
export const EDGE_SEALING_KEY = sealing.toString("base64url");

/** What KV has of it, under `assertion-key`. */
export function assertionKey() {
  const kid = "bench";
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", sealing, nonce).setAAD(Buffer.from(`assertion-key\0${kid}`));
  const text = cipher.update(privateKey.export({ type: "pkcs8", format: "der" }));
  const sealed = Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]).toString("base64url");
  const id = createHash("sha256").update("sealing key id\0").update(sealing).digest().subarray(0, 6);
  return {
    version: 1,
    issuer: "https://gateway.example/auth",
    kid,
    sealed: `${id.toString("base64url")}.${sealed}`,
  };
}
