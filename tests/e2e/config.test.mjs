// Configuration in KV: missing, malformed, changed; and how long it is kept in memory.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { send, startGateway } from "./gateway.mjs";
import { workersOnly } from "./hosts.mjs";
import { startTestOrigin } from "./origin.mjs";
import { ENTRY, bearer, kvFixture } from "./project.mjs";

const ROUTES = [
  { path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } },
  { path: "/public/{*rest}", origin: "origin", public: true },
];

describe("configuration", () => {
  let origin, headers;
  const gateways = [];

  before(async () => {
    origin = await startTestOrigin();
    headers = await bearer();
  });

  after(async () => {
    for (const server of [...gateways, origin]) await server?.close();
  });

  async function start(bindings, change = (values) => values) {
    const gateway = await startGateway({ bindings, ...change(kvFixture(origin.url, ROUTES)) });
    gateways.push(gateway);
    return gateway;
  }

  const ask = async (gateway, path = "/api/p1/x") => {
    const answer = await send(gateway.url, path, { headers });
    return answer.status === 200 ? 200 : `${answer.status} ${answer.json().code}`;
  };

  /** Waits until `probe` gives `expected`; fails after the time in which every cache must have given in. */
  async function until(expected, probe, seconds = 10) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const actual = await probe();
      if (actual === expected) return;
      if (Date.now() > end) assert.equal(actual, expected);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  test(
    "without the binding of static files there are none, and everything else is as it was",
    { skip: workersOnly("hasFiles") },
    async () => {
      const gateway = await start({}, (values) => ({ ...values, hasFiles: false }));
      for (const path of ["/openapi.json", "/inspector/"]) {
        assert.equal(await ask(gateway, path), "404 route_not_found");
      }
      assert.equal(await ask(gateway), 200);
    },
  );

  test("without routes, or with malformed ones, everything is 503 and says when to try again", async () => {
    const gateway = await start({ CONFIG_TTL_SECONDS: "0" }, (values) => ({ ...values, config: {} }));
    const answer = await send(gateway.url, "/public/x");
    assert.deepEqual([answer.status, answer.json().code], [503, "config_unavailable"]);
    assert.ok(Number(answer.headers["retry-after"]) > 0);
    const parameters = Array.from({ length: 30 }, (_, index) => `{p${index}}`).join("/");
    const deep = {
      origins: { origin: { url: origin.url } },
      routes: [{ path: `/${parameters}`, origin: "origin", public: true }],
    };
    for (const bad of [
      JSON.stringify(deep),
      "{",
      "[]",
      '{"origins":{},"more":1}',
      '{"origins":{},"origins":{},"routes":[]}',
    ]) {
      await gateway.put("CONFIG", "gateway", bad);
      assert.equal(await ask(gateway, "/public/x"), "503 config_unavailable", bad);
    }
    assert.equal((await send(gateway.url, "/healthz")).status, 200);
  });

  test("unknown properties of stored values are ignored", async () => {
    const gateway = await start({}, (values) => {
      const { config, jwks } = structuredClone(values);
      const more = { more: { of: "a later release" } };
      Object.assign(config.gateway, more);
      Object.assign(config.gateway.routes[0], more);
      Object.assign(config.gateway.origins.origin, more);
      Object.assign(config["project/p1"], more);
      Object.assign(config["project/p1"].idps[0], more);
      for (const record of Object.values(jwks)) Object.assign(record, more);
      return { config, jwks };
    });
    assert.equal(await ask(gateway), 200);
  });

  test("a malformed project is 503 with a log line, and harms no other", async () => {
    const gateway = await start({ CONFIG_TTL_SECONDS: "0" });
    await gateway.put("CONFIG", "project/p2", { version: 1, idps: [ENTRY] });
    for (const bad of [
      "",
      "{",
      '{"version":1,"idps":[{}]}',
      { version: 1, idps: [{ ...ENTRY, allowedAzp: [] }] },
    ]) {
      await gateway.put("CONFIG", "project/p1", bad);
      assert.equal(await ask(gateway), "503 config_unavailable", JSON.stringify(bad));
      assert.equal(await ask(gateway, "/api/p2/x"), 200);
    }
    assert.match(gateway.log(), /"event":"value_malformed","time":"[^"]+","subject":"CONFIG: project\/p1"/);
    assert.match(gateway.log(), /at `\/idps\/0\/allowedAzp`: expected at least one element/);
    await gateway.delete("CONFIG", "project/p1");
    assert.equal(await ask(gateway), "401 token_untrusted");
  });

  test("an invalid variable denies and is named in the log", { skip: workersOnly("variables") }, async () => {
    for (const [name, value] of [
      ["CLOCK_SKEW_SECONDS", "301"],
      ["CLOCK_SKEW_SECONDS", "x"],
      ["CONFIG_TTL_SECONDS", "-1"],
    ]) {
      const gateway = await start({ [name]: value });
      assert.equal(await ask(gateway), "503 config_unavailable", `${name}=${value}`);
      // It says that the edge runs, and no more (docs/operations.md).
      assert.equal((await send(gateway.url, "/healthz")).status, 200);
      // What workerd prints may come after the answer.
      const line = new RegExp(`"event":"variable_invalid","time":"[^"]+","subject":"${name}"`);
      while (!line.test(gateway.log())) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  });

  test("the clocks' tolerance is a variable", async () => {
    const gateway = await start({ CLOCK_SKEW_SECONDS: "0" });
    const past = Math.floor(Date.now() / 1000) - 5;
    const expired = await bearer({ iat: past - 60, exp: past });
    assert.equal((await send(gateway.url, "/api/p1/x", { headers: expired })).status, 401);
    const tolerant = await start({ CLOCK_SKEW_SECONDS: "300" });
    assert.equal((await send(tolerant.url, "/api/p1/x", { headers: expired })).status, 200);
  });

  test("a fresh value is not read again; a stale one serves while it is; an old one is read first", async () => {
    const gateway = await start({ CONFIG_TTL_SECONDS: "2" });
    assert.equal(await ask(gateway), 200);
    await gateway.put("CONFIG", "project/p1", { version: 2, idps: [{ ...ENTRY, definedRoles: ["other"] }] });
    for (const end = Date.now() + 500; Date.now() < end;) assert.equal(await ask(gateway), 200, "fresh");
    // Asked all the time, the change is there once the value is stale and was read in the background.
    await until("403 role_missing", () => ask(gateway), 4.5);
    await gateway.put("CONFIG", "project/p1", { version: 3, idps: [ENTRY] });
    // Not asked until the value is old, the change is there at the first request.
    await new Promise((resolve) => setTimeout(resolve, 4100));
    assert.equal(await ask(gateway), 200, "old");
  });

  test(
    "projects that are large in memory evict no small ones",
    { skip: workersOnly("watchedKv") },
    async () => {
      const list = (length, prefix = "") => Array.from({ length }, (_, index) => `${prefix}${index}`);
      const lists = Object.fromEntries(
        ["definedRoles", "allowedAzp", "allowedAud", "allowedTyp"].map((name) => [name, list(256)]),
      );
      const entries = list(50, "idp-").map((id) => ({ ...ENTRY, ...lists, id }));
      const [small, large] = [list(200, "small-"), list(8, "large-")];
      const gateway = await start({ CONFIG_TTL_SECONDS: "3600" }, (values) => ({
        ...values,
        watchedKv: true,
      }));
      const put = (name, idps) => gateway.put("CONFIG", `project/${name}`, { version: 1, idps });
      await Promise.all([
        ...small.map((name) => put(name, [ENTRY])),
        ...large.map((name) => put(name, entries)),
      ]);
      const read = (name) => gateway.lines.filter((line) => line === `kv_read project/${name}`).length;
      for (const name of [...small, ...large, ...large, ...small]) await ask(gateway, `/api/${name}/x`);
      // More than fits into the cache was read: what is large was read twice.
      await until(true, () => large.some((name) => read(name) === 2));
      await ask(gateway, "/api/last/x");
      await until(1, () => read("last"));
      assert.deepEqual(
        small.filter((name) => read(name) !== 1),
        [],
      );
    },
  );

  test(
    "while KV fails, what was read before goes on serving; what was not is 503",
    { skip: workersOnly("flakyConfig") },
    async () => {
      const gateway = await start({ CONFIG_TTL_SECONDS: "0" }, (values) => ({
        ...values,
        flakyConfig: true,
      }));
      assert.equal(await ask(gateway), 200);
      await gateway.put("CONFIG", "fails", "yes");
      assert.equal(await ask(gateway), 200);
      assert.equal(await ask(gateway, "/api/p2/x"), "503 config_unavailable");
      assert.match(gateway.log(), /"event":"kv_failed"/);
      await gateway.delete("CONFIG", "fails");
      assert.equal(await ask(gateway, "/api/p2/x"), "401 token_untrusted");
    },
  );
});
