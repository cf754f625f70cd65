// The benchmark: this worker against its peers, all in `workerd serve`, and Envoy against itself.
import { execFileSync } from "node:child_process";
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { targets } from "./targets.mjs";
import { bounds } from "./bounds.mjs";
import { cold } from "./cold.mjs";
import { corpus } from "./corpus.mjs";
import { KEYS } from "./documents.mjs";
import { hasEnvoy } from "./envoy.mjs";
import { verifyWorkers } from "./verify-workers.mjs";
import { flood, memory, nodeMemory } from "./memory.mjs";
import { neighbours } from "./neighbours.mjs";
import { isPinned } from "./processes.mjs";
import { fresh, node, nodeScaling, refusing, scaling, warm } from "./throughput.mjs";
import {
  targetTable,
  boundsTable,
  coldTable,
  floodTable,
  memoryTable,
  neighboursTable,
  comparisonTable,
} from "./report.mjs";
import { openEnvironment } from "./environment.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The parts by name: what they measure, and how it is shown. */
const PARTS = {
  warm: { title: "Tokens seen before", measure: warm, show: comparisonTable },
  new: { title: "Every token new", measure: fresh, show: comparisonTable },
  refuse: { title: "Refused", measure: refusing, show: comparisonTable },
  scale: { title: "Larger documents", measure: scaling, show: comparisonTable },
  node: { title: "The node against Envoy", measure: node, show: comparisonTable },
  nodeScale: { title: "The node with larger documents", measure: nodeScaling, show: comparisonTable },
  nodeMemory: { title: "Memory of the node", measure: nodeMemory, show: memoryTable },
  cold: { title: "Start and size", measure: cold, show: coldTable },
  memory: { title: "Memory", measure: memory, show: memoryTable },
  bounds: { title: "Memory under abuse", measure: bounds, show: boundsTable },
  neighbours: { title: "A project beside an attack", measure: neighbours, show: neighboursTable },
  flood: { title: "A flood of one-time tokens", measure: flood, show: floodTable },
};

const FULL = {
  rounds: 7,
  seconds: 2,
  algorithms: Object.keys(KEYS),
  tokens: 50_000,
  coldRounds: 15,
  settlingRequests: 150_000,
  memoryRequests: 1_000_000,
  memoryTokens: 100_000,
  floodSeconds: 20,
  ordinary: 10_000,
  largeTokens: 600,
  routes: 20,
  ordinaryTokens: 5_000,
  projects: 5_000,
  changeTokens: 200,
  changes: 30,
  names: 999,
  invented: 2_000,
  neighbourSeconds: 3,
  neighbourTokens: 100,
};

const QUICK = {
  rounds: 1,
  seconds: 1,
  algorithms: ["RS256"],
  tokens: 20_000,
  coldRounds: 3,
  settlingRequests: 4_000,
  memoryRequests: 8_000,
  memoryTokens: 20_000,
  floodSeconds: 2,
  ordinary: 1_000,
  largeTokens: 20,
  routes: 4,
  ordinaryTokens: 100,
  projects: 100,
  changeTokens: 10,
  changes: 2,
  names: 50,
  invented: 50,
  neighbourSeconds: 1,
  neighbourTokens: 100,
};

const HELP = `usage: make bench [QUICK=1] [ONLY=part,part…]

Measures this worker against its peers on this machine (Linux) and prints tables and targets. All of it takes about 25
minutes, QUICK=1 less than 2 and says little. Parts: ${Object.keys(PARTS).join(", ")}.
All parts in full are written to bench/results.json, anything less to target/bench/results.json.`;

const options = {
  help: { type: "boolean", short: "h" },
  quick: { type: "boolean" },
  only: { type: "string" },
};

async function main() {
  const { values } = parseArgs({ options });
  if (values.help) return console.log(HELP);
  const only = values.only?.split(",").flatMap((name) => (name === "memory" ? ["memory", "bounds"] : [name]));
  const names = only ?? Object.keys(PARTS);
  const unknown = names.find((name) => !PARTS[name]);
  if (unknown !== undefined)
    throw new Error(`there is no part \`${unknown}\`: ${Object.keys(PARTS).join(", ")}`);
  const size = values.quick ? QUICK : FULL;

  const environment = await openEnvironment();
  const firstTokens = await Promise.all(
    size.algorithms.map((algorithm) => firstToken(algorithm, size.tokens)),
  );
  say("does each worker do what it should?");
  const withEnvoy = names.includes("node") && hasEnvoy();
  const envoys = withEnvoy ? ["envoy", "envoyJwt", "envoyCache"] : [];
  const nodes = names.some((name) => name.startsWith("node")) ? ["node"] : [];
  const workers = ["pass", "headers", "check", "hono", "ours", ...envoys, ...nodes];
  await verifyWorkers(environment, workers, firstTokens);

  const results = {};
  for (const name of names) {
    const { title, measure, show } = PARTS[name];
    if (name === "node" && !withEnvoy) {
      console.log(`\n## ${title}\n\nEnvoy is missing: \`scripts/setup-bench.sh\` says why.`);
      continue;
    }
    const part = { ...size, firstToken: firstTokens[0] };
    results[name] = await measure(environment, part, (what) => say(`${name}: ${what}`));
    console.log(`\n## ${title}\n\n${show(results[name])}`);
  }
  const found = targets(results);
  if (found.length) console.log(`\n## Targets\n\n${targetTable(found)}`);
  if (values.quick) console.log("\nA quick run: its figures are too few to judge by.");
  const isWhole = !values.quick && !values.only && withEnvoy;
  keep({ ...surroundings(), size, results, targets: found }, isWhole);
}

const began = performance.now();

function say(what) {
  const seconds = Math.round((performance.now() - began) / 1000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  console.error(`• ${time} ${what}`);
}

async function firstToken(algorithm, count) {
  const input = createReadStream(await corpus(algorithm, count));
  for await (const line of createInterface({ input })) return line;
  throw new Error("the corpus is empty");
}

/** When, of what and on what a run was. */
function surroundings() {
  const run = (program, ...args) => execFileSync(program, args, { cwd: ROOT, encoding: "utf8" }).trim();
  const version = (name) =>
    JSON.parse(readFileSync(`${ROOT}node_modules/${name}/package.json`, "utf8")).version;
  return {
    date: new Date().toISOString(),
    commit:
      run("git", "rev-parse", "--short", "HEAD") + (run("git", "status", "--porcelain") ? ", changed" : ""),
    machine: {
      processor: cpus()[0].model,
      cores: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
      isPinned,
    },
    versions: {
      node: process.version,
      workerd: version("workerd"),
      hono: version("hono"),
      jose: version("jose"),
    },
  };
}

function keep(run, isWhole) {
  const file = isWhole ? "bench/results.json" : "target/bench/results.json";
  mkdirSync(`${ROOT}target/bench`, { recursive: true });
  const round = (_name, value) => (typeof value === "number" ? Number(value.toPrecision(5)) : value);
  writeFileSync(ROOT + file, JSON.stringify(run, round, 1) + "\n");
  const { machine, versions, date, commit } = run;
  console.log(
    `\n${date.slice(0, 10)}, ${commit}: ${machine.cores} × ${machine.processor}, workerd ${versions.workerd}.`,
  );
  say(`written to ${file}`);
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(`bench: ${error.stack}`);
    process.exit(1);
  },
);
