// Bodies of requests to the management API that arrive slowly.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { ADMIN, BASE, managementFixture } from "./fixture-management.mjs";

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

describe("a body", () => {
  const api = managementFixture();

  /** Sends a request whose body comes in `parts`, of which each is awaited; returns what was answered until then. */
  async function send(length, parts) {
    const { hostname, port } = new URL(api.gateway.url);
    const socket = connect({ host: hostname, port });
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk));
    socket.on("error", () => {});
    const lines = [
      `PUT ${BASE}${api.project} HTTP/1.1`,
      "host: gateway.example",
      `authorization: ${ADMIN.authorization}`,
      "content-type: application/json",
      `content-length: ${length}`,
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    for await (const part of parts) socket.write(part);
    for (const end = Date.now() + 2000; !answer && Date.now() < end;) await pause(0.02);
    socket.destroy();
    return answer;
  }

  test("that arrives in pieces is read", async () => {
    const text = JSON.stringify({ label: { en: "slowly" } });
    const pieces = async function* () {
      for (const character of text) {
        await pause(0.02);
        yield character;
      }
    };
    assert.match(await send(text.length, pieces()), /^HTTP\/1\.1 200 /);
  });

  test("that does not end is given up after 30 seconds, and other requests go on meanwhile", async () => {
    const pieces = async function* () {
      yield `{"label":{"en":"${"x".repeat(60_000)}`;
      for (let second = 0; second < 31; second += 1) {
        await pause(1);
        yield "x";
      }
    };
    const slow = Array.from({ length: 50 }, () => send(64_000, pieces()));
    await pause(5);
    assert.equal((await api.call("PUT", api.project, { label: { en: "meanwhile" } })).status, 200);
    for (const answer of await Promise.all(slow)) {
      assert.match(answer, /^HTTP\/1\.1 408 /);
      assert.match(answer, /"code":"body_timeout"/);
    }
    assert.equal((await api.call("GET", api.project)).json().label.en, "meanwhile");
  });

  test("is read only while there is room for it, but for a small one", async () => {
    let isRefused;
    const oneRefused = new Promise((resolve) => (isRefused = resolve));
    const pieces = async function* () {
      yield `{"label":{"en":"${"x".repeat(65_000)}`;
      await pause(3);
    };
    // Without the first 8 KiB of each, 73 of them fit into 4 MiB.
    const slow = Array.from({ length: 100 }, async () => {
      const answer = await send(65_500, pieces());
      if (answer.includes('"code":"store_unavailable"')) isRefused();
      return answer;
    });
    await oneRefused;
    assert.equal((await api.call("PUT", api.project, {})).status, 200);
    const answers = await Promise.all(slow);
    const refused = answers.filter((answer) => answer.includes('"code":"store_unavailable"'));
    assert.ok(refused.length >= 20 && refused.length <= 34, `${refused.length} refused`);
  });
});
