// Before anything is measured: each worker does what it is measured for.
import assert from "node:assert/strict";
import { sendOne } from "./client.mjs";
import { PATH } from "./documents.mjs";

const ECHO = PATH.replace(/[^/]+$/, "echo");

/** Who refuses wrong signatures, a missing token, a missing role; who tells origin and log the same as this worker. */
const CHECKS_SIGNATURES = ["check", "hono", "ours", "node", "envoyJwt", "envoyCache"];
const ASKS_FOR_TOKENS = ["hono", "ours", "node", "envoyJwt", "envoyCache"];
const ASKS_FOR_ROLES = ["hono", "ours", "node"];
const SAYS_THE_SAME = ["headers", "check", "hono", "ours"];

/** Asks each worker for what it should let pass and what it should refuse. `tokens` are good ones, of the same caller. */
export async function verifyWorkers(environment, workers, tokens) {
  const said = {};
  for (const worker of workers) {
    let log = "";
    const running = await environment.start(worker, { log: (text) => (log += text) });
    try {
      for (const token of tokens) said[worker] = { head: await assertChecks(worker, running, token) };
      if (ASKS_FOR_TOKENS.includes(worker)) {
        assert.equal((await sendOne(running.url, PATH)).status, 401, `${worker} without a token`);
      }
      if (SAYS_THE_SAME.includes(worker)) said[worker].line = await lineOfPermit(() => log);
    } finally {
      await running.stop();
    }
  }
  for (const worker of SAYS_THE_SAME) assertSame(worker, said[worker], said.ours);
}

/** Gives what the origin was told of a good token. */
async function assertChecks(worker, running, token) {
  const good = await sendOne(running.url, ECHO, token);
  assert.equal(good.status, 200, `${worker} with a good token: ${good.text} ${running.complaints()}`);
  const bad = await sendOne(running.url, PATH, tamper(token));
  assert.equal(bad.status, CHECKS_SIGNATURES.includes(worker) ? 401 : 200, `${worker} with a bad token`);
  if (ASKS_FOR_ROLES.includes(worker)) {
    const denied = await sendOne(running.url, PATH, token, "DELETE");
    assert.equal(denied.status, 403, `${worker} without the role`);
  }
  const [start, ...fields] = good.text.split("\r\n");
  const headers = fields
    .map((field) => field.split(": "))
    .map(([name, value]) => [name.toLowerCase(), value])
    .map(([name, value]) => [name, name === "x-request-id" ? "any" : value]);
  return { start, ...Object.fromEntries(headers) };
}

function assertSame(worker, { head, line }, ours) {
  assert.deepEqual(head, ours.head, `${worker} tells the origin what this worker does`);
  assert.deepEqual(Object.keys(line), Object.keys(ours.line), `${worker} logs what this worker does`);
  const [length, ourLength] = [line, ours.line].map((value) => JSON.stringify(value).length);
  const isAlike = Math.abs(length / ourLength - 1) < 0.1;
  assert.ok(isAlike, `${worker} logs ${length} characters, this worker ${ourLength}`);
}

async function lineOfPermit(log) {
  const deadline = Date.now() + 2000;
  while (Date.now() < deadline) {
    const lines = log().split("\n").slice(0, -1);
    const line = lines.find((text) => text.includes('"verdict":"permit"'));
    if (line) return JSON.parse(line);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no permit in the log: ${log()}`);
}

/** The token with a character in the midst of its signature changed. */
function tamper(token) {
  const changed = token.at(-20) === "A" ? "B" : "A";
  return token.slice(0, -20) + changed + token.slice(-19);
}
