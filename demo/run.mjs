// `make run`: the edge and the control plane in workerd, an OpenID Provider and an origin, seeded, with curl lines to try.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { experimental_readRawConfig as readConfig } from "wrangler";
import { gateway, idps } from "./config.mjs";
import { listen, close, startOrigin } from "./origin.mjs";
import { startProvider } from "./provider.mjs";
import { createServer } from "node:http";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const MANAGEMENT = "/project-management-service/v1";

const HELP = `usage: make run [PORT=8787] [PROVIDER_PORT=9100] [ORIGIN_PORT=9000]

Starts the two workers, an OpenID Provider and an origin on 127.0.0.1 and prints requests to try. Ctrl-C ends all of it.`;

const options = {
  help: { type: "boolean", short: "h" },
  port: { type: "string", default: "8787" },
  "provider-port": { type: "string", default: "9100" },
  "origin-port": { type: "string", default: "9000" },
};

const started = [];

async function main() {
  const { values } = parseArgs({ options });
  if (values.help) return console.log(HELP);
  const [port, providerPort, originPort] = ["port", "provider-port", "origin-port"].map((name) =>
    portNumber(name, values[name]),
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // Wrangler's module would end this process at once, and what was started would stay.
    process.removeAllListeners(signal);
    process.once(signal, () => stop(0));
  }

  await assertFree(port);
  const origin = await startOrigin(originPort);
  started.push(origin.close);
  const provider = await startProvider(providerPort);
  started.push(provider.close);
  const state = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
  started.push(() => rm(state, { recursive: true, force: true }));

  console.log("• starting the workers");
  const admin = randomUUID();
  const variables = { INSECURE_ISSUER_HOSTS: new URL(provider.issuer).host, ADMIN_TOKEN: admin };
  const edge = await writeConfig(state, "edge", ROOT);
  const control = await writeConfig(state, "control", `${ROOT}control/`, variables);
  await startWorkers(state, port, [edge, control]);
  console.log("• seeding the routes and the project `demo`, by the management API");
  const base = `http://127.0.0.1:${port}`;
  await seed(base, admin, origin.url, provider.issuer);
  await printRequests(base, provider, admin);
  console.log(`\n# why a token is refused, or given its roles: paste one into\n${base}/inspector/`);
  console.log("\nCtrl-C ends all of it.");
}

function portNumber(name, text) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`--${name} ${text} is not a port`);
  return port;
}

async function assertFree(port) {
  const probe = createServer();
  await listen(probe, port);
  await close(probe);
}

async function seed(base, admin, originUrl, issuer) {
  const put = async (method, path, document) => {
    const headers = { authorization: `Bearer ${admin}`, "content-type": "application/json" };
    const response = await fetch(base + MANAGEMENT + path, {
      method,
      headers,
      body: JSON.stringify(document),
    });
    if (!response.ok) throw new Error(`seeding failed: ${method} ${path}: ${await response.text()}`);
  };
  await put("PUT", "/gateway", gateway(originUrl));
  await put("PUT", "/projects/demo", { label: { en: "Demo" } });
  for (const idp of idps(issuer)) await put("POST", "/projects/demo/custom-idp", idp);
}

/** A worker's configuration with more variables, and without its build: `make run` has built it. */
async function writeConfig(state, name, folder, variables = {}) {
  const { rawConfig } = readConfig({ config: `${folder}wrangler.toml` });
  const { build: _, ...config } = rawConfig;
  const file = join(state, `${name}.json`);
  const changed = { ...config, main: join(folder, config.main), vars: { ...config.vars, ...variables } };
  if (config.assets) changed.assets = { ...config.assets, directory: join(folder, config.assets.directory) };
  await writeFile(file, JSON.stringify(changed));
  return file;
}

function startWorkers(state, port, configs) {
  const child = wrangler([
    "dev",
    ...configs.flatMap((config) => ["-c", config]),
    ...["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", "--persist-to", state],
    ...["--show-interactive-dev-session=false", "--log-level", "log"],
  ]);
  started.push(() => end(child));
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (chunk) => {
      if (output === undefined) return process.stdout.write(chunk);
      output += chunk;
      if (!/Ready on /.test(output)) return;
      output = undefined;
      resolve();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => {
      if (output === undefined) stop(code ?? 1);
      else reject(new Error(`the workers do not start:\n${output}`));
    });
  });
}

// A group of its own, so that Ctrl-C reaches wrangler only through `end`, and `end` reaches all that wrangler started.
function wrangler(args) {
  return spawn(process.execPath, [join("node_modules", "wrangler", "bin", "wrangler.js"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" },
  });
}

function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid, "SIGTERM");
  const hard = setTimeout(() => process.kill(-child.pid, "SIGKILL"), 5000);
  // What it started may outlive it.
  return gone.finally(() => {
    clearTimeout(hard);
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // Nothing is left of the group.
    }
  });
}

async function printRequests(base, provider, admin) {
  const data = `${base}/data-recorder-service/v2/demo/things`;
  const requests = [
    ["a role from the token's claim", "200", data, await provider.token("demo-app")],
    [
      "a role defined for the client",
      "200",
      `-X POST -d temperature=21 ${data}`,
      await provider.token("demo-device", "ES256"),
    ],
    ["a public route, no token", "200", `${base}/public/hello`],
    ["the wrong role", "403 role_missing", data, await provider.token("demo-guest")],
    ["an expired token", "401 token_expired", data, await provider.expiredToken("demo-app")],
    ["no token", "401 token_missing", data],
    [
      "the project's identity providers, as its owner",
      "200",
      `${base}${MANAGEMENT}/projects/demo/custom-idp`,
      await provider.token("demo-owner"),
    ],
    ["the list of projects, as the platform's administrator", "200", `${base}${MANAGEMENT}/projects`, admin],
    [
      "another project",
      "401 token_untrusted",
      data.replace("demo", "other"),
      await provider.token("demo-app"),
    ],
  ];
  for (const [what, answer, url, token] of requests) {
    console.log(`\n# ${what}: ${answer}`);
    console.log(`curl -i ${token ? `-H 'Authorization: Bearer ${token}' ` : ""}${url}`);
  }
}

let stopping = false;

async function stop(code) {
  if (stopping) return;
  stopping = true;
  for (const undo of started.reverse()) await undo();
  process.exit(code);
}

main().catch((error) => {
  console.error(`demo: ${error.message}`);
  return stop(1);
});
