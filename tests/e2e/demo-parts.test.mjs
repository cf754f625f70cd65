// The parts of the demo that run without workers: its origin and the check of its ports.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { close, listen, startOrigin } from "../../demo/origin.mjs";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

test("the demo's origin survives an upload that breaks off", async () => {
  const origin = await startOrigin();
  const { hostname, port } = new URL(origin.url);
  for (const head of [
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
  ]) {
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    await new Promise((resolve) => socket.write(head, resolve));
    // The origin has begun to read when it answers another request.
    await fetch(origin.url);
    socket.resetAndDestroy();
  }
  const answer = await (await fetch(origin.url, { method: "POST", body: "whole" })).json();
  assert.equal(answer.body, "whole");
  await origin.close();
});

test("the demo's origin sends back the beginning of a long body and its length", async () => {
  const origin = await startOrigin();
  const answer = await fetch(origin.url, { method: "POST", body: "x".repeat(2_000_000) });
  const { body, bodyBytes, bodyNote } = await answer.json();
  assert.deepEqual([body, bodyBytes, bodyNote], ["x".repeat(4096), 2_000_000, "only the first 4096 bytes"]);
  const short = await (await fetch(origin.url, { method: "POST", body: "x".repeat(4096) })).json();
  assert.deepEqual([short.body.length, short.bodyBytes], [4096, undefined]);
  await origin.close();
});

describe("the ports of the demo", () => {
  const NAMES = ["PORT", "PROVIDER_PORT", "ORIGIN_PORT", "MAIL_PORT"];
  const FLAGS = {
    PORT: "--port",
    PROVIDER_PORT: "--provider-port",
    ORIGIN_PORT: "--origin-port",
    MAIL_PORT: "--mail-port",
  };

  /** Ports that were free a moment ago, by variable. */
  async function ports() {
    const servers = NAMES.map(() => createServer());
    for (const server of servers) await listen(server, 0);
    const numbers = servers.map((server) => server.address().port);
    await Promise.all(servers.map(close));
    return Object.fromEntries(NAMES.map((name, index) => [name, numbers[index]]));
  }

  const checks = [
    ["ports.mjs", (chosen) => Object.entries(chosen).map(([name, port]) => `${name}=${port}`)],
    ["run.mjs", (chosen) => Object.entries(chosen).flatMap(([name, port]) => [FLAGS[name], String(port)])],
  ];

  for (const [script, arguments_] of checks) {
    const refused = (chosen, message) =>
      assert.rejects(
        run(process.execPath, [`${ROOT}demo/${script}`, ...arguments_(chosen)]),
        ({ code, stdout, stderr }) => {
          assert.deepEqual([code, stdout, stderr], [1, "", `demo: ${message}\n`]);
          return true;
        },
      );

    for (const name of NAMES) {
      test(`${script}: a port that is taken names ${name}=, and nothing is started`, async () => {
        const chosen = await ports();
        const holder = createServer();
        await listen(holder, 0);
        const { port } = holder.address();
        const message = `port ${port} is taken: choose another, for example \`make run ${name}=${port + 1}\``;
        await refused({ ...chosen, [name]: port }, message);
        await close(holder);
      });
    }

    test(`${script}: what is no port, and one port twice, are refused`, async () => {
      const chosen = await ports();
      const range = "is not a port: set a number from 1 to 65535";
      await refused({ ...chosen, ORIGIN_PORT: "x" }, `ORIGIN_PORT=x ${range}`);
      await refused({ ...chosen, PORT: "65536" }, `PORT=65536 ${range}`);
      const twice = `PORT and ORIGIN_PORT are both ${chosen.PORT}: set another, \`make run ORIGIN_PORT=…\``;
      await refused({ ...chosen, ORIGIN_PORT: chosen.PORT }, twice);
    });
  }

  test("ports.mjs accepts free ones", async () => {
    const [, arguments_] = checks[0];
    await run(process.execPath, [`${ROOT}demo/ports.mjs`, ...arguments_(await ports())]);
  });

  test("make run checks them before it installs or builds anything", async () => {
    const { stdout } = await run("make", ["--dry-run", "run", "PORT=1234"], { cwd: ROOT });
    const at = (text) => stdout.indexOf(text);
    assert.ok(at("demo/ports.mjs PORT=1234") >= 0, stdout);
    assert.ok(at("demo/ports.mjs") < at("scripts/setup.sh"), stdout);
    assert.ok(at("scripts/setup.sh") < at("scripts/build-worker.sh"), stdout);
  });
});
