// Writes to KV that take longer than they may.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { managementFixture } from "./fixture-management.mjs";
import { workersOnly } from "./hosts.mjs";
import { until } from "./own-issuer.mjs";

describe("a write to KV that is given up", { skip: workersOnly("slow") }, () => {
  const api = managementFixture({}, { slow: "CONFIG" });

  test("replaces no newer version when it lands after all", async () => {
    const version = (await api.snapshot()).version + 1;
    await api.gateway.put("CONFIG", "holds-puts", `"version":${version},`);
    const added = await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
    assert.deepEqual([added.status, added.headers["x-published"]], [201, "false"]);
    const removed = await api.call("DELETE", `${api.project}/custom-idp/idp`);
    assert.equal(removed.status, 204);
    await api.gateway.delete("CONFIG", "holds-puts");
    await until("the removal is published", async () => (await api.snapshot()).version === version + 1);
    const landed = api.gateway.lines.filter((line) => line === `kv_put project/${api.id}`);
    assert.ok(landed.length >= 3, "the project, its entry and the removal");
    assert.deepEqual((await api.snapshot()).idps, []);
  });
});
