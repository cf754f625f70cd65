// Signed tokens, one a line in a file for each algorithm. Signing them takes longer than a quick run, so they are kept in
// the cache folder of the tools.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { Worker } from "node:worker_threads";
import { ISSUED, KEYS } from "./documents.mjs";

const PAIRS = JSON.parse(readFileSync(new URL("../tests/keys.json", import.meta.url)));

const { EDGE_AUTHORIZER_CACHE, XDG_CACHE_HOME = `${homedir()}/.cache` } = process.env;
export const CACHE = EDGE_AUTHORIZER_CACHE ?? `${XDG_CACHE_HOME}/edge-authorizer`;

/** A file of at least `count` tokens of an algorithm, which were `issued` so; they are signed if they are not there yet. */
export async function corpus(algorithm, count, issued = "byProvider") {
  const pair = PAIRS[KEYS[algorithm]];
  const folder = `${CACHE}/bench-tokens`;
  const content = createHash("sha256").update(JSON.stringify([ISSUED[issued].claims(0), pair.jwk]));
  const prefix = `${algorithm}-${content.digest("hex").slice(0, 12)}-`;
  mkdirSync(folder, { recursive: true });
  const serves = (name) => name.startsWith(prefix) && Number.parseInt(name.slice(prefix.length)) >= count;
  const kept = readdirSync(folder).find(serves);
  if (kept) return `${folder}/${kept}`;

  console.error(`• signing ${count} tokens with ${algorithm} (once a machine)`);
  const threads = availableParallelism();
  const share = (part) => Math.floor((count * part) / threads);
  const parts = Array.from({ length: threads }, (_, part) =>
    signAside({ algorithm, pair, issued, from: share(part), to: share(part + 1) }),
  );
  const file = `${folder}/${prefix}${count}`;
  const unfinished = `${folder}/unfinished-${process.pid}`;
  writeFileSync(unfinished, (await Promise.all(parts)).join(""));
  renameSync(unfinished, file);
  return file;
}

function signAside(workerData) {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL("signer.mjs", import.meta.url), { workerData });
    thread.once("message", resolve);
    thread.once("error", reject);
  });
}
