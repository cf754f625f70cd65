// Projects that name the same issuer: none sees, disturbs or loses anything because of another.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { managementFixture } from "./fixture-management.mjs";
import { workersOnly } from "./hosts.mjs";
import { newKey, pause, until, withIssuer } from "./own-issuer.mjs";

describe("projects that name the same issuer", () => {
  const api = managementFixture({ JWKS_COOLDOWN_SECONDS: "2", CONFIG_TTL_SECONDS: "1" });
  const own = withIssuer(api);

  /** Another project that names the issuer: its path. */
  async function neighbour() {
    await api.newProject();
    const saved = await api.call("POST", `${api.project}/custom-idp`, { ...api.ENTRY, iss: own.iss });
    assert.equal(saved.status, 201, saved.text);
    return api.project;
  }

  const keysOf = async (project) => (await api.call("GET", `${project}/custom-idp/idp/keys`)).json();
  const refresh = (project) => api.call("POST", `${project}/custom-idp/idp/keys/refresh`);

  test("keys show nothing from before one's own entry", async () => {
    const first = api.project;
    const former = own.key.jwk;
    api.issuer.keys = [(await newKey()).jwk];
    assert.equal((await own.refresh()).status, 200);
    assert.deepEqual(
      (await keysOf(first)).formerKeys.map(({ kid }) => kid),
      [former.kid],
    );
    const start = Date.now() / 1000;
    const second = await neighbour();
    const { keys, formerKeys, fetchedAt, expiresAt, nextRefresh, lastError } = await keysOf(second);
    assert.deepEqual([formerKeys, lastError], [[], null]);
    for (const time of [fetchedAt, keys[0].firstSeen, keys[0].lastSeen]) assert.ok(time >= start, `${time}`);
    assert.equal(Math.round(expiresAt - fetchedAt), 3600);
    assert.ok(nextRefresh - fetchedAt >= 0.7 * 3600, `${nextRefresh - fetchedAt}`);
    const blocked = await api.call("PUT", `${second}/custom-idp/idp/keys/${former.kid}/distrust`);
    assert.deepEqual([blocked.status, blocked.json().distrusted.thumbprint], [201, null]);
    const { keys: older, formerKeys: gone } = await keysOf(first);
    assert.ok(older[0].firstSeen < start && gone.length === 1);
  });

  test("a project that is deleted and made again begins anew", async () => {
    const former = own.key.jwk;
    const project = api.project;
    await neighbour();
    api.project = project;
    api.issuer.keys = [(await newKey()).jwk];
    assert.equal((await own.refresh()).status, 200);
    assert.equal((await keysOf(project)).formerKeys[0].kid, former.kid);
    assert.equal((await api.call("DELETE", project)).status, 204);
    const start = Date.now() / 1000;
    assert.equal((await api.call("PUT", project, {})).status, 201);
    const saved = await api.call("POST", `${project}/custom-idp`, { ...api.ENTRY, iss: own.iss });
    assert.equal(saved.status, 201, saved.text);
    const { keys, formerKeys } = await keysOf(project);
    assert.deepEqual(formerKeys, []);
    assert.ok(keys[0].firstSeen >= start);
  });

  test("a refresh of one project makes no other wait, and the issuer is fetched once a cooldown", async () => {
    const first = api.project;
    const second = await neighbour();
    await pause(2100);
    const asked = own.asked();
    const statuses = [];
    for (const project of [first, second, first, second]) statuses.push((await refresh(project)).status);
    assert.deepEqual(statuses, [200, 200, 429, 429]);
    assert.equal(own.asked(), asked + 1);
  });

  test("a project may refresh once a cooldown, also if it asks twice at once", async () => {
    await until("it may", async () => (await own.refresh()).status === 200);
    const asked = own.asked();
    const answers = await until("it may again", async () => {
      const both = await Promise.all([refresh(api.project), refresh(api.project)]);
      return both.some(({ status }) => status === 200) && both;
    });
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 429]);
    assert.equal(own.asked(), asked + 1);
  });
});

describe("an issuer that one project names no more", { skip: workersOnly("slow") }, () => {
  const api = managementFixture(
    { JWKS_LIFE_SECONDS: "2", CONFIG_TTL_SECONDS: "1" },
    { slow: "JWKS", watchedIssuers: true },
  );
  const own = withIssuer(api);

  test("and another one now: its keys stay and are fetched ahead of time", async () => {
    const first = api.project;
    await api.newProject();
    await api.gateway.put("JWKS", "holds-deletes", "yes");
    const removed = api.call("DELETE", `${first}/custom-idp/idp`);
    await until("KV is told to forget them", () => api.gateway.lines.includes(`kv_delete ${own.iss}`));
    const questions = () => api.gateway.lines.filter((line) => line === `issuer_asked ${own.iss}`).length;
    const before = questions();
    const saving = api.call("POST", `${api.project}/custom-idp`, { ...api.ENTRY, iss: own.iss });
    // Its keys are looked at, and then it is told.
    await until("the issuer is told", () => questions() === before + 2);
    await pause(100);
    await api.gateway.delete("JWKS", "holds-deletes");
    assert.equal((await removed).status, 204);
    assert.equal((await saving).status, 201);
    const { fetchedAt } = await until("they are published again", own.record);
    await until("they are fetched again", async () => (await own.record()).fetchedAt > fetchedAt);
    assert.equal(await own.use(own.token), 200);
  });
});
