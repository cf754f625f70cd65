// Keys and what becomes of them in KV: published late, not at all, or gone again.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { managementFixture } from "./fixture-management.mjs";
import { workersOnly } from "./hosts.mjs";
import { DOWN } from "./issuer.mjs";
import { newKey, pause, tokenOf, until, withIssuer } from "./own-issuer.mjs";

describe("keys that KV lacks", () => {
  const api = managementFixture();
  const own = withIssuer(api);

  test("are requested from their object again once memory lacks them, too", async () => {
    // Their records fill the memory for key sets.
    const others = Array.from({ length: 20 }, (_, index) => `${own.iss}/other-${index}`);
    const idps = [own.iss, ...others].map((iss, index) => ({ ...api.ENTRY, id: `idp-${index}`, iss }));
    const now = Date.now() / 1000;
    const record = { jwks: { keys: [own.key.jwk] }, fetchedAt: now, expiresAt: now + 3600 };
    for (const iss of others) await api.gateway.put("JWKS", iss, { ...record, more: "x".repeat(500_000) });
    api.id = "many-issuers";
    await api.gateway.put("CONFIG", `project/${api.id}`, { version: 1, idps });
    await api.gateway.delete("JWKS", own.iss);
    assert.equal(await own.use(own.token), 200);
    for (const iss of others) assert.equal(await own.use(await tokenOf(own.key, iss)), 200);
    assert.equal(await own.use(await tokenOf(own.key, own.iss)), 200);
  });
});

describe("while KV is slow", { skip: workersOnly("slow") }, () => {
  const api = managementFixture(
    { JWKS_COOLDOWN_SECONDS: "1", CONFIG_TTL_SECONDS: "1" },
    { slow: "JWKS", watchedIssuers: true },
  );
  const own = withIssuer(api);
  const lines = (line) => api.gateway.lines.filter((other) => other === line).length;

  test("a new key serves before it is published", async () => {
    const next = await newKey();
    await pause(1100);
    api.issuer.keys = [next.jwk];
    await api.gateway.put("JWKS", "holds-puts", "yes");
    const token = await tokenOf(next, own.iss);
    const answer = await Promise.race([own.use(token), pause(5000)]);
    await api.gateway.delete("JWKS", "holds-puts");
    assert.equal(answer, 200);
    await until("it is published", async () => (await own.record()).jwks.keys[0].kid === next.jwk.kid);
  });

  test("keys that were removed are published again, though the issuer has failed meanwhile", async () => {
    const first = api.project;
    const stranger = await tokenOf(await newKey(), own.iss);
    await api.newProject();
    await api.gateway.put("JWKS", "holds-deletes", "yes");
    const removed = api.call("DELETE", `${first}/custom-idp/idp`);
    await until("KV is told to forget them", () => lines(`kv_delete ${own.iss}`) === 1);
    const questions = lines(`issuer_asked ${own.iss}`);
    const saving = api.call("POST", `${api.project}/custom-idp`, { ...api.ENTRY, iss: own.iss });
    await until("the issuer is told", () => lines(`issuer_asked ${own.iss}`) === questions + 2);

    let fail;
    const held = new Promise((resolve) => (fail = resolve));
    const down = { ...DOWN, configuration: (response) => held.then(() => response.destroy()) };
    await api.issuer.behave(down, async () => {
      api.id = `renewing-${own.count}`;
      const snapshot = { version: 1, idps: [{ ...api.ENTRY, iss: own.iss }] };
      await api.gateway.put("CONFIG", `project/${api.id}`, snapshot);
      await pause(1100);
      const asked = own.asked();
      const refused = own.use(stranger);
      await until("a fetch is under way", () => own.asked() > asked);
      const puts = lines(`kv_put ${own.iss}`);
      await api.gateway.put("JWKS", "holds-puts", "yes");
      await api.gateway.delete("JWKS", "holds-deletes");
      await until("they are being published", () => lines(`kv_put ${own.iss}`) > puts);
      fail();
      const isLogged = (event) =>
        api.gateway.lines.some(
          (line) => line.includes(`"${event}"`) && line.includes(`"subject":"${own.iss}"`),
        );
      await until("the fetch has failed", () => isLogged("keys_not_fetched"));
      await api.gateway.put("JWKS", "fails-to-write", "yes");
      await api.gateway.delete("JWKS", "holds-puts");
      await until("the publication has failed", () => isLogged("not_published"));
      await api.gateway.delete("JWKS", "fails-to-write");
      await until("they are published", () => api.gateway.get("JWKS", own.iss));
      assert.equal(await own.use(own.token), 200);
      assert.equal(await refused, "503 keys_unavailable");
      assert.equal((await removed).status, 204);
      assert.equal((await saving).status, 201);
    });
  });
});
