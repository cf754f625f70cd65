// The routes: that many can be saved, who changed them, and that an edge sees at once what it has changed.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ADMIN, BASE, managementFixture } from "./fixture-management.mjs";
import { send, startGateway } from "./gateway.mjs";
import { startTestOrigin } from "./origin.mjs";
import { bearer, kvFixture } from "./project.mjs";

const ROUTE = { origin: "origin", access: { GET: ["access"], POST: ["data_provider"], "*": ["admin"] } };

describe("routes", () => {
  const api = managementFixture();
  const document = (routes) => ({ origins: { origin: { url: api.origin.url } }, routes });

  test("a thousand routes can be saved, and other bodies stay small", async () => {
    const routes = Array.from({ length: 1000 }, (_, index) => ({
      ...ROUTE,
      path: `/a-service-with-quite-a-long-name-${index}/v1/{project}/{*rest}`,
    }));
    assert.ok(JSON.stringify(document(routes)).length > 128 * 1024);
    const saved = await api.call("PUT", "/gateway", document(routes));
    assert.deepEqual([saved.status, saved.headers["x-published"]], [200, "true"], saved.text.slice(0, 500));
    const read = await api.call("GET", "/gateway");
    assert.equal(read.json().routes.length, 1000);
    const path = "/a-service-with-quite-a-long-name-999/v1/p/x";
    assert.equal((await send(api.gateway.url, path)).json().code, "token_missing");

    const large = document([{ ...ROUTE, path: `/${"x".repeat(1024 * 1024)}/{project}` }]);
    const refused = await api.call("PUT", "/gateway", large);
    assert.deepEqual([refused.status, refused.json().reason], [413, "the limit is 1024 KiB"]);
  });

  test("who changed the routes is in their audit log, newest first, and so is what failed", async () => {
    const start = (await api.call("GET", "/gateway/audit-log")).json().items[0].number;
    const routes = [{ ...ROUTE, path: "/first/{project}" }];
    assert.equal((await api.call("PUT", "/gateway", document(routes))).status, 200);
    assert.equal((await api.call("PUT", "/gateway", { routes: [] })).status, 422);
    assert.equal((await api.call("PUT", "/gateway?dryRun=true", { routes: [] })).status, 422);
    const condition = { ...ADMIN, "if-match": '"another"' };
    assert.equal((await api.call("PUT", "/gateway", document([]), condition)).status, 412);
    const { items } = (await api.call("GET", "/gateway/audit-log")).json();
    const added = items.filter(({ number }) => number > start);
    assert.deepEqual(
      added.map(({ author, change, outcome }) => [author.who, Object.keys(change), outcome.refusal]),
      [
        ["platform-admin", ["put_gateway"], "precondition_failed"],
        ["platform-admin", ["put_gateway"], "document_invalid"],
        ["platform-admin", ["put_gateway"], undefined],
      ],
    );
    const [, , made] = added;
    assert.deepEqual(made.change.put_gateway.gateway, document(routes));
    assert.deepEqual(made.outcome.after, document(routes));
    const page = (await api.call("GET", `/gateway/audit-log?before=${made.number}`)).json();
    assert.ok(page.items.every(({ number }) => number < made.number));
  });

  test("the log of the routes is for administrators", async () => {
    await api.call("POST", `${api.project}/custom-idp`, api.OWNERS);
    for (const [headers, code] of [
      [{}, "token_missing"],
      [api.owner, "administrator_only"],
    ]) {
      assert.equal((await api.call("GET", "/gateway/audit-log", undefined, headers)).json().code, code);
    }
  });
});

describe("a KV replica that lags behind", () => {
  const api = managementFixture({ CONFIG_TTL_SECONDS: "0" });

  test("does not hide a project from the edge that made it", async () => {
    assert.equal((await api.call("POST", `${api.project}/custom-idp`, api.ENTRY)).status, 201);
    assert.equal(await api.use(api.user), 200);
    await api.gateway.delete("CONFIG", `project/${api.id}`);
    assert.equal(await api.use(api.user), 200);
  });

  test("does not bring former routes back", async () => {
    assert.equal(await api.use({}), 401);
    const former = await api.gateway.get("CONFIG", "gateway");
    const document = {
      origins: { origin: { url: api.origin.url } },
      routes: [{ ...ROUTE, path: "/new/{project}" }],
    };
    const saved = await api.call("PUT", "/gateway", document);
    assert.deepEqual([saved.status, await api.use({})], [200, 404]);
    const newer = await api.gateway.get("CONFIG", "gateway");
    assert.deepEqual(JSON.parse(newer), { ...document, version: 2 });
    await api.gateway.put("CONFIG", "gateway", former);
    assert.equal(await api.use({}), 404);
    // The version is for the edges alone.
    const read = await api.call("GET", "/gateway");
    assert.deepEqual([read.json(), read.headers.etag], [document, saved.headers.etag]);
    assert.equal((await api.call("PUT", "/gateway", JSON.parse(newer))).status, 422);
  });
});

describe("an edge in another isolate than the objects", () => {
  let origin, gateway, headers;

  before(async () => {
    origin = await startTestOrigin();
    headers = await bearer();
    const { config, jwks } = kvFixture(origin.url, [{ ...ROUTE, path: "/old/{project}" }]);
    const bindings = { ADMIN_TOKEN: ADMIN.authorization.replace("Bearer ", ""), CONFIG_TTL_SECONDS: "3600" };
    gateway = await startGateway({ config, jwks, bindings, hasSecond: true });
  });

  after(async () => {
    for (const server of [gateway, origin]) await server?.close();
  });

  const status = async (path) => (await send(gateway.secondUrl, path, { headers })).status;
  const call = (method, path, body) => {
    const json = { ...ADMIN, "content-type": "application/json" };
    return send(gateway.secondUrl, BASE + path, { method, headers: json, body: JSON.stringify(body) });
  };

  test("sees at once the routes that it has changed", async () => {
    assert.deepEqual([await status("/old/p1"), await status("/new/p1")], [200, 404]);
    const routes = [{ ...ROUTE, path: "/new/{project}" }];
    const saved = await call("PUT", "/gateway", { origins: { origin: { url: origin.url } }, routes });
    assert.equal(saved.status, 201, saved.text);
    assert.deepEqual([await status("/old/p1"), await status("/new/p1")], [404, 200]);
  });

  test("sees at once the project that it has deleted", async () => {
    assert.equal((await call("PUT", "/projects/p2", {})).status, 201);
    assert.equal((await call("DELETE", "/projects/p2")).status, 204);
    assert.deepEqual(JSON.parse(await gateway.get("CONFIG", "project/p2")), { version: 2, deleted: true });
    assert.equal(await status("/new/p2"), 401);
  });
});
