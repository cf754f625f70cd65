// Good traffic alone, then among every kind of abuse, then alone again: no good request fails, and nothing is left behind. With
// HOST=node on the self-hosted node, by TLS, which has more doors to abuse.
import { readFileSync, readdirSync } from "node:fs";
import { Agent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { JWKS } from "../differential/generate.mjs";
import { send, startGateway } from "../e2e/gateway.mjs";
import { HOST } from "../e2e/hosts.mjs";
import { startIssuer } from "../e2e/issuer.mjs";
import { gatewayPids } from "../e2e/processes.mjs";
import { ENTRY, kvFixture, token } from "../e2e/project.mjs";
import { keyRecord } from "../e2e/tokens.mjs";
import { CERTIFICATE, KEY, TRUST, openSession } from "./door.mjs";

const { seconds } = parseArgs({ options: { seconds: { type: "string", default: "600" } } }).values;
const ABUSE_MS = Number(seconds) * 750;
const QUIET_MS = Number(seconds) * 125;
const CALLERS = 4;
const TOKENS = 50;
const PAUSE_MS = 5;
const SAMPLE_MS = 500;
/** Longer than the node keeps connections to origins. */
const SETTLING_MS = 75_000;

/** What has to be so in the end. */
const MOST_GROWTH_MIB = 32;
/** The abusers come and go in rounds: how many more descriptors than before may be open at a time. */
const MOST_GROWTH_DESCRIPTORS = 100;
/** Before that, heap, caches and rounds of abusers are still on their way, and growth is shown but not judged. */
const JUDGED_AFTER_MS = 300_000;
const POINTS = 12;
const ROUTES = [
  { path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } },
  { path: "/hasty/{project}/{*rest}", origin: "hasty", access: { "*": ["access"] } },
];

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const median = (numbers) => quantile(numbers, 0.5);
const quantile = (numbers, part) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length * part)];

const originThread = new Worker(new URL("origin.mjs", import.meta.url));
const [originUrl] = await once(originThread, "message");
const issuer = await startIssuer();
issuer.keys = JWKS.keys;
const { config } = kvFixture(originUrl, ROUTES, { hasty: { url: originUrl, timeoutMs: 1000 } });
config["project/p1"].idps = [{ ...ENTRY, iss: issuer.url }];
const doors = { TLS_CERTIFICATE: CERTIFICATE, TLS_KEY: KEY, AUTHZ_LISTEN: "127.0.0.1:0", WORKERS: "2" };
const gateway = await startGateway({
  config,
  jwks: { [issuer.url]: keyRecord(JWKS.keys) },
  bindings: { INSECURE_ISSUER_HOSTS: new URL(issuer.url).host, ...(HOST === "node" && doors) },
});
const exp = Math.floor(Date.now() / 1000) + 86_400;
const tokens = await Promise.all(
  Array.from({ length: TOKENS }, (_, number) => token({ iss: issuer.url, exp, jti: String(number) })),
);
const abusers = new Worker(new URL("abusers.mjs", import.meta.url), {
  workerData: { url: gateway.url, checksUrl: gateway.checksUrl, issuer: issuer.url, token: tokens[0] },
});
const [pid] = gatewayPids();
const pool = { keepAlive: true, maxSockets: CALLERS };
const agent = HOST === "node" ? new SecureAgent({ ...pool, ...TRUST }) : new Agent(pool);
// The log is not what is tested.
const forgetting = setInterval(() => (gateway.lines.length = 0), SAMPLE_MS);

const residentMiB = () =>
  Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/^VmRSS:\s+(\d+) kB/m)[1]) / 1024;
const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;

/** Sends a good request, by HTTP/1.1. */
const byHttp1 = (path, headers) => send(gateway.url, path, { headers, agent });

/** How to send good requests by HTTP/2, all on one connection, and how to end it. */
function http2() {
  const session = openSession(gateway.url);
  session.on("error", () => {});
  const bySession = async (path, headers) => {
    const stream = session.request({ ":path": path, ...headers });
    const [[answer], text] = await Promise.all([
      once(stream, "response"),
      stream.setEncoding("utf8").reduce((all, part) => all + part, ""),
    ]);
    return { status: answer[":status"], text };
  };
  return { bySession, close: () => session.destroy() };
}

/** Sends good requests for so long; what they took, and which failed. */
async function good(milliseconds) {
  const [latencies, failures, samples] = [[], [], []];
  const sampling = setInterval(
    () => samples.push({ mib: residentMiB(), descriptors: descriptors() }),
    SAMPLE_MS,
  );
  const end = Date.now() + milliseconds;
  const session = HOST === "node" && http2();
  const caller = async (_, number) => {
    const ask = session && number % 2 ? session.bySession : byHttp1;
    for (let turn = number; Date.now() < end; turn += CALLERS) {
      const began = performance.now();
      const headers = { authorization: `Bearer ${tokens[turn % TOKENS]}` };
      try {
        const { status, text } = await ask(`/api/p1/good?turn=${turn}`, headers);
        if (status !== 200 || !text.includes(`good?turn=${turn}"`))
          failures.push(`${status} ${text.slice(0, 200)}`);
      } catch (error) {
        failures.push(String(error));
      }
      latencies.push(performance.now() - began);
      await pause(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  clearInterval(sampling);
  if (session) session.close();
  return { latencies, failures, samples };
}

/** Good requests among abuse; what came of the abuse, too. */
async function goodAmongAbuse(milliseconds) {
  abusers.postMessage("begin");
  const result = await good(milliseconds);
  abusers.postMessage("end");
  const [tally] = await once(abusers, "message");
  return { ...result, tally };
}

/** The descriptors once they are no more than `wanted`, or do not become so. */
async function settled(wanted) {
  for (const end = Date.now() + SETTLING_MS; Date.now() < end && descriptors() > wanted;)
    await pause(SAMPLE_MS);
  return descriptors();
}

const describe = (name, { latencies }) => {
  const at = (part) => `${quantile(latencies, part).toFixed(1)} ms`;
  console.log(
    `${name.padEnd(16)} ${String(latencies.length).padStart(7)} requests   p50 ${at(0.5)}   p99 ${at(0.99)}   most ${at(0.99999)}`,
  );
};

const faults = [];
const demand = (isSo, what) => isSo || faults.push(what);
try {
  await good(1000);
  const openAtFirst = descriptors();
  console.error("• good requests alone");
  const before = await good(QUIET_MS);
  console.error("• among abuse");
  const abused = await goodAmongAbuse(ABUSE_MS);
  console.error("• until connections have ended");
  const open = await settled(openAtFirst);
  console.error("• alone again");
  const after = await good(QUIET_MS);

  console.log("Good requests");
  describe("alone, before", before);
  describe("among abuse", abused);
  describe("alone, after", after);
  console.log("\nAbuse, by what it was answered with");
  for (const { kind, outcomes, expected, seconds } of abused.tally) {
    console.log(`${kind.padEnd(38)} ${JSON.stringify(outcomes)}`);
    if (seconds * 1000 < ABUSE_MS)
      demand(outcomes[expected] > 0, `${kind}: none was answered with ${expected}`);
  }
  const quarter = Math.ceil(abused.samples.length / 4);
  const parts = [before.samples, abused.samples.slice(quarter, 2 * quarter), abused.samples.slice(-quarter)];
  const every = Math.ceil(abused.samples.length / POINTS);
  const judge = (what, unit, most) => {
    const of = (samples) => samples.map((sample) => sample[what]);
    const [first, early, late, last] = [...parts, after.samples].map((samples) => median(of(samples)));
    console.log(
      `\n${unit}: ${first.toFixed(0)} before, ${early.toFixed(0)} in the second quarter of the abuse, ` +
        `${late.toFixed(0)} in the last, ${last.toFixed(0)} after; most ${Math.max(...of(abused.samples)).toFixed(0)}`,
    );
    const curve = of(abused.samples).filter((_, number) => number % every === 0);
    console.log(`over the abuse: ${curve.map(Math.round).join(" ")}`);
    if (ABUSE_MS >= JUDGED_AFTER_MS)
      demand(late - early < most, `${unit} grew by ${(late - early).toFixed(0)}`);
    else console.log("too short a run to judge by");
  };
  judge("mib", `MiB of ${HOST}`, MOST_GROWTH_MIB);
  judge("descriptors", "open descriptors", MOST_GROWTH_DESCRIPTORS);
  console.log(`open descriptors once all have gone: ${openAtFirst} before, ${open} after`);
  for (const [when, { failures }] of Object.entries({ before, abused, after }))
    demand(failures.length === 0, `${failures.length} good requests failed (${when}): ${failures[0]}`);
  demand(open <= openAtFirst, `${open - openAtFirst} file descriptors are left`);
} finally {
  clearInterval(forgetting);
  agent.destroy();
  await abusers.terminate();
  await gateway.close();
  await issuer.close();
  await originThread.terminate();
}
for (const fault of faults) console.error(`✖ ${fault}`);
console.log(faults.length ? "" : "no good request failed");
process.exit(faults.length ? 1 : 0);
