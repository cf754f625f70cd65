// Who may manage what.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { BASE, managementFixture } from "./fixture-management.mjs";
import { send, startGateway } from "./gateway.mjs";
import { workersOnly } from "./hosts.mjs";

describe("who may manage", () => {
  const api = managementFixture();

  test("an owner manages the project's providers, and nothing else", async () => {
    await api.call("POST", `${api.project}/custom-idp`, api.OWNERS);
    assert.equal((await api.call("POST", `${api.project}/custom-idp`, api.ENTRY, api.owner)).status, 201);
    assert.deepEqual((await api.call("GET", `${api.project}/custom-idp`, undefined, api.owner)).json(), [
      api.OWNERS,
      api.ENTRY,
    ]);
    const log = (await api.call("GET", `${api.project}/audit-log`, undefined, api.owner)).json();
    assert.deepEqual(log.items[0].author.who, { idp: "owners", subject: "someone" });
    for (const [method, path, body] of [
      ["GET", "/gateway"],
      ["GET", "/projects"],
      ["GET", api.project],
      ["PUT", api.project, {}],
      ["DELETE", api.project],
    ]) {
      assert.equal((await api.call(method, path, body, api.owner)).status, 403, `${method} ${path}`);
    }
    // Another project's owner is nobody here, and cannot tell whether it exists.
    for (const other of ["/projects/p0", `/projects/nobody`]) {
      assert.equal(
        (await api.call("GET", `${other}/custom-idp`, undefined, api.owner)).json().code,
        "token_untrusted",
      );
    }
  });

  test("only an entry that names `owner` makes owners", async () => {
    const claim = {
      ...api.ENTRY,
      roleDetection: "CLAIM",
      rolesClaim: "roles",
      roleTemplate: "{roleName}",
      definedRoles: null,
    };
    const token = await api.bearer({ roles: ["owner"] });
    await api.call("POST", `${api.project}/custom-idp`, claim);
    assert.equal((await api.call("GET", `${api.project}/custom-idp`, undefined, token)).status, 403);
    await api.call("PUT", `${api.project}/custom-idp/idp`, { ...claim, allowedRoles: ["owner"] });
    assert.equal((await api.call("GET", `${api.project}/custom-idp`, undefined, token)).status, 200);
    assert.equal((await api.call("GET", `${api.project}/custom-idp`, undefined, api.user)).status, 403);
  });

  test("without or with wrong credentials nothing is said and nothing is done", async () => {
    for (const [headers, status, code] of [
      [{}, 401, "token_missing"],
      [{ authorization: "Bearer the-admin-toke" }, 401, "token_malformed"],
      [{ authorization: "Basic eDp5" }, 401, "token_missing"],
      [{ cookie: "token=the-admin-token-of-all-the-tests" }, 401, "token_missing"],
    ]) {
      const answer = await api.call("GET", `${api.project}/custom-idp`, undefined, headers);
      assert.deepEqual([answer.status, answer.json().code], [status, code]);
    }
    assert.equal(
      (
        await api.call("GET", api.project, undefined, {
          authorization: "Bearer the-admin-token-before-the-tests",
        })
      ).status,
      200,
    );
  });

  test("owners do not lock themselves out, unless they mean it", async () => {
    await api.call("POST", `${api.project}/custom-idp`, api.OWNERS);
    await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
    const path = `${api.project}/custom-idp/owners`;
    for (const [method, body] of [
      ["DELETE"],
      ["PUT", { ...api.OWNERS, definedRoles: ["access"] }],
      ["PUT", { ...api.OWNERS, allowedAzp: ["x"] }],
    ]) {
      const answer = await api.call(method, path, body, api.owner);
      assert.deepEqual([answer.status, answer.json().code], [409, "would_lock_out"]);
    }
    assert.equal(
      (await api.call("PUT", `${api.project}/custom-idp-order`, ["idp", "owners"], api.owner)).json().code,
      "would_lock_out",
    );
    assert.equal(
      (await api.call("PUT", path, { ...api.OWNERS, label: { en: "New" } }, api.owner)).status,
      200,
    );
    assert.equal((await api.call("DELETE", `${path}?force=true`, undefined, api.owner)).status, 204);
    assert.equal((await api.call("GET", `${api.project}/custom-idp`, undefined, api.owner)).status, 403);
  });

  test("an entry that makes every caller of an issuer an owner is refused, unless it is meant", async () => {
    const idps = `${api.project}/custom-idp`;
    const open = { ...api.ENTRY, definedRoles: ["access", "owner"] };
    for (const query of ["", "?dryRun=true"]) {
      const answer = await api.call("POST", idps + query, open);
      assert.deepEqual([answer.status, answer.json().code], [409, "would_open_ownership"]);
    }
    assert.equal((await api.call("POST", idps, api.ENTRY)).status, 201);
    assert.equal((await api.call("PUT", `${idps}/idp`, open)).json().code, "would_open_ownership");
    assert.deepEqual((await api.call("GET", idps)).json(), [api.ENTRY]);
    assert.equal((await api.call("PUT", `${idps}/idp`, { ...open, allowedAud: ["api"] })).status, 200);
    const meant = await api.call("PUT", `${idps}/idp?force=true`, open);
    assert.equal(meant.status, 200, meant.text);
    assert.match(meant.json().warnings[0], /every client of this issuer/);
  });

  test(
    "an administrator's token of fewer than 32 characters counts as unset",
    { skip: workersOnly("variables") },
    async () => {
      const [short, long] = ["x".repeat(31), "y".repeat(32)];
      const gateway = await startGateway({ bindings: { ADMIN_TOKEN: short, ADMIN_TOKEN_PREVIOUS: long } });
      try {
        const status = async (token) => {
          const headers = { authorization: `Bearer ${token}` };
          return (await send(gateway.url, `${BASE}/projects`, { headers })).status;
        };
        assert.deepEqual([await status(short), await status(short), await status(long)], [401, 401, 200]);
        const lines = () => gateway.lines.filter((line) => line.includes('"secret_too_short"'));
        while (!lines().length) await setTimeout(10);
        assert.equal(lines().length, 1);
        assert.match(
          lines()[0],
          /"subject":"ADMIN_TOKEN".*fewer than 32 characters, so it is ignored; set a longer random secret/,
        );
        assert.ok(!gateway.log().includes(short), "the token is in the log");
      } finally {
        await gateway.close();
      }
    },
  );

  test("nobody crosses from one project to another, by any method and path", async () => {
    const victim = api.project;
    await api.call("POST", `${victim}/custom-idp`, api.ENTRY);
    await api.newProject();
    const own = api.project;
    await api.call("POST", `${own}/custom-idp`, api.OWNERS);
    assert.equal((await api.call("GET", `${own}/custom-idp`, undefined, api.owner)).status, 200);

    const before = (await api.call("GET", `${victim}/custom-idp`)).text;
    const callers = {
      owner: api.owner,
      user: api.user,
      nobody: {},
      garbage: { authorization: "Bearer x.y.z" },
    };
    const paths = [
      "",
      "/custom-idp",
      "/custom-idp/idp",
      "/custom-idp/owners",
      "/custom-idp-order",
      "/audit-log",
    ];
    let tried = 0;
    for (const headers of Object.values(callers)) {
      for (const path of [
        ...paths.map((path) => victim + path),
        "/gateway",
        "/projects",
        "/projects/none/custom-idp",
      ]) {
        for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
          const body = ["POST", "PUT", "PATCH"].includes(method) ? api.OWNERS : undefined;
          const { status } = await api.call(method, path, body, headers);
          assert.ok([401, 403, 405].includes(status), `${method} ${path}: ${status}`);
          tried += 1;
        }
      }
    }
    assert.equal(tried, 4 * 9 * 7);
    assert.equal((await api.call("GET", `${victim}/custom-idp`)).text, before);
  });
});
