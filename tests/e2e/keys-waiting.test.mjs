// Requests that wait for an issuer's keys: one of them asks, and none is lost.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { describe, test } from "node:test";
import { ADMIN, BASE, managementFixture } from "./fixture-management.mjs";
import { send } from "./gateway.mjs";
import { workersOnly } from "./hosts.mjs";
import { heldBack, newKey, pause, tokenOf, until, withIssuer } from "./own-issuer.mjs";
import { gatewayPids } from "./processes.mjs";

describe("requests that wait for keys", { skip: workersOnly("watchedIssuers") }, () => {
  const api = managementFixture(
    { JWKS_COOLDOWN_SECONDS: "4", CONFIG_TTL_SECONDS: "1" },
    { watchedIssuers: true },
  );
  const own = withIssuer(api);

  /** How often the object of the test's issuer was asked. */
  const questions = () => asked(own.iss);
  const asked = (iss) => api.gateway.lines.filter((line) => line === `issuer_asked ${iss}`).length;

  /** Saving the entry had the keys fetched. */
  const cooldown = () => pause(4100);

  function stranger() {
    const [, payload, signature] = own.token.split(".");
    const header = JSON.stringify({ alg: "ES256", kid: randomUUID() });
    return [Buffer.from(header).toString("base64url"), payload, signature].join(".");
  }

  test("1 000 unknown keys at a slow issuer ask its object once, and tokens of its new key all pass", async () => {
    const next = await newKey();
    const good = await tokenOf(next, own.iss);
    const agent = new Agent({ keepAlive: true, maxSockets: 1200 });
    const { answers, release } = heldBack(api.issuer);
    await cooldown();
    const before = questions();
    await api.issuer.behave(answers, async () => {
      const waiting = Array.from({ length: 1100 }, (_, index) =>
        index % 11 === 5 ? own.ask(good, agent) : own.ask(stranger(), agent),
      );
      await until("the issuer is asked", () => questions() > before);
      await until("the requests have arrived", () => arrived(agent) === 1100);
      api.issuer.keys = [next.jwk];
      release();
      const statuses = (await Promise.all(waiting)).map(({ status }) => status);
      assert.deepEqual(
        statuses,
        statuses.map((_, index) => (index % 11 === 5 ? 200 : 401)),
      );
    });
    assert.equal(questions(), before + 1);
    agent.destroy();
  });

  /** How many requests of an agent are on their way. */
  const arrived = (agent) =>
    Object.values(agent.sockets)
      .flat()
      .filter(({ bytesWritten }) => bytesWritten > 0).length;

  test("a client that goes while it asks for others strands none of them", async () => {
    const next = await newKey();
    const good = await tokenOf(next, own.iss);
    const { answers, release } = heldBack(api.issuer);
    await cooldown();
    const before = questions();
    await api.issuer.behave(answers, async () => {
      const { hostname, port } = new URL(api.gateway.url);
      const headers = { authorization: `Bearer ${stranger()}` };
      const asking = request({ hostname, port, path: `/api/${api.id}/x`, headers, agent: false });
      asking.on("error", () => {}).end();
      await until("the object is asked", () => questions() === before + 1);
      const waiting = own.ask(good);
      const gone = new Promise((resolve) => asking.on("close", resolve));
      asking.socket.resetAndDestroy();
      await gone;
      assert.equal((await send(api.gateway.url, "/healthz")).status, 200);
      api.issuer.keys = [next.jwk];
      release();
      assert.equal((await waiting).status, 200);
    });
    assert.equal(questions(), before + 1);
  });

  test("the first keys of an issuer are asked for once, however many wait for them", async () => {
    own.tenant = `first-${own.count}`;
    const iss = `${api.issuer.url}/${own.tenant}`;
    // An entry that was stored by other means: its issuer was never asked.
    api.id = own.tenant;
    await api.gateway.put("CONFIG", `project/${api.id}`, { version: 1, idps: [{ ...api.ENTRY, iss }] });
    const token = await tokenOf(own.key, iss);
    const agent = new Agent({ keepAlive: true });
    const { answers, release } = heldBack(api.issuer);
    await api.issuer.behave(answers, async () => {
      const waiting = Array.from({ length: 50 }, () => own.ask(token, agent));
      await until("the issuer is asked", () => own.asked() > 0);
      await until("the requests have arrived", () => arrived(agent) === 50);
      release();
      for (const { status } of await Promise.all(waiting)) assert.equal(status, 200);
    });
    assert.equal(asked(iss), 1);
    agent.destroy();
  });

  test("at most 1 500 requests of a project wait; more are refused at once", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 2000 });
    const { answers, release } = heldBack(api.issuer);
    await cooldown();
    await api.issuer.behave(answers, async () => {
      const refused = [];
      const waiting = Array.from({ length: 1550 }, async () => {
        const { status } = await own.ask(stranger(), agent);
        if (status === 503) refused.push(status);
        return status;
      });
      await until("50 are refused", () => refused.length === 50);
      release();
      const statuses = await Promise.all(waiting);
      assert.equal(statuses.filter((status) => status === 401).length, 1500);
    });
    agent.destroy();
  });

  test("a project that names several slow issuers has no more requests that wait", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 2000 });
    const issuers = [1, 2, 3].map((number) => `${own.iss}/${number}/silent`);
    api.id = `slow-${own.count}`;
    const idps = issuers.map((iss, number) => ({ ...api.ENTRY, id: `idp-${number}`, iss }));
    await api.gateway.put("CONFIG", `project/${api.id}`, { version: 1, idps });
    const tokens = await Promise.all(issuers.map((iss) => tokenOf(own.key, iss)));
    let refused = 0;
    const all = Array.from({ length: 1600 }, async (_, number) => {
      const { status } = await own.ask(tokens[number % 3], agent);
      assert.equal(status, 503);
      refused += 1;
    });
    await until("100 are refused", () => refused === 100);
    await pause(500);
    assert.equal(refused, 100);
    await Promise.all(all);
    agent.destroy();
  });

  test("a request waits at most 15 seconds, and the next one asks again", async () => {
    const iss = `${own.iss}/silent`;
    api.id = `silent-${own.count}`;
    await api.gateway.put("CONFIG", `project/${api.id}`, { version: 1, idps: [{ ...api.ENTRY, iss }] });
    const token = await tokenOf(own.key, iss);
    for (const count of [1, 2]) {
      const waiting = Promise.all([own.ask(token), own.ask(token)]);
      await until("the object is asked", () => asked(iss) === count);
      assert.deepEqual(
        (await waiting).map(({ status }) => status),
        [503, 503],
      );
    }
  });

  for (const [what, request, expected] of [
    [
      "callers of the management API",
      (token) => ["GET", "custom-idp", undefined, { authorization: `Bearer ${token}` }],
      401,
    ],
    [
      "tokens to explain",
      (token) => ["POST", "explain", { method: "GET", path: `/api/${api.id}/x`, token }],
      200,
    ],
  ]) {
    test(`400 unknown keys of ${what} at a slow issuer ask its object once`, async () => {
      const { answers, release } = heldBack(api.issuer);
      await cooldown();
      const before = questions();
      await api.issuer.behave(answers, async () => {
        const waiting = Array.from({ length: 400 }, () => {
          const [method, path, body, headers] = request(stranger());
          return api.call(method, `${api.project}/${path}`, body, headers);
        });
        await until("the issuer is asked", () => questions() > before);
        await pause(1000);
        release();
        for (const { status } of await Promise.all(waiting)) assert.equal(status, expected);
      });
      assert.equal(questions(), before + 1);
    });
  }

  test("those that wait in an issuer's object cost nothing meanwhile", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 400 });
    const look = () =>
      send(api.gateway.url, `${BASE}${own.keysPath()}`, { headers: ADMIN, agent }).then(({ status }) =>
        assert.equal(status, 200),
      );
    const { answers, release } = heldBack(api.issuer);
    await cooldown();
    await api.issuer.behave(answers, async () => {
      const before = questions();
      const refreshing = own.refresh();
      await until("the issuer is asked", () => questions() > before);
      const waiting = Array.from({ length: 400 }, look);
      await until("all wait", () => questions() > before + 400);
      const start = cpuSeconds();
      await pause(2000);
      const spent = cpuSeconds() - start;
      release();
      await Promise.all([refreshing, ...waiting]);
      // Looking every 10 ms, 400 of them took more than a second.
      assert.ok(spent < 0.4, `${spent} s of CPU`);
    });
    agent.destroy();
  });
});

describe("clients that go while they wait for keys", { skip: workersOnly("watchedIssuers") }, () => {
  const api = managementFixture({}, { watchedIssuers: true });
  const own = withIssuer(api);

  test("make room for others", async () => {
    const iss = `${own.iss}/silent`;
    api.id = `silent-${own.count}`;
    await api.gateway.put("CONFIG", `project/${api.id}`, { version: 1, idps: [{ ...api.ENTRY, iss }] });
    const token = await tokenOf(own.key, iss);
    const ask = (agent) => own.ask(token, agent);
    const agent = new Agent({ keepAlive: true, maxSockets: 2000 });
    const refused = [];
    for (let count = 0; count < 1550; count += 1) {
      ask(agent).then(
        ({ status }) => refused.push(status),
        () => {},
      );
    }
    await until("50 are refused", () => refused.length === 50);
    for (const socket of Object.values(agent.sockets).flat()) socket.resetAndDestroy();
    agent.destroy();
    const isRefused = async () =>
      Promise.race([
        ask().then(
          () => true,
          () => true,
        ),
        pause(500),
      ]);
    await until("a request may wait", async () => !(await isRefused()));
    const asked = api.gateway.lines.filter((line) => line === `issuer_asked ${iss}`);
    assert.equal(asked.length, 1, "it waits for the same answer");
  });
});

/** The CPU time of the workers that this process started, in seconds. */
function cpuSeconds() {
  const ticks = gatewayPids().map((pid) => {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13);
    return Number(user) + Number(system);
  });
  return ticks.reduce((sum, count) => sum + count, 0) / 100;
}
