// Memory under very many tokens, and what a flood of one-time tokens does to those that are used again and again.
import { readFileSync, writeFileSync } from "node:fs";
import { sendOne } from "./client.mjs";
import { corpus } from "./corpus.mjs";
import { PATH } from "./documents.mjs";
import { load, sendAtLeast } from "./load.mjs";
import { residentMiB } from "./processes.mjs";
import { median } from "./rounds.mjs";
import { FOLDER } from "./workerd.mjs";

const CONNECTIONS = 64;
const FIRST_SECONDS = 3;
const SAMPLE_MS = 500;

/** The resident memory of this worker, in MiB, while it serves `memoryRequests` with `memoryTokens` tokens in turn. */
export const memory = (environment, size, say) => memoryOf("ours", environment, size, say);

/** The same of the node. */
export const nodeMemory = (environment, size, say) => memoryOf("node", environment, size, say);

async function memoryOf(name, environment, { settlingRequests, memoryRequests, memoryTokens }, say) {
  const file = await corpus("RS256", memoryTokens);
  const worker = await environment.start(name);
  const resident = () => residentMiB(worker.pid);
  const atFirst = resident();
  const samples = [];
  const sampling = setInterval(() => {
    samples.push(resident());
    if (samples.length % 20 === 0) say(`${resident().toFixed(0)} MiB`);
  }, SAMPLE_MS);
  try {
    say("one token, until the heap has its size");
    await sendAtLeast(worker, PATH, settlingRequests, { file, count: 1 });
    samples.length = 0;
    const settled = resident();
    say(`${memoryTokens} tokens`);
    const requests = await sendAtLeast(worker, PATH, memoryRequests, { file, count: memoryTokens });
    const quarter = Math.ceil(samples.length / 4);
    const atLast = median(samples.slice(-quarter));
    const before = median(samples.slice(-2 * quarter, -quarter));
    return { requests, atFirst, settled, atLast, growth: atLast - settled, drift: atLast - before, samples };
  } finally {
    clearInterval(sampling);
    await worker.stop();
  }
}

const REGULAR_TOKENS = 1000;
const FLOOD_RATIO = 10;
// By the length of their signatures the two kinds are told apart.
const [REGULAR, REGULAR_BYTES] = ["ES256", 64];
const [ONE_TIME, ONE_TIME_BYTES] = ["RS256", 256];

/** How many of the requests with regular tokens are answered without a check, while ten one-time tokens come with each. */
export async function flood(environment, { memoryTokens, floodSeconds }, say) {
  const lines = (file, count) => readFileSync(file, "utf8").split("\n", count);
  const regular = await corpus(REGULAR, memoryTokens);
  const tokens = lines(regular, REGULAR_TOKENS);
  const oneTime = lines(await corpus(ONE_TIME, memoryTokens), memoryTokens);
  const mixed = oneTime.flatMap((token, number) =>
    number % FLOOD_RATIO ? [token] : [tokens[(number / FLOOD_RATIO) % REGULAR_TOKENS], token],
  );
  const file = `${FOLDER}flood.txt`;
  writeFileSync(file, mixed.join("\n"));

  const worker = await environment.start("counted");
  const send = (seconds, tokens) => load(worker, { path: PATH, connections: CONNECTIONS, seconds, tokens });
  const checks = async () => JSON.parse((await sendOne(worker.urlOf("Checks"), "/")).text);
  try {
    say("regular tokens");
    await send(FIRST_SECONDS, { file: regular, count: REGULAR_TOKENS });
    say("regular tokens among one-time tokens");
    const before = await checks();
    const { requests } = await send(floodSeconds, { file, count: mixed.length });
    const after = await checks();
    const checked = (bytes) => (after[bytes] ?? 0) - (before[bytes] ?? 0);
    const regularRequests = requests / (1 + FLOOD_RATIO);
    // Who checks nothing would hit always.
    if (checked(ONE_TIME_BYTES) < requests / 2) throw new Error("not every check of a new token is seen");
    const misses = checked(REGULAR_BYTES);
    return { requests, regularRequests, misses, hitRate: Math.max(0, 1 - misses / regularRequests) };
  } finally {
    await worker.stop();
  }
}
