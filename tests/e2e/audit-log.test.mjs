// The audit log of a project: who sees what of it, and that it is bounded.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ADMIN, managementFixture } from "./fixture-management.mjs";

describe("the audit log", () => {
  const api = managementFixture();

  /** All items that a caller sees, newest first. */
  async function all(headers) {
    const items = [];
    for (let before = ""; before !== null;) {
      const path = `${api.project}/audit-log${before && `?before=${before}`}`;
      const page = await api.call("GET", path, undefined, headers);
      assert.equal(page.status, 200, page.text);
      items.push(...page.json().items);
      before = page.json().next;
    }
    return items;
  }

  const kinds = (items) =>
    items.map(({ change }) => (change.put_project ? "put_project" : Object.keys(change)[0]));

  test("owners of a re-created project see only what came since", async () => {
    await api.call("POST", `${api.project}/custom-idp`, {
      ...api.OWNERS,
      id: "former",
      allowedAzp: ["other-app"],
    });
    assert.equal((await api.call("DELETE", api.project)).status, 204);
    assert.equal((await api.call("PUT", api.project, {})).status, 201);
    await api.call("POST", `${api.project}/custom-idp`, api.OWNERS);

    const [seen, existing] = [await all(api.owner), await all(ADMIN)];
    assert.deepEqual(kinds(seen), ["add_idp", "put_project"]);
    assert.ok(!JSON.stringify(seen).includes("former"));
    assert.equal(existing.length, 5);
    assert.deepEqual(existing.slice(0, 2), seen);

    // A change of the label does not re-create the project.
    assert.equal((await api.call("PUT", api.project, { label: { en: "New" } })).status, 200);
    assert.deepEqual(kinds(await all(api.owner)), ["put_project", "add_idp", "put_project"]);
  });

  test("refused attempts push no change out of the log", async () => {
    const idps = `${api.project}/custom-idp`;
    assert.equal((await api.call("POST", idps, api.OWNERS)).status, 201);
    const attempts = 1010;
    for (let count = 0; count < attempts; count += 10) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => api.call("DELETE", `${idps}/nobody`, undefined, api.owner)),
      );
      assert.ok(answers.every(({ status }) => status === 404));
    }
    assert.equal((await api.call("POST", idps, api.ENTRY, api.owner)).status, 201);
    const items = await all(api.owner);
    const refused = items.filter(({ outcome }) => outcome.refusal);
    assert.equal(refused.length, 1000);
    assert.deepEqual(kinds(items.filter(({ outcome }) => !outcome.refusal)), [
      "add_idp",
      "add_idp",
      "put_project",
    ]);
    const numbers = items.map(({ number }) => number);
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => b - a),
    );
    assert.equal(numbers[0], attempts + 3);
  });

  test("a long value is cut and says how long it was", async () => {
    const allowedAud = Array.from({ length: 200 }, (_, index) => `${index}`.padStart(250, "0"));
    const long = { ...api.ENTRY, allowedAud };
    assert.equal((await api.call("POST", `${api.project}/custom-idp`, long)).status, 201);
    const path = `${api.project}/custom-idp/idp`;
    assert.equal((await api.call("PUT", path, { ...long, definedRoles: ["other"] })).status, 200);
    const { items } = (await api.call("GET", `${api.project}/audit-log`)).json();
    const [{ change, outcome }] = items;
    const bytes = JSON.stringify(long).length;
    assert.ok(bytes > 50_000);
    assert.equal(outcome.before.bytes, bytes);
    assert.equal(outcome.after.bytes, bytes - 1);
    assert.match(outcome.before.beginning, /^\{"allowedAud":\["0{249}0"/);
    assert.ok(change.replace_idp.bytes > bytes);
    for (const item of items)
      assert.ok(JSON.stringify(item).length < 16.5 * 1024, JSON.stringify(item).length);
  });

  test("the log as a whole is bounded in bytes", async () => {
    // Refused attempts have the smaller quota, 4 MB. One of these takes 4 to 8 KB.
    const text = "x".repeat(60_000);
    const kept = 4_000_000 / 6500;
    for (let count = 0; count < kept; count += 20) {
      await Promise.all(
        Array.from({ length: 20 }, () => api.call("POST", `${api.project}/custom-idp`, { id: `"${text}` })),
      );
    }
    const bytes = (await all(ADMIN)).reduce((sum, item) => sum + JSON.stringify(item).length, 0);
    assert.ok(bytes < 4_100_000, `${bytes} bytes`);
  });
});
