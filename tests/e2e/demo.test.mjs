// `make run` as a whole: what it prints is true, what it keeps, and that nothing of it outlives it.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { close, listen } from "../../demo/origin.mjs";
import { HOST } from "./hosts.mjs";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const documentation = readFileSync(join(ROOT, "docs/management-api.md"), "utf8");
const READY = "Ctrl-C ends all of it";

/** What runs, by which processes, and with which options. */
const RUNS =
  HOST === "node"
    ? {
        name: "node",
        ended: "the node has ended",
        runtime: "edge-authorizer",
        count: 1,
        options: ["--node", "target/debug/edge-authorizer"],
      }
    : { name: "workers", ended: "the workers have ended", runtime: "workerd", count: 2, options: [] };

/** Runs until a condition holds. */
async function until(holds, what) {
  for (const end = Date.now() + 60_000; !(await holds());) {
    assert.ok(Date.now() < end, what());
    await pause(50);
  }
}

async function freePorts() {
  const servers = Array.from({ length: 4 }, () => createServer());
  for (const server of servers) await listen(server, 0);
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map(close));
  return ports;
}

describe("the demo", () => {
  let folder, ports;
  const demos = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "edge-authorizer-test-"));
    ports = await freePorts();
  });

  after(async () => {
    for (const demo of demos) demo.child.kill("SIGTERM");
    for (const demo of demos) await demo.gone;
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts it with its files for a time in `folder`. */
  function spawned(...options) {
    const [port, provider, origin, mail] = ports.map(String);
    const chosen = [
      "--port",
      port,
      "--provider-port",
      provider,
      "--origin-port",
      origin,
      "--mail-port",
      mail,
    ];
    const child = spawn(process.execPath, ["demo/run.mjs", ...chosen, ...RUNS.options, ...options], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const demo = { child, output: "", gone: once(child, "exit") };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk) => (demo.output += chunk));
    }
    demos.push(demo);
    return demo;
  }

  async function started(...options) {
    const demo = spawned(...options);
    await until(
      () => demo.output.includes(READY) || demo.child.exitCode !== null,
      () => demo.output,
    );
    assert.ok(demo.output.includes(READY), demo.output);
    demo.processes = group(demo.child.pid);
    assert.equal(demo.processes.filter(({ name }) => name === RUNS.runtime).length, RUNS.count);
    return demo;
  }

  const guardOf = (pid) =>
    processes().find(({ parent, args }) => parent === pid && args.includes("guard.mjs"));

  /** The processes of the group that the demo's guard leads. */
  function group(pid) {
    const guard = guardOf(pid);
    return processes().filter(({ leader }) => leader === guard.pid);
  }

  /** Nothing runs, listens, or is left of the demo. */
  async function ended(demo) {
    await demo.gone;
    const alive = () => {
      const pids = processes().map(({ pid }) => pid);
      return (demo.processes ?? []).filter(({ pid }) => pids.includes(pid));
    };
    await until(
      () => alive().length === 0,
      () => JSON.stringify(alive()),
    );
    for (const port of ports) {
      const probe = createServer();
      await listen(probe, port);
      await close(probe);
    }
    const isLeft = () => readdirSync(folder).some((name) => /^edge-authorizer-/.test(name));
    await until(
      () => !isLeft(),
      () => `left: ${readdirSync(folder)}`,
    );
  }

  test("prints requests that answer as it says, and a line that makes a fresh token; killed, it leaves nothing", async () => {
    const demo = await started();
    const requests = [...demo.output.matchAll(/^# .*: (\d{3})(?: (\w+))?\n(curl .*)$/gm)];
    assert.equal(requests.length, 9);
    for (const [, status, code, line] of requests) {
      const { stdout } = await run("sh", ["-c", `${line} -s --max-time 10`]);
      assert.match(stdout, new RegExp(`^HTTP/1.1 ${status} `), line);
      if (code) assert.match(stdout, new RegExp(`"code":"${code}"`), line);
    }
    assert.match(demo.output, /^# These tokens live ten minutes/m);
    const [fresh] = demo.output.match(/^token\(\) .*\ncurl .*$/m);
    const { stdout } = await run("sh", ["-c", `${fresh} -s --max-time 10`]);
    assert.match(stdout, /^HTTP\/1.1 200 [^]*"x-auth-subject": "demo-app"/);
    const [account] = demo.output.match(/^account=.*\ncurl .*$/m);
    const opened = await run("sh", ["-c", `${account} -s --max-time 10`]);
    assert.match(opened.stdout, /^HTTP\/1.1 200 [^]*"x-auth-subject": "tpe-api\/my-service-account"/);
    const variables = demo.output.match(/^gateway=.*\nissuer=.*\napi=.*\nadmin=.*\n# .*\nowner=.*$/m)[0];
    const [token] = demo.output.match(/^token\(\) .*$/m);
    const script = `${token}\n${variables}
      curl -s --max-time 10 "\${admin[@]}" -X PUT $api/projects/mine -d '{"label": {"en": "Mine"}}'
      curl -s --max-time 10 "\${owner[@]}" $api/projects/demo/custom-idp-order`;
    assert.match((await run("bash", ["-c", script])).stdout, /"Mine".*\["apps","devices"\]/s);

    // The first owner, as the documentation has it for the demo.
    const [, firstOwner] = documentation.split("## The first owner")[1].match(/```sh\n(.*?)```/s);
    assert.doesNotMatch(firstOwner, /127\.0\.0\.1/, "it holds for any ports");
    const block = `${token}\n${variables}\n${firstOwner.replaceAll("curl ", "curl -s --max-time 10 ")}`;
    const owned = (await run("bash", ["-c", block])).stdout;
    assert.doesNotMatch(owned, /"status"/);
    assert.match(owned, /"id":"owners".*"id":"apps".*"x-auth-project": "plant7"/s);

    await until(
      () => demo.output.split("\n").filter((line) => line.startsWith('{"event":"decision"')).length >= 8,
      () => demo.output,
    );
    const log = demo.output.split(`the log of the ${RUNS.name}:`)[1].trim().split("\n");
    for (const line of log) assert.ok(JSON.parse(line).event, line);

    demo.child.kill("SIGKILL");
    await ended(demo);
  });

  test("keeps what was changed if it is told to, and ends on SIGTERM", async () => {
    const kept = join(folder, "kept");
    const first = await started("--keep", kept);
    const [variables] = first.output.match(/^gateway=.*\nissuer=.*\napi=.*\nadmin=.*$/m);
    const script = `${variables}
      curl -sf --max-time 10 "\${admin[@]}" -X PUT $api/projects/mine -d '{"label": {"en": "Mine"}}'`;
    await run("bash", ["-c", script]);
    const [data] = first.output.match(/^curl .*$/m);
    first.child.kill("SIGTERM");
    assert.deepEqual(await first.gone, [0, null]);
    await ended(first);

    const second = await started("--keep", kept);
    assert.match(second.output, /using the routes and projects of an earlier run/);
    // The administrator's token and the tokens of the first run are valid still.
    const projects = await run("bash", ["-c", `${variables}\ncurl -s "\${admin[@]}" $api/projects`]);
    assert.deepEqual(
      JSON.parse(projects.stdout).map(({ id }) => id),
      ["demo", "mine", "tpe-api"],
    );
    assert.match((await run("sh", ["-c", `${data} -s --max-time 10`])).stdout, /^HTTP\/1.1 200 /);

    // Wrangler would go on without one of its runtimes, and answer nothing.
    process.kill(second.processes.find(({ name }) => name === RUNS.runtime).pid, "SIGKILL");
    assert.deepEqual(await second.gone, [1, null]);
    assert.match(second.output, new RegExp(`demo: ${RUNS.ended}`));
    await ended(second);
    assert.ok(existsSync(join(kept, "demo.json")));

    [ports[0], ports[2]] = [ports[2], ports[0]];
    const third = spawned("--keep", kept);
    assert.deepEqual(await third.gone, [1, null]);
    assert.match(
      third.output,
      /^demo: .*kept was made with ORIGIN_PORT=\d+: set that, or remove the folder/m,
    );
  });

  for (const signal of ["SIGINT", "SIGHUP"]) {
    test(`ends on ${signal} while it starts`, async () => {
      const demo = spawned();
      await until(
        () => demo.output.includes(`starting the ${RUNS.name}`),
        () => demo.output,
      );
      await until(
        () => guardOf(demo.child.pid),
        () => "no guard",
      );
      demo.processes = group(demo.child.pid);
      demo.child.kill(signal);
      assert.deepEqual(await demo.gone, [0, null]);
      await ended(demo);
    });
  }
});

/** All processes that have not ended. */
function processes() {
  const read = (pid) => {
    try {
      const [, name, state, parent, leader] = readFileSync(`/proc/${pid}/stat`, "utf8").match(
        /^\d+ \((.*)\) (\S) (\d+) (\d+) /s,
      );
      const args = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return { pid, name, state, parent: Number(parent), leader: Number(leader), args };
    } catch {
      return undefined; // It ended meanwhile.
    }
  };
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => read(Number(pid))).filter((found) => found && found.state !== "Z");
}
