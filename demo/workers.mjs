// The two workers in wrangler's development server, in a group of processes that ends with this one.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { experimental_readRawConfig as readConfig } from "wrangler";
import { closing, guarded } from "./group.mjs";

/** The processes of workerd: wrangler's proxy, and the workers. */
const RUNTIMES = 2;
const WATCH_MILLISECONDS = 2000;

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/**
 * Starts the workers on a port, with their state in a folder, which is removed at the end unless `isKept`. `variables` are
 * those of the control plane, `edgeVariables` those of the edge. `lines` takes their log lines; `ended` is called if they end before `close`.
 */
export async function startWorkers({ port, state, isKept, variables, edgeVariables, lines, ended }) {
  const edge = await writeConfig(state, "edge", ROOT, edgeVariables);
  const control = await writeConfig(state, "control", `${ROOT}control/`, variables);
  const wrangler = [
    ...[
      process.execPath,
      join(ROOT, "node_modules/wrangler/bin/wrangler.js"),
      "dev",
      "-c",
      edge,
      "-c",
      control,
    ],
    ...["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", "--persist-to", state],
    ...["--show-interactive-dev-session=false", "--log-level", "log"],
  ];
  const child = guarded(isKept ? "" : state, wrangler, {
    ...process.env,
    WRANGLER_SEND_METRICS: "false",
    // Else the development server asks Cloudflare where it is.
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    NO_COLOR: "1",
  });
  let watch;
  const close = closing(child, ended, () => clearInterval(watch));
  const isReady = ready(child, lines).then(() => (watch = watchRuntimes(child.pid, () => child.stdin.end())));
  return { ready: isReady, close };
}

/** Calls `ended` when a process of workerd is missing in a group: wrangler goes on without it, and answers nothing. */
function watchRuntimes(leader, ended) {
  let missing = 0;
  return setInterval(() => {
    execFile("ps", ["-A", "-o", "pgid=,stat=,comm="], (error, stdout) => {
      if (error) return;
      const runtimes = stdout.matchAll(/^ *(\d+) +([^Z\s]\S*) +(?:.*\/)?workerd$/gm);
      const count = [...runtimes].filter(([, group]) => Number(group) === leader).length;
      // Wrangler replaces one when a worker was built again.
      missing = count < RUNTIMES ? missing + 1 : 0;
      if (missing === 2) ended();
    });
  }, WATCH_MILLISECONDS);
}

/** A worker's configuration with more variables, and without its build: `make run` has built it. */
async function writeConfig(state, name, folder, variables = {}) {
  const { rawConfig } = readConfig({ config: `${folder}wrangler.toml` });
  const { build: _, ...config } = rawConfig;
  const file = join(state, `${name}.json`);
  const changed = { ...config, main: join(folder, config.main), vars: { ...config.vars, ...variables } };
  if (config.assets) changed.assets = { ...config.assets, directory: join(folder, config.assets.directory) };
  await writeFile(file, JSON.stringify(changed), { mode: 0o600 });
  return file;
}

/** Fulfilled when the workers answer; until then their output is kept, to be shown if they do not start. */
function ready(child, lines) {
  return new Promise((resolve, reject) => {
    const output = [];
    let isReady = false;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        if (isReady) return show(line, lines);
        output.push(line);
        if (!/Ready on /.test(line)) return;
        isReady = true;
        resolve();
      });
    }
    child.once("close", () => reject(new Error(`the workers do not start:\n${output.join("\n")}`)));
  });
}

// Wrangler puts the worker's name before each line, or `undefined`, and adds a line to each request.
function show(line, lines) {
  const text = line.replace(/^\[[\w-]*\] (?=\{)/, "");
  if (!/^\[wrangler:info\] [A-Z]+ \S+ \d{3} /.test(text) && text.trim() !== "") lines(text);
}
