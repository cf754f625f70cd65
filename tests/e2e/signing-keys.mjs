// The gateway's own issuer in the tests, and its signing keys as they are stored.
import { execFileSync } from "node:child_process";
import { createDecipheriv } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The record of the signing keys of a gateway that is stopped; `earlier`: its keys were published that many seconds earlier. */
export function signingKeys(folder, earlier) {
  const script = fileURLToPath(new URL("signing-keys.py", import.meta.url));
  const more = earlier === undefined ? [] : [String(earlier)];
  return JSON.parse(
    execFileSync("python3", [script, join(folder, "objects"), ...more], { encoding: "utf8" }),
  );
}

/** What a sealed private key holds, in PKCS#8. */
export function open({ kid, sealed }, sealingKey) {
  const bytes = Buffer.from(sealed.split(".")[1], "base64url");
  const [nonce, text, tag] = [bytes.subarray(0, 12), bytes.subarray(12, -16), bytes.subarray(-16)];
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(sealingKey, "base64url"), nonce);
  decipher.setAAD(Buffer.from(`signing-key\0${kid}`)).setAuthTag(tag);
  return Buffer.concat([decipher.update(text), decipher.final()]);
}
