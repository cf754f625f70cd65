// The management API: projects and their identity providers, by owners and platform administrators.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { send, startGateway } from "./gateway.mjs";
import { startTestOrigin } from "./origin.mjs";
import { startIssuer } from "./issuer.mjs";
import { ENTRY as TEMPLATE, bearer as bearerOf } from "./project.mjs";

const BASE = "/project-management-service/v1";
const ADMIN = { authorization: "Bearer the-admin-token" };
const ROUTES = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];

describe("management", () => {
  let origin, issuer, gateway, owner, user, project, ENTRY, OWNERS;
  let count = 0;

  before(async () => {
    origin = await startTestOrigin();
    issuer = await startIssuer();
    ENTRY = { ...TEMPLATE, iss: issuer.url };
    OWNERS = { ...ENTRY, id: "owners", allowedAzp: ["owner-app"], definedRoles: ["owner"] };
    gateway = await startGateway({
      bindings: {
        ADMIN_TOKEN: "the-admin-token",
        ADMIN_TOKEN_PREVIOUS: "the-old-one",
        INSECURE_ISSUER_HOSTS: new URL(issuer.url).host,
      },
    });
    owner = await bearer({ azp: "owner-app" });
    user = await bearer({ azp: "user-app" });
    const routes = { origins: { origin: { url: origin.url } }, routes: ROUTES };
    assert.equal((await call("PUT", "/gateway", routes)).status, 201);
  });

  after(async () => {
    for (const server of [gateway, issuer, origin]) await server?.close();
  });

  beforeEach(async () => {
    count += 1;
    project = `/projects/p${count}`;
    assert.equal((await call("PUT", project, { label: { en: "A project" } })).status, 201);
  });

  async function call(method, path, body, headers = ADMIN) {
    const json = body === undefined ? {} : { "content-type": "application/json" };
    const text = body === undefined ? undefined : JSON.stringify(body);
    return send(gateway.url, BASE + path, { method, headers: { ...json, ...headers }, body: text });
  }

  const bearer = (claims) => bearerOf({ iss: issuer.url, ...claims });

  const use = async (headers) => (await send(gateway.url, `/api/p${count}/x`, { headers })).status;

  test("an entry is added, read, changed and removed, and the edge follows at once", async () => {
    assert.equal(await use(user), 401);
    const created = await call("POST", `${project}/custom-idp`, ENTRY);
    assert.equal(created.status, 201, created.text);
    assert.equal(created.headers.location, `${BASE}${project}/custom-idp/idp`);
    const { keys, warnings, ...rest } = created.json();
    assert.deepEqual(rest, { idp: ENTRY, published: true });
    assert.deepEqual(keys, [{ kid: "ec256-1", usable: true }]);
    assert.match(warnings[0], /every client of this issuer/);
    assert.equal(await use(user), 200);
    assert.deepEqual(JSON.parse(await gateway.get("CONFIG", `project/p${count}`)), {
      idps: [ENTRY],
      version: 2,
    });

    const read = await call("GET", `${project}/custom-idp/idp`);
    assert.deepEqual([read.status, read.json(), read.headers.etag], [200, ENTRY, created.headers.etag]);
    const changed = await call("PUT", `${project}/custom-idp/idp`, { ...ENTRY, definedRoles: ["other"] });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(await use(user), 403);
    assert.equal((await call("DELETE", `${project}/custom-idp/idp`)).status, 204);
    assert.equal((await call("GET", `${project}/custom-idp/idp`)).status, 404);
    assert.equal(await use(user), 401);
  });

  test("an owner manages the project's providers, and nothing else", async () => {
    await call("POST", `${project}/custom-idp`, OWNERS);
    assert.equal((await call("POST", `${project}/custom-idp`, ENTRY, owner)).status, 201);
    assert.deepEqual((await call("GET", `${project}/custom-idp`, undefined, owner)).json(), [OWNERS, ENTRY]);
    const log = (await call("GET", `${project}/audit-log`, undefined, owner)).json();
    assert.deepEqual(log.items[0].author.who, { idp: "owners", subject: "someone" });
    for (const [method, path, body] of [
      ["GET", "/gateway"],
      ["GET", "/projects"],
      ["GET", project],
      ["PUT", project, {}],
      ["DELETE", project],
    ]) {
      assert.equal((await call(method, path, body, owner)).status, 401, `${method} ${path}`);
    }
    // Another project's owner is nobody here, and cannot tell whether it exists.
    for (const other of ["/projects/p0", `/projects/nobody`]) {
      assert.equal(
        (await call("GET", `${other}/custom-idp`, undefined, owner)).json().code,
        "token_untrusted",
      );
    }
  });

  test("only an entry that names `owner` makes owners", async () => {
    const claim = {
      ...ENTRY,
      roleDetection: "CLAIM",
      rolesClaim: "roles",
      roleTemplate: "{roleName}",
      definedRoles: null,
    };
    const token = await bearer({ roles: ["owner"] });
    await call("POST", `${project}/custom-idp`, claim);
    assert.equal((await call("GET", `${project}/custom-idp`, undefined, token)).status, 403);
    await call("PUT", `${project}/custom-idp/idp`, { ...claim, allowedRoles: ["owner"] });
    assert.equal((await call("GET", `${project}/custom-idp`, undefined, token)).status, 200);
    assert.equal((await call("GET", `${project}/custom-idp`, undefined, user)).status, 403);
  });

  test("without or with wrong credentials nothing is said and nothing is done", async () => {
    for (const [headers, status, code] of [
      [{}, 401, "token_missing"],
      [{ authorization: "Bearer the-admin-toke" }, 401, "token_malformed"],
      [{ authorization: "Basic eDp5" }, 401, "token_missing"],
      [{ cookie: "token=the-admin-token" }, 401, "token_missing"],
    ]) {
      const answer = await call("GET", `${project}/custom-idp`, undefined, headers);
      assert.deepEqual([answer.status, answer.json().code], [status, code]);
    }
    assert.equal(
      (await call("GET", project, undefined, { authorization: "Bearer the-old-one" })).status,
      200,
    );
  });

  test("a document's faults come all at once, each with its place", async () => {
    const answer = await call("POST", `${project}/custom-idp`, { ...ENTRY, id: "a", iss: 7, more: 1 });
    assert.deepEqual([answer.status, answer.json().code], [422, "document_invalid"]);
    assert.deepEqual(
      answer.json().faults.map((fault) => fault.pointer),
      ["/id", "/iss", "/more"],
    );
    assert.equal((await call("PUT", "/gateway", { origins: {} })).json().faults[0].pointer, "/routes");
    await call("POST", `${project}/custom-idp`, ENTRY);
    const renamed = await call("PUT", `${project}/custom-idp/idp`, { ...ENTRY, id: "other" });
    assert.deepEqual(
      renamed.json().faults.map((fault) => fault.pointer),
      ["/id"],
    );
  });

  test("bodies are JSON of at most 64 KiB", async () => {
    const post = (headers, body) =>
      send(gateway.url, `${BASE}${project}/custom-idp`, {
        method: "POST",
        headers: { ...ADMIN, ...headers },
        body,
      });
    const json = { "content-type": "application/json; charset=utf-8" };
    for (const [headers, body, status, code] of [
      [{}, JSON.stringify(ENTRY), 415, "media_type_unsupported"],
      [{ "content-type": "text/plain" }, JSON.stringify(ENTRY), 415, "media_type_unsupported"],
      [{ "content-type": "application/x-www-form-urlencoded" }, "id=x", 415, "media_type_unsupported"],
      [json, "{", 400, "body_malformed"],
      [json, '{"id":"aa","id":"bb"}', 400, "body_malformed"],
      [json, JSON.stringify({ ...ENTRY, more: "x".repeat(64 * 1024) }), 413, "body_too_large"],
      [json, JSON.stringify(ENTRY), 201, undefined],
    ]) {
      const answer = await post(headers, body);
      assert.deepEqual([answer.status, answer.json().code], [status, code]);
    }
  });

  test("an id is taken once, and the path has its methods", async () => {
    await call("POST", `${project}/custom-idp`, ENTRY);
    assert.equal((await call("POST", `${project}/custom-idp`, ENTRY)).json().code, "already_exists");
    assert.equal((await call("PUT", `${project}/custom-idp/nobody`, ENTRY)).status, 404);
    assert.equal((await call("DELETE", `${project}/custom-idp/nobody`)).status, 404);
    const answer = await call("PATCH", `${project}/custom-idp`, {});
    assert.deepEqual([answer.status, answer.headers.allow], [405, "GET, HEAD, POST"]);
    assert.equal((await call("GET", `${project}/nothing`)).status, 404);
    assert.equal((await call("GET", "/projects/-/custom-idp")).status, 404);
  });

  test("two writers cannot lose each other's update", async () => {
    const { headers } = await call("POST", `${project}/custom-idp`, ENTRY);
    const put = (entry, condition) =>
      call("PUT", `${project}/custom-idp/idp`, entry, { ...ADMIN, ...condition });
    const condition = { "if-match": headers.etag };
    assert.equal((await put({ ...ENTRY, definedRoles: ["a"] }, condition)).status, 200);
    assert.equal(
      (await put({ ...ENTRY, definedRoles: ["b"] }, condition)).json().code,
      "precondition_failed",
    );
    assert.equal((await put(ENTRY, { "if-match": "*" })).status, 200);
    assert.equal((await call("PUT", project, {}, { ...ADMIN, "if-none-match": "*" })).status, 412);
    const fresh = await call("GET", `${project}/custom-idp/idp`);
    const again = { ...ADMIN, "if-none-match": fresh.headers.etag };
    assert.equal((await call("GET", `${project}/custom-idp/idp`, undefined, again)).status, 304);
  });

  test("the order is the order in which they are asked", async () => {
    for (const id of ["aa", "bb", "cc"]) await call("POST", `${project}/custom-idp`, { ...ENTRY, id });
    assert.deepEqual((await call("GET", `${project}/custom-idp-order`)).json(), ["aa", "bb", "cc"]);
    assert.equal((await call("PUT", `${project}/custom-idp-order`, ["cc", "aa", "bb"])).status, 200);
    const answer = await send(gateway.url, `/api/p${count}/x`, { headers: user });
    assert.equal(answer.json().headers["x-auth-idp"], "cc");
    for (const bad of [
      ["aa", "bb"],
      ["aa", "bb", "bb"],
      ["aa", "bb", "dd"],
      ["aa", "bb", "cc", "cc"],
      {},
      [1],
    ]) {
      assert.equal((await call("PUT", `${project}/custom-idp-order`, bad)).status, 422, JSON.stringify(bad));
    }
  });

  test("50 writers at once: none is lost, versions have no gap, KV ends as the truth", async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `idp-${index}`);
    const answers = await Promise.all(
      ids.map((id) => call("POST", `${project}/custom-idp`, { ...ENTRY, id })),
    );
    assert.ok(answers.every(({ status }) => status === 201));
    const order = (await call("GET", `${project}/custom-idp-order`)).json();
    assert.deepEqual([...order].sort(), [...ids].sort());
    const snapshot = JSON.parse(await gateway.get("CONFIG", `project/p${count}`));
    assert.deepEqual([snapshot.version, snapshot.idps.map(({ id }) => id)], [51, order]);
  });

  test("what is done is in the audit log, newest first, and so is what failed", async () => {
    await call("POST", `${project}/custom-idp`, ENTRY);
    await call("POST", `${project}/custom-idp`, ENTRY);
    await call("DELETE", `${project}/custom-idp/idp`);
    const { items, next } = (await call("GET", `${project}/audit-log`)).json();
    assert.equal(next, null);
    assert.deepEqual(
      items.map(({ change, outcome }) => [Object.keys(change)[0], outcome.refusal]),
      [
        ["remove_idp", undefined],
        ["add_idp", "exists"],
        ["add_idp", undefined],
        ["put_project", undefined],
      ],
    );
    const [removed, , added] = items;
    assert.deepEqual(removed.outcome, { before: ENTRY, after: null });
    assert.deepEqual(added.outcome, { before: null, after: ENTRY });
    assert.deepEqual(added.author.who, "platform-admin");
    assert.match(added.author.requestId, /^[0-9a-f]{32}$/);
    assert.ok(Math.abs(added.at - Date.now() / 1000) < 60);
  });

  test("a deleted project is gone, and one of the same name goes on from its version", async () => {
    await call("POST", `${project}/custom-idp`, ENTRY);
    assert.equal((await call("DELETE", project)).status, 204);
    assert.equal(await use(user), 401);
    assert.equal(await gateway.get("CONFIG", `project/p${count}`), null);
    assert.equal((await call("GET", `${project}/custom-idp`)).status, 404);
    assert.equal((await call("PUT", project, {})).status, 201);
    assert.deepEqual(JSON.parse(await gateway.get("CONFIG", `project/p${count}`)), { idps: [], version: 4 });
  });

  test("projects are listed", async () => {
    const projects = (await call("GET", "/projects")).json();
    assert.deepEqual(
      projects.find(({ id }) => id === `p${count}`),
      { id: `p${count}`, label: { en: "A project" } },
    );
  });

  test("an issuer that cannot be used is refused where it is new, and only warned of where it is not", async () => {
    const post = (entry) => call("POST", `${project}/custom-idp`, entry);
    await issuer.behave("wrong-issuer", async () => {
      const answer = await post({ ...ENTRY, iss: `${issuer.url}/other` });
      assert.deepEqual([answer.status, answer.json().code], [422, "issuer_unusable"]);
      assert.match(answer.json().reason, /mind a slash at the end/);
    });
    assert.equal((await post({ ...ENTRY, iss: "http://intranet.example" })).json().code, "issuer_unusable");
    assert.match(
      (await post({ ...ENTRY, iss: "https://127.0.0.1:1" })).json().reason,
      /private or special address/,
    );
    assert.equal((await call("GET", `${project}/custom-idp`)).json().length, 0);

    assert.equal((await post({ ...ENTRY, iss: `${issuer.url}/down` })).status, 201);
    await issuer.behave("down", async () => {
      const tightened = { ...ENTRY, iss: `${issuer.url}/down`, definedRoles: ["other"] };
      const answer = await call("PUT", `${project}/custom-idp/idp`, tightened);
      assert.equal(answer.status, 200, answer.text);
    });
    const { items } = (await call("GET", `${project}/audit-log`)).json();
    assert.equal(items.filter(({ outcome }) => outcome.refusal === "issuer_unusable").length, 3);
  });

  test("an issuer is asked once a minute, and ten of them at most", async () => {
    const before = issuer.asked.length;
    for (const id of ["aa", "bb"]) {
      const answer = await call("POST", `${project}/custom-idp`, { ...ENTRY, id, iss: `${issuer.url}/once` });
      assert.equal(answer.status, 201, answer.text);
    }
    assert.equal(issuer.asked.length - before, 2, "the configuration and the keys, once");
    for (let index = 0; index < 9; index += 1) {
      const entry = { ...ENTRY, id: `idp-${index}`, iss: `${issuer.url}/${index}` };
      assert.equal((await call("POST", `${project}/custom-idp?dryRun=true`, entry)).status, 200);
    }
    const answer = await call("POST", `${project}/custom-idp`, {
      ...ENTRY,
      id: "more",
      iss: `${issuer.url}/more`,
    });
    assert.deepEqual([answer.status, answer.json().code], [429, "too_many_issuers"]);
    assert.ok(Number(answer.headers["retry-after"]) > 0);
  });

  test("a dry run does all of it and stores nothing", async () => {
    const answer = await call("POST", `${project}/custom-idp?dryRun=true`, ENTRY);
    assert.deepEqual([answer.status, answer.json().published, answer.json().keys.length], [200, false, 1]);
    assert.equal((await call("POST", `${project}/custom-idp?dryRun=true`, { id: 1 })).status, 422);
    assert.deepEqual((await call("GET", `${project}/custom-idp`)).json(), []);
    assert.equal((await call("GET", `${project}/audit-log`)).json().items.length, 1);
    assert.equal(await use(user), 401);
  });

  test("owners do not lock themselves out, unless they mean it", async () => {
    await call("POST", `${project}/custom-idp`, OWNERS);
    await call("POST", `${project}/custom-idp`, ENTRY);
    const path = `${project}/custom-idp/owners`;
    for (const [method, body] of [
      ["DELETE"],
      ["PUT", { ...OWNERS, definedRoles: ["access"] }],
      ["PUT", { ...OWNERS, allowedAzp: ["x"] }],
    ]) {
      const answer = await call(method, path, body, owner);
      assert.deepEqual([answer.status, answer.json().code], [409, "would_lock_out"]);
    }
    assert.equal(
      (await call("PUT", `${project}/custom-idp-order`, ["idp", "owners"], owner)).json().code,
      "would_lock_out",
    );
    assert.equal((await call("PUT", path, { ...OWNERS, label: { en: "New" } }, owner)).status, 200);
    assert.equal((await call("DELETE", `${path}?force=true`, undefined, owner)).status, 204);
    assert.equal((await call("GET", `${project}/custom-idp`, undefined, owner)).status, 403);
  });
});
