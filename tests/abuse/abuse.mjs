// Good traffic alone, then among every kind of abuse, then alone again: no good request fails, and nothing is left behind.
import { readFileSync, readdirSync } from "node:fs";
import { Agent } from "node:http";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { JWKS } from "../differential/generate.mjs";
import { send, startGateway } from "../e2e/gateway.mjs";
import { startIssuer } from "../e2e/issuer.mjs";
import { gatewayPids } from "../e2e/processes.mjs";
import { ENTRY, kvFixture, token } from "../e2e/project.mjs";
import { keyRecord } from "../e2e/tokens.mjs";

const { seconds } = parseArgs({ options: { seconds: { type: "string", default: "600" } } }).values;
const ABUSE_MS = Number(seconds) * 750;
const QUIET_MS = Number(seconds) * 125;
const CALLERS = 4;
const TOKENS = 50;
const PAUSE_MS = 5;
const SAMPLE_MS = 500;
const SETTLING_MS = 20_000;

/** What has to be so in the end. */
const MOST_GROWTH_MIB = 32;
/** Before that, heap and caches are still on their way to their size, and memory is shown but not judged. */
const JUDGED_AFTER_MS = 300_000;
const POINTS = 12;
/** What abuse is answered with; a kind without it did not do what it is there for. */
const EXPECTED = {
  "garbage tokens": 401,
  "long garbage": 401,
  "mutated tokens": 401,
  "slow bodies": 200,
  "slow bodies, refused": 401,
  "aborted uploads": "ECONNRESET",
  "aborted downloads": 200,
  "origin errors": 502,
  "origin's nonsense": 799,
  "origin hangs": 504,
  "10 000 header bytes": 200,
  "half a request": "broken off",
};
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
const gateway = await startGateway({
  config,
  jwks: { [issuer.url]: keyRecord(JWKS.keys) },
  bindings: { INSECURE_ISSUER_HOSTS: new URL(issuer.url).host },
});
const exp = Math.floor(Date.now() / 1000) + 86_400;
const tokens = await Promise.all(
  Array.from({ length: TOKENS }, (_, number) => token({ iss: issuer.url, exp, jti: String(number) })),
);
const abusers = new Worker(new URL("abusers.mjs", import.meta.url), {
  workerData: { url: gateway.url, issuer: issuer.url, token: tokens[0] },
});
const [pid] = gatewayPids();
const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
// The log is not what is tested.
const forgetting = setInterval(() => (gateway.lines.length = 0), SAMPLE_MS);

const residentMiB = () =>
  Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/^VmRSS:\s+(\d+) kB/m)[1]) / 1024;
const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;

/** Sends good requests for so long; what they took, and which failed. */
async function good(milliseconds) {
  const [latencies, failures, samples] = [[], [], []];
  const sampling = setInterval(() => samples.push(residentMiB()), SAMPLE_MS);
  const end = Date.now() + milliseconds;
  const caller = async (_, number) => {
    for (let turn = number; Date.now() < end; turn += CALLERS) {
      const began = performance.now();
      const headers = { authorization: `Bearer ${tokens[turn % TOKENS]}` };
      try {
        const { status, text } = await send(gateway.url, `/api/p1/good?turn=${turn}`, { headers, agent });
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
  for (const [kind, outcomes] of Object.entries(abused.tally)) {
    console.log(`${kind.padEnd(22)} ${JSON.stringify(outcomes)}`);
    demand(outcomes[EXPECTED[kind]] > 0, `${kind}: none was answered with ${EXPECTED[kind]}`);
  }
  const quarter = Math.ceil(abused.samples.length / 4);
  const [early, late] = [abused.samples.slice(quarter, 2 * quarter), abused.samples.slice(-quarter)].map(
    median,
  );
  const show = (number) => `${number.toFixed(1)} MiB`;
  console.log(
    `\nworkerd: ${show(median(before.samples))} before, ${show(early)} in the second quarter of the abuse, ` +
      `${show(late)} in the last, ${show(median(after.samples))} after`,
  );
  const every = Math.ceil(abused.samples.length / POINTS);
  const curve = abused.samples.filter((_, number) => number % every === 0).map(Math.round);
  console.log(`over the abuse, in MiB: ${curve.join(" ")}`);
  console.log(`file descriptors: ${openAtFirst} before, ${open} after`);
  for (const [when, { failures }] of Object.entries({ before, abused, after }))
    demand(failures.length === 0, `${failures.length} good requests failed (${when}): ${failures[0]}`);
  if (ABUSE_MS >= JUDGED_AFTER_MS)
    demand(late - early < MOST_GROWTH_MIB, `memory grew by ${show(late - early)}`);
  else console.log("too short a run to judge memory by");
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
