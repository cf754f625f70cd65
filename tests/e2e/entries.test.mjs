// What an entry of an identity provider has to be, and what its issuer.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { managementFixture } from "./fixture-management.mjs";
import { DOWN, OTHER_ISSUER } from "./issuer.mjs";

describe("entries", () => {
  const api = managementFixture();

  test("a document's faults come all at once, each with its place", async () => {
    const answer = await api.call("POST", `${api.project}/custom-idp`, {
      ...api.ENTRY,
      id: "a",
      iss: 7,
      more: 1,
    });
    assert.deepEqual([answer.status, answer.json().code], [422, "document_invalid"]);
    assert.deepEqual(
      answer.json().faults.map((fault) => fault.pointer),
      ["/id", "/iss", "/more"],
    );
    assert.equal((await api.call("PUT", "/gateway", { origins: {} })).json().faults[0].pointer, "/routes");
    await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
    const renamed = await api.call("PUT", `${api.project}/custom-idp/idp`, { ...api.ENTRY, id: "other" });
    assert.deepEqual(
      renamed.json().faults.map((fault) => fault.pointer),
      ["/id"],
    );
  });

  test("an issuer that cannot be used is refused where it is new, and only warned of where it is not", async () => {
    const post = (entry) => api.call("POST", `${api.project}/custom-idp`, entry);
    await api.issuer.behave(OTHER_ISSUER, async () => {
      const answer = await post({ ...api.ENTRY, iss: `${api.issuer.url}/other` });
      assert.deepEqual([answer.status, answer.json().code], [422, "issuer_unusable"]);
      assert.match(answer.json().reason, /mind a slash at the end/);
    });
    assert.equal(
      (await post({ ...api.ENTRY, iss: "http://intranet.example" })).json().code,
      "issuer_unusable",
    );
    assert.match(
      (await post({ ...api.ENTRY, iss: "https://127.0.0.1:1" })).json().reason,
      /private or special address/,
    );
    assert.equal((await api.call("GET", `${api.project}/custom-idp`)).json().length, 0);

    assert.equal((await post({ ...api.ENTRY, iss: `${api.issuer.url}/down` })).status, 201);
    await api.issuer.behave(DOWN, async () => {
      const tightened = { ...api.ENTRY, iss: `${api.issuer.url}/down`, definedRoles: ["other"] };
      const answer = await api.call("PUT", `${api.project}/custom-idp/idp`, tightened);
      assert.equal(answer.status, 200, answer.text);
    });
    const { items } = (await api.call("GET", `${api.project}/audit-log`)).json();
    assert.equal(items.filter(({ outcome }) => outcome.refusal === "issuer_unusable").length, 3);
  });

  test("a template that cannot tell projects apart is taken with a warning", async () => {
    const { definedRoles: _, ...entry } = {
      ...api.ENTRY,
      allowedAzp: ["app"],
      roleDetection: "CLAIM",
      rolesClaim: "roles",
    };
    for (const [roleTemplate, warnings] of [
      ["{project}-{roleName}", 1],
      ["{project}.{roleName}", 0],
    ]) {
      const trial = { ...entry, roleTemplate };
      const answer = await api.call("POST", `${api.project}/custom-idp?dryRun=true`, trial);
      assert.equal(answer.status, 200, answer.text);
      const said = answer.json().warnings.filter((warning) => /roles of other projects/.test(warning));
      assert.equal(said.length, warnings, answer.text);
    }
  });

  test("an issuer is asked once a minute, and ten of them at most", async () => {
    const before = api.issuer.asked.length;
    for (const id of ["aa", "bb"]) {
      const answer = await api.call("POST", `${api.project}/custom-idp`, {
        ...api.ENTRY,
        id,
        iss: `${api.issuer.url}/once`,
      });
      assert.equal(answer.status, 201, answer.text);
    }
    assert.equal(api.issuer.asked.length - before, 2, "the configuration and the keys, once");
    for (let index = 0; index < 9; index += 1) {
      const entry = { ...api.ENTRY, id: `idp-${index}`, iss: `${api.issuer.url}/${index}` };
      assert.equal((await api.call("POST", `${api.project}/custom-idp?dryRun=true`, entry)).status, 200);
    }
    const answer = await api.call("POST", `${api.project}/custom-idp`, {
      ...api.ENTRY,
      id: "more",
      iss: `${api.issuer.url}/more`,
    });
    assert.deepEqual([answer.status, answer.json().code], [429, "too_many_issuers"]);
    assert.ok(Number(answer.headers["retry-after"]) > 0);
  });

  test("a dry run does all of it and stores nothing", async () => {
    const answer = await api.call("POST", `${api.project}/custom-idp?dryRun=true`, api.ENTRY);
    assert.deepEqual([answer.status, answer.json().published, answer.json().keys.length], [200, false, 1]);
    assert.equal((await api.call("POST", `${api.project}/custom-idp?dryRun=true`, { id: 1 })).status, 422);
    assert.deepEqual((await api.call("GET", `${api.project}/custom-idp`)).json(), []);
    assert.equal((await api.call("GET", `${api.project}/audit-log`)).json().items.length, 1);
    assert.equal(await api.use(api.user), 401);
  });

  test("every property of an entry has its rule", async () => {
    const claim = {
      ...api.ENTRY,
      roleDetection: "CLAIM",
      rolesClaim: "scp",
      roleTemplate: "{project}.{roleName}",
    };
    delete claim.definedRoles;
    for (const [entry, changes, pointer] of [
      [claim, {}],
      [claim, { allowedAzp: null, allowedRoles: null, definedRoles: null }],
      [claim, { id: "a-b_C-0123456789", allowedAzp: ["a"], allowedRoles: ["owner"], azpClaim: "cid" }],
      [claim, { allowedAud: ["x"], allowedAlgs: ["RS256", "EdDSA"], allowedTyp: ["at+jwt"], idClaim: "a.b" }],
      [
        claim,
        { roleTemplate: "role_{roleName}", rolesClaim: "realm_access.roles", label: { en: "a", de: "b" } },
      ],
      [api.ENTRY, {}],
      [api.ENTRY, { allowedRoles: null, rolesClaim: null, roleTemplate: null }],
      [claim, { id: "a" }, "/id"],
      [claim, { id: "12345678901234567" }, "/id"],
      [claim, { id: "a.b" }, "/id"],
      [claim, { id: null }, "/id"],
      [claim, { iss: "issuer" }, "/iss"],
      [claim, { iss: null }, "/iss"],
      [claim, { label: { de: "b" } }, "/label"],
      [claim, { label: null }, "/label"],
      [claim, { idClaim: null }, "/idClaim"],
      [claim, { idClaim: "" }, "/idClaim"],
      [claim, { roleDetection: "OTHER" }, "/roleDetection"],
      [claim, { roleDetection: null }, "/roleDetection"],
      [claim, { rolesClaim: null }, "/rolesClaim"],
      [claim, { roleTemplate: null }, "/roleTemplate"],
      [claim, { roleTemplate: "{project}" }, "/roleTemplate"],
      [claim, { roleTemplate: "{roleName}{project}{project}" }, "/roleTemplate"],
      [claim, { definedRoles: ["a"] }, "/definedRoles"],
      [claim, { allowedAzp: [] }, "/allowedAzp"],
      [claim, { allowedRoles: [] }, "/allowedRoles"],
      [claim, { allowedRoles: ["a b"] }, "/allowedRoles/0"],
      [claim, { allowedAud: [] }, "/allowedAud"],
      [claim, { allowedAlgs: ["HS256"] }, "/allowedAlgs/0"],
      [claim, { allowedTyp: "JWT" }, "/allowedTyp"],
      [claim, { azpClaim: 1 }, "/azpClaim"],
      [claim, { other: 1 }, "/other"],
      [api.ENTRY, { definedRoles: null }, "/definedRoles"],
      [api.ENTRY, { definedRoles: [] }, "/definedRoles"],
      [api.ENTRY, { allowedRoles: ["a"] }, "/allowedRoles"],
      [api.ENTRY, { rolesClaim: "scp" }, "/rolesClaim"],
      [api.ENTRY, { roleTemplate: "{roleName}" }, "/roleTemplate"],
    ]) {
      const answer = await api.call("POST", `${api.project}/custom-idp?dryRun=true`, {
        ...entry,
        ...changes,
      });
      const what = `${JSON.stringify(changes)}: ${answer.text}`;
      if (pointer === undefined) assert.equal(answer.status, 200, what);
      else
        assert.deepEqual(
          [answer.status, answer.json().faults?.map((fault) => fault.pointer)],
          [422, [pointer]],
          what,
        );
    }
  });
});
