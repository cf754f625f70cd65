// A thread of those who abuse a gateway, a bounded number at a time. It begins and ends when told, and then says what came
// of it: by kind, how often which status or error.
import { parentPort, workerData } from "node:worker_threads";
import { connections } from "./connections.mjs";
import { http2 } from "./http2.mjs";
import { requests } from "./requests.mjs";

const PAUSE_MS = 20;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let isOver = false;
let end;
const over = new Promise((resolve) => (end = resolve));

// The node has more doors: its connections are its own.
const kinds = {
  ...requests(workerData),
  ...(workerData.checksUrl && { ...connections(workerData, over), ...http2(workerData, over) }),
};

/** Those of a kind, until it is over; how often each outcome was. */
async function abuse([count, act]) {
  const outcomes = {};
  const loop = async () => {
    while (!isOver) {
      const outcome = await act();
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      await pause(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: count }, loop));
  return outcomes;
}

async function abuseAll() {
  const all = Object.entries(kinds).map(async ([kind, [count, act, expected, seconds = 0]]) => {
    return { kind, expected, seconds, outcomes: await abuse([count, act]) };
  });
  return Promise.all(all);
}

let underWay;
parentPort.on("message", async (word) => {
  if (word === "begin") return (underWay = abuseAll());
  isOver = true;
  end();
  parentPort.postMessage(await underWay);
});
