// A trap fails the request in which it happens; the next one is served by a new instance of the wasm.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ADMIN, managementFixture } from "./fixture-management.mjs";
import { send } from "./gateway.mjs";
import { workersOnly } from "./hosts.mjs";

/** A request reads the clock when it begins, and again in the worker and in objects after waiting. */
const READS = [1, 2, 3, 4, 5, 6];

describe("a trap", { skip: workersOnly("traps") }, () => {
  const api = managementFixture({}, { traps: true });

  const trapping = (headers, read) => ({ ...headers, "x-trap": String(read) });
  const restarts = () => api.gateway.lines.filter((line) => line.includes("starting a new instance")).length;

  test("in a request to an origin", async () => {
    assert.equal((await api.call("POST", `${api.project}/custom-idp?force=true`, api.ENTRY)).status, 201);
    const use = async (read) => {
      const headers = trapping(api.user, read);
      return (await send(api.gateway.url, `/api/${api.id}/x`, { headers })).status;
    };
    assert.equal(await use(0), 200);
    const before = restarts();
    assert.equal(await use(1), 500);
    assert.equal(await use(0), 200);
    assert.equal(restarts(), before + 1);
    for (const read of READS) {
      const known = restarts();
      const status = await use(read);
      assert.ok(status === 200 || status >= 500, `${status} after ${read} reads`);
      assert.equal(await use(0), 200, `the request after a trap after ${read} reads`);
      // An instance that trapped is not used again. The last read is the log line's, outside of it.
      if (status >= 500 && read < READS.at(-1)) assert.equal(restarts(), known + 1, `after ${read} reads`);
    }
  });

  test("in a request to an object, which keeps what it has stored", async () => {
    const statuses = new Set();
    for (const read of READS) {
      const label = { label: { en: `Renamed ${read}` } };
      const { status } = await api.call("PUT", api.project, label, trapping(ADMIN, read));
      statuses.add(status);
      const stored = await api.call("GET", api.project, undefined, trapping(ADMIN, 0));
      assert.equal(stored.status, 200, `the request after a trap after ${read} reads`);
      if (status === 200) assert.deepEqual(stored.json(), label);
    }
    // In the worker; in the object, which the worker reports.
    for (const status of [500, 503]) assert.ok(statuses.has(status), [...statuses].join(", "));
    assert.ok(restarts() > 0);
  });
});
