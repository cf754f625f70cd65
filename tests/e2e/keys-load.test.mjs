// An issuer's keys under load: rotations, and a flood of unknown keys.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Agent } from "node:http";
import { describe, test } from "node:test";
import { managementFixture } from "./fixture-management.mjs";
import { send } from "./gateway.mjs";
import { newKey, pause, tokenOf, withIssuer } from "./own-issuer.mjs";

describe("keys under load", () => {
  const api = managementFixture({ JWKS_COOLDOWN_SECONDS: "1", CONFIG_TTL_SECONDS: "1" });
  const own = withIssuer(api);

  test("20 rotations at 200 requests a second refuse no token whose key was there for a cooldown", async (t) => {
    let [current, sent, running] = [own.token, 0, true];
    const refused = [];
    const load = (async () => {
      const pending = new Set();
      while (running) {
        const request = own.use(current).then((status) => status !== 200 && refused.push(status));
        pending.add(request.finally(() => pending.delete(request)));
        sent += 1;
        await pause(5);
      }
      await Promise.all(pending);
    })();
    for (let rotation = 0; rotation < 20; rotation += 1) {
      const next = await newKey();
      const token = await tokenOf(next, own.iss);
      api.issuer.keys = [...api.issuer.keys.slice(-1), next.jwk];
      await pause(1000);
      current = token;
      api.issuer.keys = [next.jwk];
    }
    running = false;
    await load;
    t.diagnostic(`${sent} requests`);
    assert.deepEqual(refused, []);
  });
});

describe("keys with the default cooldown", () => {
  const api = managementFixture();
  const own = withIssuer(api);

  test("10 000 unknown keys in 10 seconds make two refreshes at most, and refuse no good token", async (t) => {
    const [, payload, signature] = own.token.split(".");
    const stranger = () => {
      const header = JSON.stringify({ alg: "ES256", kid: randomUUID() });
      return [Buffer.from(header).toString("base64url"), payload, signature].join(".");
    };
    const agent = new Agent({ keepAlive: true, maxSockets: 50 });
    const ask = (token) =>
      send(api.gateway.url, `/api/${api.id}/x`, { headers: { authorization: `Bearer ${token}` }, agent });
    const good = async () => {
      const latencies = [];
      for (const end = Date.now() + 10_000; Date.now() < end;) {
        const start = performance.now();
        assert.equal(await own.use(own.token), 200);
        latencies.push(performance.now() - start);
        await pause(10);
      }
      return latencies.sort((a, b) => a - b)[Math.floor(latencies.length / 2)];
    };
    const quiet = await good();
    const asked = own.asked();
    const start = Date.now();
    const flood = Array.from({ length: 50 }, async (_, connection) => {
      for (let count = 0; count < 200; count += 1) {
        await pause(start + count * 50 + connection - Date.now());
        assert.equal((await ask(stranger())).status, 401);
      }
    });
    const [flooded] = await Promise.all([good(), ...flood]);
    agent.destroy();
    const refreshes = own.asked() - asked;
    t.diagnostic(`10000 unknown keys in ${(Date.now() - start) / 1000} s: ${refreshes} refreshes`);
    t.diagnostic(`median of good requests: ${quiet.toFixed(2)} ms; in the flood ${flooded.toFixed(2)} ms`);
    assert.ok(refreshes <= 2);
  });
});
