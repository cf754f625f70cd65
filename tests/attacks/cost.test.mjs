// What single requests may cost: the CPU time of the runtime for each, beside that for a plain one.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { sendRaw, startGateway } from "../e2e/gateway.mjs";
import { startIssuer } from "../e2e/issuer.mjs";
import { startTestOrigin } from "../e2e/origin.mjs";
import { gatewayPids } from "../e2e/processes.mjs";
import { bearer } from "../e2e/project.mjs";
import { bytesOf, DATA_PLANE, jwks, ROUTES, snapshots } from "./cost.mjs";
import { LARGE_CHANGES, MANAGEMENT, projects } from "./cost-management.mjs";

/** How much more than a plain request a single one may cost, in milliseconds of CPU time. */
const MAX_MORE = 20;

/** The same for a change of a project of 256 KiB. */
const MAX_LARGE_CHANGE = 60;
const BATCHES = 10;
const REQUESTS = 3;

describe("cost", () => {
  let origin, issuer, gateway, plain;
  const place = { adminToken: "the-admin-token-of-all-the-tests" };

  before(async () => {
    origin = await startTestOrigin();
    issuer = await startIssuer();
    place.iss = issuer.url;
    gateway = await startGateway({
      config: { gateway: { origins: { origin: { url: origin.url } }, routes: ROUTES }, ...snapshots },
      jwks,
      bindings: {
        ADMIN_TOKEN: place.adminToken,
        CONFIG_TTL_SECONDS: "3600",
        INSECURE_ISSUER_HOSTS: new URL(issuer.url).host,
      },
    });
    place.ownerToken = (await bearer({ iss: issuer.url, azp: "owner-app" })).authorization.slice(
      "Bearer ".length,
    );
    for (const request of projects(place)) await send(request);
    // The runtime compiles what it runs often: a plain request is measured when that is done.
    for (let count = 0; count < 200; count += 1) await send({ path: "/public/x" });
    plain = await cost(() => ({ path: "/public/x" }));
  });

  after(async () => {
    for (const server of [gateway, issuer, origin]) await server?.close();
  });

  /** The least CPU time of a request among some batches, in milliseconds: what else ran is in the others. */
  async function cost(make) {
    let least = Infinity;
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const requests = Array.from({ length: REQUESTS }, make);
      const before = computed();
      for (const request of requests) await send(request);
      least = Math.min(least, (computed() - before) / REQUESTS);
    }
    return least;
  }

  async function send(request) {
    const answer = await sendRaw(gateway.url, bytesOf(request));
    const status = Number(answer.split(" ", 2)[1]);
    assert.equal(status, request.status ?? 200, `${request.path.slice(0, 100)}: ${answer.slice(-500)}`);
  }

  const kinds = { ...DATA_PLANE, ...MANAGEMENT, ...LARGE_CHANGES };
  for (const [what, make] of Object.entries(kinds)) {
    test(what, async (context) => {
      const more = (await cost(() => make(place))) - plain;
      context.diagnostic(`${more.toFixed(1)} ms more than a plain request (${plain.toFixed(1)} ms)`);
      assert.ok(more <= (what in LARGE_CHANGES ? MAX_LARGE_CHANGE : MAX_MORE), `${more.toFixed(1)} ms`);
    });
  }

  test("there are at least 40 kinds", () => assert.ok(Object.keys(kinds).length >= 40));
});

/** The CPU time that workerd has used so far, all its threads together, in milliseconds. */
function computed() {
  const [pid] = gatewayPids();
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    } catch {
      return 0; // It ended meanwhile.
    }
  });
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}
