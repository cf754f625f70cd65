// The origin, in a thread of its own: what it does is not to slow down those who measure.
import { parentPort } from "node:worker_threads";
import { startTestOrigin } from "../e2e/origin.mjs";

const FORGET_MS = 1000;

const origin = await startTestOrigin();
// It notes what it received, for tests that end sooner.
setInterval(() => (origin.received.length = 0), FORGET_MS);
parentPort.postMessage(origin.url);
