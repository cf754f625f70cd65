// Load on a worker, by wrk.
import { fileURLToPath } from "node:url";
import { HOST } from "./client.mjs";
import { cpuSeconds, launch, OTHER_CORE, stolenSeconds } from "./processes.mjs";

const SCRIPT = fileURLToPath(new URL("load.lua", import.meta.url));

/**
 * Sends requests to `worker` for so many seconds over so many connections, as many at a time. With `tokens`, `{file,
 * first, count, isTampered, areCookies}`, each carries one of those in turn. All have to be answered with 200, or 401 if `isRefused`.
 * Latencies are in milliseconds; `computed` is for how many microseconds the worker computed for a request; `stolen` is how
 * much of a core other machines on the same processor took meanwhile, on average.
 */
export async function load(worker, { path, seconds, connections, tokens, isRefused }) {
  const options = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", SCRIPT];
  const before = cpuSeconds(worker.pid);
  const [stolenBefore, began] = [stolenSeconds(), performance.now()];
  const output = await run([
    "wrk",
    ...options,
    worker.url,
    "--",
    isRefused ? "401" : "200",
    HOST,
    path,
    ...argumentsOf(tokens),
  ]);
  const computed = cpuSeconds(worker.pid) - before;
  const stolen = (stolenSeconds() - stolenBefore) / ((performance.now() - began) / 1000);
  const result = JSON.parse(output.trim().split("\n").at(-1));
  const { requests, failed } = result;
  if (failed > 0) throw new Error(`a load failed: ${JSON.stringify(result)} ${worker.complaints()}`);
  return {
    requests,
    rate: requests / result.seconds,
    p50: result.p50 / 1000,
    p99: result.p99 / 1000,
    computed: (computed / requests) * 1e6,
    stolen,
  };
}

const CONNECTIONS = 64;
const FIRST_SECONDS = 3;

/** Sends at least so many requests, and returns how many. wrk sends for a time: as often as it takes. */
export async function sendAtLeast(worker, path, wanted, tokens) {
  let [requests, seconds] = [0, FIRST_SECONDS];
  while (requests < wanted) {
    const sent = await load(worker, { path, connections: CONNECTIONS, seconds, tokens });
    requests += sent.requests;
    seconds = Math.max(1, Math.ceil((wanted - requests) / sent.rate));
  }
  return requests;
}

function argumentsOf(tokens) {
  if (!tokens) return [];
  const { file, first = 0, count, isTampered, areCookies } = tokens;
  const kind = areCookies ? ["cookies"] : isTampered ? ["tampered"] : [];
  return [file, String(first), String(count), ...kind];
}

async function run(command) {
  const { child } = launch(OTHER_CORE, command, ["ignore", "pipe", "pipe"]);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].on("data", (chunk) => (output[name] += chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`wrk: ${output.stderr || output.stdout}`);
  return output.stdout;
}
