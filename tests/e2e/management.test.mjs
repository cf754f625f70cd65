// The management API: its resources, and what the edges see of them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ADMIN, BASE, managementFixture } from "./fixture-management.mjs";
import { send, startGateway } from "./gateway.mjs";

describe("management", () => {
  const api = managementFixture();

  test("an entry is added, read, changed and removed, and the edge follows at once", async () => {
    assert.equal(await api.use(api.user), 401);
    const created = await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
    assert.equal(created.status, 201, created.text);
    assert.equal(created.headers.location, `${BASE}${api.project}/custom-idp/idp`);
    const { keys, warnings, ...rest } = created.json();
    assert.deepEqual(rest, { idp: api.ENTRY, published: true });
    assert.deepEqual(
      keys.map(({ kid, usable }) => [kid, usable]),
      [["ec256-1", true]],
    );
    assert.match(warnings[0], /every client of this issuer/);
    assert.equal(await api.use(api.user), 200);
    assert.deepEqual(await api.snapshot(), {
      idps: [api.ENTRY],
      version: 2,
    });

    const read = await api.call("GET", `${api.project}/custom-idp/idp`);
    assert.deepEqual([read.status, read.json(), read.headers.etag], [200, api.ENTRY, created.headers.etag]);
    const changed = await api.call("PUT", `${api.project}/custom-idp/idp`, {
      ...api.ENTRY,
      definedRoles: ["other"],
    });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(await api.use(api.user), 403);
    assert.equal((await api.call("DELETE", `${api.project}/custom-idp/idp`)).status, 204);
    assert.equal((await api.call("GET", `${api.project}/custom-idp/idp`)).status, 404);
    assert.equal(await api.use(api.user), 401);
  });

  test("bodies are JSON of at most 64 KiB", async () => {
    const post = (headers, body) =>
      send(api.gateway.url, `${BASE}${api.project}/custom-idp`, {
        method: "POST",
        headers: { ...ADMIN, ...headers },
        body,
      });
    const json = { "content-type": "application/json; charset=utf-8" };
    for (const [headers, body, status, code] of [
      [{}, JSON.stringify(api.ENTRY), 415, "media_type_unsupported"],
      [{ "content-type": "text/plain" }, JSON.stringify(api.ENTRY), 415, "media_type_unsupported"],
      [{ "content-type": "application/x-www-form-urlencoded" }, "id=x", 415, "media_type_unsupported"],
      [json, "{", 400, "body_malformed"],
      [json, '{"id":"aa","id":"bb"}', 400, "body_malformed"],
      [json, JSON.stringify({ ...api.ENTRY, more: "x".repeat(64 * 1024) }), 413, "body_too_large"],
      [json, JSON.stringify(api.ENTRY), 201, undefined],
    ]) {
      const answer = await post(headers, body);
      assert.deepEqual([answer.status, answer.json().code], [status, code]);
      if (status === 413) assert.equal(answer.json().reason, "the limit is 64 KiB");
    }
  });

  test("an id is taken once, and the path has its methods", async () => {
    await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
    assert.equal(
      (await api.call("POST", `${api.project}/custom-idp`, api.ENTRY)).json().code,
      "already_exists",
    );
    assert.equal((await api.call("PUT", `${api.project}/custom-idp/nobody`, api.ENTRY)).status, 404);
    assert.equal((await api.call("DELETE", `${api.project}/custom-idp/nobody`)).status, 404);
    const answer = await api.call("PATCH", `${api.project}/custom-idp`, {});
    assert.deepEqual([answer.status, answer.headers.allow], [405, "GET, HEAD, POST"]);
    assert.equal((await api.call("GET", `${api.project}/nothing`)).status, 404);
    assert.equal((await api.call("GET", "/projects/-/custom-idp")).status, 404);
  });

  test("what a query has beyond its parameters is refused, and so is a label that is none", async () => {
    for (const [path, status, code] of [
      ["?dryrun=true", 400, "parameter_invalid"],
      ["?dryRun=yes", 400, "parameter_invalid"],
      ["?dryRun=true&more=1", 400, "parameter_invalid"],
      ["?dryRun=true", 200, undefined],
    ]) {
      const answer = await api.call("POST", `${api.project}/custom-idp${path}`, api.ENTRY);
      assert.deepEqual([answer.status, answer.json().code], [status, code], path);
    }
    assert.deepEqual((await api.call("GET", `${api.project}/custom-idp`)).json(), []);
    const answer = await api.call("PUT", api.project, { label: { de: 1 } });
    assert.deepEqual(
      [answer.status, answer.json().faults.map(({ pointer }) => pointer)],
      [422, ["/label", "/label/de"]],
    );
  });

  test("two writers cannot lose each other's update", async () => {
    const { headers } = await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
    const put = (entry, condition) =>
      api.call("PUT", `${api.project}/custom-idp/idp`, entry, { ...ADMIN, ...condition });
    const condition = { "if-match": headers.etag };
    assert.equal((await put({ ...api.ENTRY, definedRoles: ["a"] }, condition)).status, 200);
    assert.equal(
      (await put({ ...api.ENTRY, definedRoles: ["b"] }, condition)).json().code,
      "precondition_failed",
    );
    assert.equal((await put(api.ENTRY, { "if-match": "*" })).status, 200);
    assert.equal((await api.call("PUT", api.project, {}, { ...ADMIN, "if-none-match": "*" })).status, 412);
    const fresh = await api.call("GET", `${api.project}/custom-idp/idp`);
    const again = { ...ADMIN, "if-none-match": fresh.headers.etag };
    assert.equal((await api.call("GET", `${api.project}/custom-idp/idp`, undefined, again)).status, 304);
    // What compresses answers on the way makes their tags weak.
    const tag = fresh.headers.etag;
    for (const [list, status] of [
      [`W/${tag}`, 304],
      [`"x,y", W/"z",${tag}`, 304],
      [`"x,${tag.slice(1)}`, 200],
      [tag.slice(1, -1), 200],
    ]) {
      const headers = { ...ADMIN, "if-none-match": list };
      const answer = await api.call("GET", `${api.project}/custom-idp/idp`, undefined, headers);
      assert.equal(answer.status, status, list);
    }
    assert.equal((await put(api.ENTRY, { "if-match": `W/${tag}` })).status, 412);
    assert.equal((await put(api.ENTRY, { "if-none-match": `W/${tag}` })).status, 412);
    assert.equal((await put(api.ENTRY, { "if-match": `"x,y", ${tag}` })).status, 200);
  });

  test("the order is the order in which they are asked", async () => {
    for (const id of ["aa", "bb", "cc"])
      await api.call("POST", `${api.project}/custom-idp`, { ...api.ENTRY, id });
    assert.deepEqual((await api.call("GET", `${api.project}/custom-idp-order`)).json(), ["aa", "bb", "cc"]);
    assert.equal((await api.call("PUT", `${api.project}/custom-idp-order`, ["cc", "aa", "bb"])).status, 200);
    const answer = await send(api.gateway.url, `/api/${api.id}/x`, { headers: api.user });
    assert.equal(answer.json().headers["x-auth-idp"], "cc");
    for (const bad of [
      ["aa", "bb"],
      ["aa", "bb", "bb"],
      ["aa", "bb", "dd"],
      ["aa", "bb", "cc", "cc"],
      {},
      [1],
    ]) {
      assert.equal(
        (await api.call("PUT", `${api.project}/custom-idp-order`, bad)).status,
        422,
        JSON.stringify(bad),
      );
    }
  });

  test("50 writers at once: none is lost, versions have no gap, KV ends as the truth", async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `idp-${index}`);
    const answers = await Promise.all(
      ids.map((id) => api.call("POST", `${api.project}/custom-idp`, { ...api.ENTRY, id })),
    );
    assert.ok(answers.every(({ status }) => status === 201));
    const order = (await api.call("GET", `${api.project}/custom-idp-order`)).json();
    assert.deepEqual([...order].sort(), [...ids].sort());
    const snapshot = await api.snapshot();
    assert.deepEqual([snapshot.version, snapshot.idps.map(({ id }) => id)], [51, order]);
  });

  test("what is done is in the audit log, newest first, and so is what failed", async () => {
    await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
    await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
    await api.call("DELETE", `${api.project}/custom-idp/idp`);
    const { items, next } = (await api.call("GET", `${api.project}/audit-log`)).json();
    assert.equal(next, null);
    assert.deepEqual(
      items.map(({ change, outcome }) => [Object.keys(change)[0], outcome.refusal]),
      [
        ["remove_idp", undefined],
        ["add_idp", "already_exists"],
        ["add_idp", undefined],
        ["put_project", undefined],
      ],
    );
    const [removed, , added] = items;
    assert.deepEqual(removed.outcome, { before: api.ENTRY, after: null });
    assert.deepEqual(added.outcome, { before: null, after: api.ENTRY });
    assert.deepEqual(added.author.who, "platform-admin");
    assert.match(added.author.requestId, /^[0-9a-f-]{36}$/);
    assert.ok(Math.abs(added.at - Date.now() / 1000) < 60);
  });

  test("a deleted project is gone, and one of the same name goes on from its version", async () => {
    await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
    assert.equal((await api.call("DELETE", api.project)).status, 204);
    assert.equal(await api.use(api.user), 401);
    assert.deepEqual(await api.snapshot(), { version: 3, deleted: true });
    const days = ((await api.gateway.expiration("CONFIG", `project/${api.id}`)) - Date.now() / 1000) / 86_400;
    assert.ok(days > 29 && days < 31, `a tombstone of ${days} days`);
    assert.equal((await api.call("GET", `${api.project}/custom-idp`)).status, 404);
    assert.equal((await api.call("PUT", api.project, {})).status, 201);
    assert.deepEqual(await api.snapshot(), { idps: [], version: 4 });
  });

  test("projects are listed", async () => {
    const projects = (await api.call("GET", "/projects")).json();
    assert.deepEqual(
      projects.find(({ id }) => id === api.id),
      { id: api.id, label: { en: "A project" } },
    );
  });

  test("a list that is longer than a page goes on", async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `many-${String(index).padStart(3, "0")}`);
    for (let index = 0; index < ids.length; index += 10) {
      await Promise.all(ids.slice(index, index + 10).map((id) => api.call("PUT", `/projects/${id}`, {})));
    }
    const listed = [];
    for (let path = "/projects"; path;) {
      const answer = await api.call("GET", path);
      listed.push(...answer.json().map(({ id }) => id));
      path = answer.headers.link?.match(/^<\/project-management-service\/v1(.*)>; rel="next"$/)[1];
    }
    assert.deepEqual([...new Set(listed)].sort(), listed);
    assert.ok(ids.every((id) => listed.includes(id)));

    for (let index = 0; index < 25; index += 1)
      await api.call("PUT", api.project, { label: { en: String(index) } });
    const first = (await api.call("GET", `${api.project}/audit-log`)).json();
    const second = (await api.call("GET", `${api.project}/audit-log?before=${first.next}`)).json();
    assert.deepEqual([first.items.length, second.items.length, second.next], [20, 6, null]);
    assert.ok(first.items.at(-1).number > second.items[0].number);
    assert.equal((await api.call("GET", "/projects/never/audit-log")).status, 404);
  });

  test("another isolate sees a change within twice the time to live and a second", async () => {
    const bindings = { CONFIG_TTL_SECONDS: "1" };
    const other = await startGateway({
      bindings: { ...bindings, INSECURE_ISSUER_HOSTS: new URL(api.issuer.url).host },
    });
    try {
      const routes = await api.gateway.get("CONFIG", "gateway");
      await other.put("CONFIG", "gateway", routes);
      const status = async () => (await send(other.url, `/api/${api.id}/x`, { headers: api.user })).status;
      assert.equal(await status(), 401);
      await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
      await other.put("CONFIG", `project/${api.id}`, await api.gateway.get("CONFIG", `project/${api.id}`));
      const changed = Date.now();
      while ((await status()) !== 200) {
        assert.ok(Date.now() - changed < 3000, "not seen in time");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      await other.close();
    }
  });
});
