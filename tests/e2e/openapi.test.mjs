// The API's description: that it is served, and that it says all and nothing else. That the worker does what it says is tried
// out in files of their own, `openapi-*.test.mjs`.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";
import { ADMIN, BASE } from "./fixture-management.mjs";
import { send } from "./gateway.mjs";
import { peopleFixture } from "./people.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DESCRIPTION = JSON.parse(await readFile(`${ROOT}www/openapi.json`, "utf8"));

/** The codes by which only requests to origins and logins are refused. */
const DATA_PLANE = [
  "route_not_found",
  "cross_site",
  "session_unavailable",
  "origin_unreachable",
  "origin_timeout",
  "user_unknown",
  "email_unverified",
  "login_failed",
  "provider_unavailable",
];

describe("the API's description", () => {
  const api = peopleFixture({ JWKS_COOLDOWN_SECONDS: "1" });

  test("it is served to everybody, by the worker and behind the front door", async () => {
    for (const url of [api.gateway.url, api.gateway.doorUrl]) {
      const answer = await send(url, "/openapi.json");
      assert.deepEqual(
        [answer.status, answer.headers["content-type"], answer.json()],
        [200, "application/json", DESCRIPTION],
      );
      const again = { headers: { "if-none-match": answer.headers.etag } };
      assert.equal((await send(url, "/openapi.json", again)).status, 304);
      const head = await send(url, "/openapi.json", { method: "HEAD" });
      assert.deepEqual([head.status, head.text, head.headers.etag], [200, "", answer.headers.etag]);
      for (const path of ["/openapi.json", "/healthz"]) {
        const post = await send(url, path, { method: "POST", body: "x" });
        assert.deepEqual([post.status, post.headers.allow], [405, "GET, HEAD"]);
      }
      assert.equal((await send(url, "/inspector/nothing")).status, 404);
      // Other files, and other spellings, are none of the worker's own.
      for (const path of [
        "/openapi.json/",
        "/%6fpenapi.json",
        "/index.html",
        "/inspector/../wrangler.toml",
      ]) {
        assert.equal((await send(url, path)).status, 404, path);
      }
    }
  });

  test("it has the codes of the API, each with its status, and no other", async () => {
    // tests/error_codes.rs keeps the list up to date.
    const list = JSON.parse(await readFile(`${ROOT}tests/error-codes.json`, "utf8"));
    const rows = list.map(({ code, status }) => [code, status]);
    assert.ok(rows.length > 25);
    const told = new Map();
    for (const { content } of Object.values(DESCRIPTION.components.responses)) {
      const problem = content?.["application/problem+json"]?.schema.allOf[1].properties;
      for (const code of problem?.code.enum ?? []) told.set(code, problem.status.const);
    }
    const expected = rows.filter(([code]) => !DATA_PLANE.includes(code));
    assert.deepEqual([...told].sort(), expected.sort());
  });

  test("it has the resources that docs/management-api.md lists, and the methods that the worker has", async () => {
    const page = await readFile(`${ROOT}docs/management-api.md`, "utf8");
    const rows = [...page.matchAll(/^\| `(\/[^`]*)` \| ([A-Z, ]+) \| (.*) \|$/gm)];
    const listed = rows.map(([, path, methods, who]) => [BASE + path, methods.split(", "), who.split(", ")]);
    const isOfApi = ([path]) => path.startsWith(BASE);
    const described = Object.entries(DESCRIPTION.paths)
      .filter(isOfApi)
      .map(([path, item]) => {
        const methods = Object.keys(item).filter((name) => !["parameters", "head"].includes(name));
        const who = Object.values(item)
          .flatMap(({ security }) => security ?? [])
          .flatMap(Object.keys);
        const names = { ownerToken: "owner", adminToken: "administrator" };
        const order = Object.keys(names)
          .filter((name) => who.includes(name))
          .map((name) => names[name]);
        return [path, methods.map((name) => name.toUpperCase()), order];
      });
    const sorted = (rows) => rows.map(([path, methods, who]) => [path, methods.sort(), who]).sort();
    assert.deepEqual(sorted(described), sorted(listed));

    for (const [path, { parameters: _, ...item }] of Object.entries(DESCRIPTION.paths)) {
      const answer = await send(api.gateway.url, path.replaceAll(/[{}]/g, ""), {
        method: "PATCH",
        headers: ADMIN,
      });
      const methods = Object.keys(item).map((method) => method.toUpperCase());
      assert.deepEqual([answer.status, answer.headers.allow], [405, methods.sort().join(", ")], path);
    }
  });
});
