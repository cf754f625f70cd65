// The attack suite: every known way around such a gateway is tried, fails, and fails for its own reason.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertOutcome } from "./assert-outcome.mjs";
import * as caches from "./caches.mjs";
import * as keys from "./caches-keys.mjs";
import * as claims from "./claims.mjs";
import * as roles from "./claims-roles.mjs";
import * as credentials from "./credentials.mjs";
import * as encoding from "./encoding.mjs";
import * as json from "./encoding-json.mjs";
import { startKvFixture } from "./fixture-kv.mjs";
import { startManagementFixture } from "./fixture-management.mjs";
import * as headers from "./headers.mjs";
import * as pages from "./headers-pages.mjs";
import * as management from "./management.mjs";
import * as bodies from "./management-bodies.mjs";
import * as explaining from "./management-explain.mjs";
import * as issuers from "./management-issuers.mjs";
import * as managementPaths from "./management-paths.mjs";
import * as records from "./management-records.mjs";
import * as paths from "./paths.mjs";
import * as revocations from "./revocations.mjs";
import * as routing from "./routing.mjs";
import { send } from "./send.mjs";
import * as sessions from "./sessions.mjs";
import * as signature from "./signature.mjs";
import * as ec from "./signature-ec.mjs";
import * as rsa from "./signature-rsa.mjs";
import { rows } from "./table.mjs";

/** Each with the fixture of its attacks, and its tables. */
const FAMILIES = {
  signature: { start: startKvFixture, tables: [signature, rsa, ec] },
  encoding: { start: startKvFixture, tables: [encoding, json] },
  claims: { start: startKvFixture, tables: [claims, roles] },
  "path and routing": { start: startKvFixture, tables: [paths, routing] },
  headers: { start: startKvFixture, tables: [headers, pages, credentials] },
  sessions: { start: startKvFixture, tables: [sessions] },
  management: {
    start: startManagementFixture,
    tables: [management, managementPaths, bodies, explaining, issuers, records, revocations],
  },
  caches: { start: startManagementFixture, tables: [caches, keys] },
};

const counts = {};

for (const [family, { start, tables }] of Object.entries(FAMILIES)) {
  describe(family, { concurrency: 24 }, () => {
    const table = rows(tables.flatMap(({ groups }) => groups));
    counts[family] = table.length;
    let fixture;

    before(async () => {
      fixture = await start(table, Object.assign({}, ...tables.map(({ options }) => options)));
    });

    after(async () => {
      await fixture?.trap.assertUntouched();
      fixture?.log.read();
      await fixture?.close();
    });

    for (const row of table) {
      test(row.name, async () => {
        const placeOf = await fixture.prepare(row);
        for (const side of [...row.before, row.attack, row.control]) await take(side, placeOf(side));
      });
    }

    /** One step of a row: keys are published, time passes, or a request is sent and its outcome asserted. */
    async function take(side, place) {
      if (side.publish) return fixture.publish(place, side.publish);
      if (side.wait) return new Promise((resolve) => setTimeout(resolve, side.wait));
      const isRefused = side.expected.status >= 400;
      const state = isRefused && (await fixture.state(place));
      await assertOutcome(await send(fixture, side, place), side.expected, fixture, place);
      if (isRefused) assert.deepEqual(await fixture.state(place), state, "it changed something");
    }
  });
}

test("there are at least 400 attacks, each with its control", (context) => {
  for (const [family, count] of Object.entries(counts)) context.diagnostic(`${family}: ${count} attacks`);
  assert.ok(Object.values(counts).reduce((sum, count) => sum + count, 0) >= 400);
});
