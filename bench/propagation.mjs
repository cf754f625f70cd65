// Measures when a change that one node acknowledged is in force on another on the same PostgreSQL.
//
// node bench/propagation.mjs [changes] — on the program that `cargo build --release --package server` built. It starts a
// PostgreSQL and two nodes of its own. A change is a route; it is in force when the other node knows its path.

import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CHANGES = Number(process.argv[2] ?? 500);
const PROGRAM =
  process.env.PROGRAM ?? fileURLToPath(new URL("../target/release/edge-authorizer", import.meta.url));
const ADMIN_TOKEN = randomBytes(32).toString("base64url");
const key = () => randomBytes(32).toString("base64url");
const SECRETS = {
  PUBLIC_URL: "https://gateway.example.com",
  ADMIN_TOKEN,
  SEALING_KEY: key(),
  EDGE_SEALING_KEY: key(),
};
/** What a change has to be in force within, in milliseconds, for 99 of 100. */
const BAR = 2000;

const folder = mkdtempSync(join(tmpdir(), "propagation-"));
const agent = new Agent({ keepAlive: true });
const processes = [];

try {
  await startPostgres();
  const [one, other] = [await startNode("one"), await startNode("other")];
  await change(one, 0);
  const times = [];
  for (let number = 1; number <= CHANGES; number++) {
    await change(one, number);
    const acknowledged = performance.now();
    while ((await status(other, `/r${number}/p1`)) === 404);
    times.push(performance.now() - acknowledged);
  }
  times.sort((one, other) => one - other);
  const at = (share) => times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)].toFixed(1);
  console.log(
    `${CHANGES} changes, in force on the other node after: median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`,
  );
  process.exitCode = Number(at(0.99)) <= BAR ? 0 : 1;
} finally {
  for (const it of processes.reverse()) await end(it);
  agent.destroy();
  rmSync(folder, { recursive: true });
}

/** Puts routes whose last one has a new path. */
async function change(node, number) {
  const route = { path: `/r${number}/{project}`, origin: "origin", access: { "*": ["access"] } };
  const body = JSON.stringify({
    origins: { origin: { url: "https://origin.example.com" } },
    routes: [route],
  });
  const answer = await send(node, "PUT", "/project-management-service/v1/gateway", body);
  if (answer >= 300) throw new Error(`the change was answered by ${answer}`);
}

function status(node, path) {
  return send(node, "GET", path);
}

function send(node, method, path, body) {
  const headers = body && { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const sent = request(`${node}${path}`, { method, agent, headers }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    });
    sent.on("error", reject).end(body);
  });
}

async function startNode(name) {
  const env = { ...SECRETS, DATABASE_URL: `host=${folder} user=gateway dbname=postgres` };
  const options = ["serve", "--listen", "127.0.0.1:0", "--workers", "1", "--data-dir", join(folder, name)];
  const node = spawn(PROGRAM, options, { env, stdio: ["ignore", "ignore", "pipe"] });
  processes.push(node);
  for await (const text of node.stderr) {
    const address = /http:\/\/[0-9.:]+[0-9]/.exec(text)?.[0];
    if (address) return address;
    throw new Error(text.toString());
  }
}

/** Starts PostgreSQL on a socket in the folder. It refuses root: then it is the user `postgres`. */
async function startPostgres() {
  const isRoot = process.getuid() === 0;
  if (isRoot) spawnSync("chown", ["postgres", folder]);
  const run = (start, program, options) => {
    const command = isRoot
      ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", join(programs(), program)]
      : [join(programs(), program)];
    return start(command[0], [...command.slice(1), ...options], { cwd: folder, stdio: "ignore" });
  };
  const data = join(folder, "data");
  run(spawnSync, "initdb", [
    "--auth=trust",
    "--username=gateway",
    "--no-locale",
    "--encoding=UTF8",
    "-D",
    data,
  ]);
  processes.push(run(spawn, "postgres", ["-D", data, "-k", folder, "-c", "listen_addresses="]));
  while (run(spawnSync, "pg_isready", ["-q", "-h", folder]).status !== 0);
}

function programs() {
  const root = "/usr/lib/postgresql";
  const debian = existsSync(root) ? readdirSync(root).map((version) => join(root, version, "bin")) : [];
  const found = [...debian, ...process.env.PATH.split(":")].find((it) => existsSync(join(it, "initdb")));
  if (!found) throw new Error("PostgreSQL is not installed: run `scripts/setup-postgres.sh`");
  return found;
}

function end(child) {
  if (child.exitCode !== null) return undefined;
  return new Promise((resolve) => {
    child.on("exit", resolve);
    child.kill("SIGINT");
  });
}
