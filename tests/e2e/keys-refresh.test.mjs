// The refresh of an issuer's keys: ahead of time, and through an outage.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { managementFixture } from "./fixture-management.mjs";
import { DOWN } from "./issuer.mjs";
import { newKey, tokenOf, until, withIssuer } from "./own-issuer.mjs";

describe("keys that live two seconds", () => {
  const api = managementFixture({
    JWKS_COOLDOWN_SECONDS: "1",
    JWKS_LIFE_SECONDS: "2",
    JWKS_MAX_STALE_SECONDS: "5",
    CONFIG_TTL_SECONDS: "1",
  });
  const own = withIssuer(api);

  test("are fetched again before their life ends, without a request", async () => {
    const { fetchedAt, expiresAt } = await own.record();
    const next = await until("they are fetched again", async () => {
      const record = await own.record();
      return record.fetchedAt > fetchedAt && record;
    });
    assert.ok(next.fetchedAt < expiresAt, `${next.fetchedAt} is not before ${expiresAt}`);
  });

  test("a removed key stops verifying after the next refresh", async () => {
    assert.equal(await own.use(own.token), 200);
    api.issuer.keys = [(await newKey()).jwk];
    await until("it is refused", async () => (await own.use(own.token)) === "401 token_untrusted");
  });

  test("an outage is bridged up to the bound, then 503, and its end is noticed", async () => {
    const start = (await own.record()).fetchedAt * 1000;
    await api.issuer.behave(DOWN, async () => {
      let last = start;
      await until("the bound is reached", async () => {
        const asked = Date.now();
        const status = await own.use(own.token);
        if (status === 200) last = asked;
        else assert.equal(status, "503 keys_unavailable");
        return status !== 200;
      });
      assert.ok(last - start > 3000, `good keys served ${last - start} ms only`);
    });
    await until("it is over", async () => (await own.use(own.token)) === 200);
  });

  test("an issuer that is down at the first request is found by itself when it is back", async () => {
    const iss = `${own.iss}-new`;
    // An entry that was stored while its issuer answered, whose keys were never had.
    await api.gateway.put("CONFIG", "project/late", { version: 1, idps: [{ ...api.ENTRY, iss }] });
    api.id = "late";
    const token = await tokenOf(own.key, iss);
    await api.issuer.behave(DOWN, async () => assert.equal(await own.use(token), "503 keys_unavailable"));
    await until("it is back", async () => (await own.use(token)) === 200);
  });
});
