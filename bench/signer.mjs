// A thread that signs the tokens numbered `from` up to `to`, and gives them back one a line.
import { createPrivateKey, sign } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { ISSUED } from "./documents.mjs";

const HASHES = { RS256: "sha256", ES256: "sha256", EdDSA: null, ES512: "sha512" };

const { algorithm, pair, issued, from, to } = workerData;
const { typ, claims } = ISSUED[issued];
const key = createPrivateKey({ key: Buffer.from(pair.pkcs8, "base64"), format: "der", type: "pkcs8" });
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const header = encode({ alg: algorithm, kid: pair.jwk.kid, typ });
let lines = "";
for (let number = from; number < to; number += 1) {
  const input = `${header}.${encode(claims(number))}`;
  const signature = sign(HASHES[algorithm], Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
  lines += `${input}.${signature.toString("base64url")}\n`;
}
parentPort.postMessage(lines);
