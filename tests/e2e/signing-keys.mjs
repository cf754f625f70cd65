// The gateway's own issuer in the tests, and its signing keys as they are stored.
import { execFileSync } from "node:child_process";
import { createDecipheriv } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The record of a set of signing keys of a gateway that is stopped: `signing-keys`, those for access tokens, or `assertion-keys`;
 * `earlier`: its keys were published that many seconds earlier; `age`: the current one has signed for that many seconds.
 */
export function signingKeys(folder, { name = "signing-keys", earlier, age } = {}) {
  const script = fileURLToPath(new URL("signing-keys.py", import.meta.url));
  const changes = Object.entries({ publishedAt: earlier, since: age });
  const more = changes.find(([, seconds]) => seconds !== undefined)?.map(String) ?? [];
  return JSON.parse(execFileSync("python3", [script, folder, name, ...more], { encoding: "utf8" }));
}

/** What a private key that is sealed for a purpose holds, in PKCS#8. */
export function open({ kid, sealed }, sealingKey, purpose = "signing-key") {
  const bytes = Buffer.from(sealed.split(".")[1], "base64url");
  const [nonce, text, tag] = [bytes.subarray(0, 12), bytes.subarray(12, -16), bytes.subarray(-16)];
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(sealingKey, "base64url"), nonce);
  decipher.setAAD(Buffer.from(`${purpose}\0${kid}`)).setAuthTag(tag);
  return Buffer.concat([decipher.update(text), decipher.final()]);
}
