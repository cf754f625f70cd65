// Public keys of tests/keys.json as PEM, alone and in a certificate.
import { createPublicKey } from "node:crypto";
import { publicJwk } from "../e2e/tokens.mjs";

const spki = (name) =>
  createPublicKey({ key: publicJwk(name), format: "jwk" }).export({ type: "spki", format: "der" });

/** The public key. */
export const pem = (name) => armoured("PUBLIC KEY", spki(name));

/** A certificate of the key; nobody looks at its signature. */
export function certificate(name) {
  const version = element(0xa0, element(0x02, Buffer.from([2])));
  const serial = element(0x02, Buffer.from([1]));
  const algorithm = element(0x30, element(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const time = (text) => element(0x17, Buffer.from(text));
  const validity = element(0x30, time("260101000000Z"), time("360101000000Z"));
  const nobody = element(0x30);
  const content = element(0x30, version, serial, algorithm, nobody, validity, nobody, spki(name));
  return armoured("CERTIFICATE", element(0x30, content, algorithm, element(0x03, Buffer.from([0, 0]))));
}

function armoured(label, der) {
  const lines = der.toString("base64").match(/.{1,64}/g);
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** An element of DER. */
function element(tag, ...contents) {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
