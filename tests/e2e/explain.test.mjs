// The explain API: what would become of a request, told to the project's owners alone.
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { ADMIN, managementFixture } from "./fixture-management.mjs";

describe("explain", () => {
  const api = managementFixture();
  let path;

  beforeEach(async () => {
    path = `/api/${api.id}/x`;
    const users = { ...api.ENTRY, allowedAzp: ["user-app"], definedRoles: ["access"] };
    for (const entry of [api.OWNERS, users]) {
      assert.equal((await api.call("POST", `${api.project}/custom-idp`, entry)).status, 201);
    }
  });

  const explain = (question, headers = api.owner, project = api.project) =>
    api.call("POST", `${project}/explain`, { method: "GET", path, ...question }, headers);
  const tokenOf = ({ authorization }) => authorization.replace("Bearer ", "");

  test("says what becomes of a request and why, and sends nothing", async () => {
    const token = tokenOf(api.user);
    const answer = await explain({ token });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers["cache-control"], "no-store, no-transform");
    const { trace: told, lines, ...explanation } = answer.json();
    for (const line of lines) assert.deepEqual(Object.keys(line), ["level", "mark", "text"]);
    assert.deepEqual(lines.at(-1), { level: 0, mark: "passed", text: explanation.text });
    const trace = told.map(({ text, ...step }) => {
      assert.match(text, /\.$/);
      return step;
    });
    assert.deepEqual(explanation, {
      ...{ verdict: "permit", status: 200, code: null, idp: "idp", subject: "someone", roles: ["access"] },
      originHeaders: {
        "X-Auth-Project": api.id,
        "X-Auth-Idp": "idp",
        "X-Auth-Subject": "someone",
        "X-Auth-Roles": "access",
      },
      text: "The request goes to the origin.",
    });
    assert.deepEqual(trace, [
      { step: "route", path: "/api/{project}/{*rest}", required: ["access"] },
      { step: "token", issuer: api.issuer.url, algorithm: "ES256", kid: "ec256-1" },
      { step: "idp", id: "owners", outcome: "azp_not_allowed" },
      { step: "idp", id: "idp", outcome: "applies" },
      { step: "key", kid: "ec256-1", outcome: "verified" },
      { step: "idp", id: "idp", outcome: "decides" },
      { step: "access", method: "GET", required: ["access"], held: ["access"] },
    ]);
    assert.deepEqual(api.origin.received, []);
    while (!api.gateway.log().includes(`${api.project}/explain`)) await setTimeout(10);
    for (const part of token.split("."))
      assert.ok(!api.gateway.log().includes(part), "the token is in the log");
  });

  test("explains refusals, of tokens, of claims and of neither", async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: api.issuer.url, sub: "s", iat: now, exp: now + 60, azp: "user-app" };
    for (const [question, status, code] of [
      [{ claims }, 200, null],
      [{ claims: { ...claims, azp: "other-app" } }, 401, "token_untrusted"],
      [{ claims: { ...claims, exp: now - 60 } }, 401, "token_expired"],
      [{ claims: {} }, 401, "token_malformed"],
      [{ token: tokenOf(await api.bearer({ azp: "other-app" })) }, 401, "token_untrusted"],
      [{ token: `${tokenOf(api.user).slice(0, -8)}AAAAAAAA` }, 401, "token_untrusted"],
      [{ token: "x" }, 401, "token_malformed"],
      [{ token: "" }, 400, "request_invalid"],
      [{}, 401, "token_missing"],
      [{ token: tokenOf(api.user), method: "TRACE" }, 405, "method_not_allowed"],
      [{ token: tokenOf(api.user), path: "/a/../b" }, 400, "path_ambiguous"],
      [{ token: tokenOf(api.user), path: "/nothing" }, 404, "route_not_found"],
      [{ token: tokenOf(api.owner) }, 403, "role_missing"],
    ]) {
      const answer = await explain(question);
      assert.equal(answer.status, 200, answer.text);
      const explanation = answer.json();
      assert.deepEqual([explanation.status, explanation.code], [status, code], JSON.stringify(question));
    }
    assert.equal((await explain({ claims })).json().trace[1].step, "claims");
  });

  test("is for owners and administrators", async () => {
    const token = tokenOf(api.user);
    assert.equal((await explain({ token }, ADMIN)).status, 200);
    assert.equal((await explain({ token }, api.user)).status, 403);
    assert.equal((await explain({ token }, {})).status, 401);
    assert.equal((await explain({ token }, await api.bearer({ azp: "stranger" }))).status, 401);
    assert.equal((await explain({ token }, ADMIN, "/projects/nobodys")).status, 404);
    assert.equal((await api.call("GET", `${api.project}/explain`)).status, 405);
  });

  test("does not tell about another project", async () => {
    const own = path;
    await api.newProject();
    const answer = await explain({ path: own, token: tokenOf(api.user) }, ADMIN);
    assert.equal(answer.status, 422, answer.text);
    assert.deepEqual(
      answer.json().faults.map(({ pointer, expected }) => [pointer, expected]),
      [["/path", `a path of the project \`${api.id}\``]],
    );
  });

  test("claims have the bound of a token, and the answer is bounded, too", async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: api.issuer.url, sub: "s", iat: now, exp: now + 60, azp: "user-app" };
    const reads = {
      ...api.ENTRY,
      id: "reads",
      roleDetection: "CLAIM",
      rolesClaim: "roles",
      definedRoles: null,
    };
    const saved = await api.call("POST", `${api.project}/custom-idp`, {
      ...reads,
      roleTemplate: "{roleName}",
    });
    assert.equal(saved.status, 201, saved.text);
    const roles = (count) => Array.from({ length: count }, (_, index) => `role-${index}`);
    const first = { ...claims, azp: "other-app" };
    const answer = await explain({ claims: { ...first, roles: roles(900) } });
    assert.deepEqual([answer.status, answer.json().roles.length], [200, 900], answer.text);
    assert.ok(answer.text.length < 64 * 1024, `${answer.text.length} bytes`);
    const refused = await explain({ claims: { ...first, roles: roles(1200) } });
    assert.deepEqual(
      [refused.status, refused.json().faults.map(({ pointer }) => pointer)],
      [422, ["/claims"]],
    );
    assert.ok(refused.text.length < 1024, `${refused.text.length} bytes`);
  });

  test("finds all faults of a question", async () => {
    const answer = await explain({ token: 7, claims: {}, method: 7, query: "" });
    assert.equal(answer.status, 422);
    const places = answer.json().faults.map(({ pointer }) => pointer);
    assert.deepEqual(places.sort(), ["/claims", "/method", "/query", "/token"]);
    assert.equal((await api.call("POST", `${api.project}/explain?dryRun=true`, {}, api.owner)).status, 400);
  });
});
