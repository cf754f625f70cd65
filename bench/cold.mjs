// The start: from the process to the first authorized answer, and what of it is the wasm.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { sendOne } from "./client.mjs";
import { PATH } from "./documents.mjs";
import { median } from "./rounds.mjs";
import { bundle } from "./workers.mjs";

const INSTANCES = 50;

/** Milliseconds until workers listen and until they answer; those of the wasm; what is deployed, in KiB. */
export async function cold(environment, { coldRounds, firstToken }, say) {
  const samples = { pass: [], wasm: [], hono: [], alone: [] };
  const workers = Object.keys(samples);
  for (let round = 0; round < coldRounds; round += 1) {
    if (round % 5 === 0) say(`start ${round + 1} of ${coldRounds}`);
    for (const worker of round % 2 ? workers.toReversed() : workers) {
      samples[worker].push(await firstAnswer(environment, worker, firstToken));
    }
  }
  const listened = (worker) => median(samples[worker].map((sample) => sample.listened));
  return {
    samples,
    ratio: median(samples.alone.map(({ answered }, round) => answered / samples.pass[round].answered)),
    compiled: listened("wasm") - listened("pass"),
    instantiated: await instantiation(environment),
    deployed: await deployed(),
  };
}

async function firstAnswer(environment, worker, token) {
  const running = await environment.start(worker);
  const { status } = await sendOne(running.url, PATH, token);
  const answered = performance.now() - running.began;
  await running.stop();
  assert.equal(status, 200);
  return { listened: running.listenedAfter, answered };
}

/** How many milliseconds an instance of the wasm takes. A worker's clock stands still, so it is asked for many. */
async function instantiation(environment) {
  const running = await environment.start("wasm");
  const times = async (count) => {
    const began = performance.now();
    const { status, text } = await sendOne(running.urlOf("Instantiate"), `/?times=${count}`);
    assert.equal(status, 200, text);
    return performance.now() - began;
  };
  try {
    const one = [];
    for (let time = 0; time < 5; time += 1) {
      const few = await times(0);
      one.push(((await times(INSTANCES)) - few) / INSTANCES);
    }
    return median(one);
  } finally {
    await running.stop();
  }
}

/** The gzipped KiB of the files that are deployed, by kind. */
async function deployed() {
  const files = Object.values(await bundle("edge/worker.js"));
  const kib = (ending) =>
    files
      .filter((file) => file.endsWith(ending))
      .reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length / 1024, 0);
  return { wasm: kib(".wasm"), js: kib(".js") };
}
