// A thread of those who abuse a gateway, a bounded number at a time. It begins and ends when told, and then says what came
// of it: by kind, how often which status or error.
import { randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { generate } from "../differential/generate.mjs";

const { url, issuer, token } = workerData;
const { hostname, port } = new URL(url);
const agent = new Agent({ keepAlive: true });
const good = { authorization: `Bearer ${token}` };
const MB = 1024 * 1024;
const PAUSE_MS = 20;
const DRIP_MS = 300;

let isOver = true;
let number = 0;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Sends a request; `write` sends its body, and `read` takes the answer's. Answers the status, the error's code, or that it
 * was broken off.
 */
function exchange(
  path,
  { write = (outgoing) => outgoing.end(), read = (response) => response.resume(), ...more } = {},
) {
  return new Promise((resolve) => {
    let outcome = "broken off";
    const outgoing = request({ hostname, port, path, headers: good, agent, ...more }, (response) => {
      outcome = response.statusCode;
      response.on("error", () => {});
      read(response);
    });
    outgoing.on("error", ({ code }) => (outcome = code));
    outgoing.once("close", () => resolve(outcome));
    write(outgoing);
  });
}

/** Sends a body in drops. */
const drip = (outgoing) => {
  let left = 10;
  const drops = setInterval(() => {
    if ((left -= 1)) return outgoing.write("x");
    outgoing.end();
    clearInterval(drops);
  }, DRIP_MS);
  outgoing.once("close", () => clearInterval(drops));
};

const breakOff = (outgoing) => outgoing.write(Buffer.alloc(64 * 1024), () => outgoing.destroy());

/** Each kind: how many at a time, and what one of them does. */
const KINDS = {
  "garbage tokens": [8, () => exchange("/api/p1/x", { headers: { authorization: `Bearer ${garbage()}` } })],
  "long garbage": [
    2,
    () => exchange("/api/p1/x", { headers: { authorization: `Bearer ${"e30.".repeat(3000)}` } }),
  ],
  "mutated tokens": [
    4,
    () => {
      const { text } = generate(1, (number += 1), issuer);
      return exchange("/api/p1/x", { headers: { authorization: `Bearer ${text.trim()}` } });
    },
  ],
  "slow bodies": [16, () => exchange("/api/p1/upload", { method: "POST", write: drip, agent: false })],
  "slow bodies, refused": [
    8,
    () => exchange("/api/p1/upload", { method: "POST", headers: {}, write: drip, agent: false }),
  ],
  "aborted uploads": [
    4,
    () =>
      exchange("/api/p1/upload", {
        method: "POST",
        headers: { ...good, "content-length": 10 * MB },
        write: breakOff,
        agent: false,
      }),
  ],
  "aborted downloads": [
    4,
    () =>
      exchange(`/api/p1/download?bytes=${10 * MB}`, {
        read: (response) => response.once("data", () => response.destroy()),
        agent: false,
      }),
  ],
  "origin errors": [4, () => exchange("/api/p1/reset")],
  "origin's nonsense": [2, () => exchange("/api/p1/weird")],
  "origin hangs": [8, () => exchange("/hasty/p1/hang")],
  "10 000 header bytes": [
    4,
    () => exchange("/api/p1/x", { headers: { ...good, "x-filler": "x".repeat(10_000) } }),
  ],
  "half a request": [
    4,
    () =>
      new Promise((resolve) => {
        const socket = connect({ host: hostname, port }, () => {
          socket.write("GET /api/p1/x HTTP/1.1\r\nHost: x\r\nAuthoriz", () =>
            setTimeout(() => socket.destroy(), 50),
          );
        });
        socket.on("error", () => {});
        socket.once("close", () => resolve("broken off"));
      }),
  ],
};

function garbage() {
  const part = (bytes) => randomBytes(bytes).toString("base64url");
  return `${part(40)}.${part(200)}.${part(256)}`;
}

async function abuse() {
  const tally = {};
  const loops = Object.entries(KINDS).flatMap(([kind, [count, act]]) =>
    Array.from({ length: count }, async () => {
      tally[kind] ??= {};
      while (!isOver) {
        const outcome = await act();
        tally[kind][outcome] = (tally[kind][outcome] ?? 0) + 1;
        await pause(PAUSE_MS);
      }
    }),
  );
  await Promise.all(loops);
  agent.destroy();
  return tally;
}

let underWay;
parentPort.on("message", async (word) => {
  isOver = word === "end";
  if (!isOver) underWay = abuse();
  else parentPort.postMessage(await underWay);
});
