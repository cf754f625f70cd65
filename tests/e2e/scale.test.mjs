// A deployment of ten thousand projects: what a request costs does not grow with it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ADMIN, BASE } from "./fixture-management.mjs";
import { send, startGateway } from "./gateway.mjs";
import { workersOnly } from "./hosts.mjs";
import { startTestOrigin } from "./origin.mjs";
import { ENTRY, bearer } from "./project.mjs";
import { keyRecord, publicJwk } from "./tokens.mjs";

const PROJECTS = 10_000;
const ENTRIES = 5;
const ROUNDS = 9;
const SEED = fileURLToPath(new URL("seed.py", import.meta.url));

describe("at scale", { skip: workersOnly("watchedKv") }, () => {
  const names = Array.from({ length: PROJECTS }, (_, index) => `project-${String(index).padStart(5, "0")}`);
  const target = names[PROJECTS / 2];
  const idps = Array.from({ length: ENTRIES }, (_, index) => ({
    ...ENTRY,
    id: `idp-${index}`,
    iss: `https://issuer-${index}.example`,
  }));
  const large = {};
  const small = {};
  let origin, headers;

  before(async () => {
    origin = await startTestOrigin();
    // The last of the entries is the one that knows the caller.
    headers = await bearer({ iss: idps.at(-1).iss });
    await prepare(large, names);
    await prepare(small, [target]);
  });

  after(async () => {
    await origin?.close();
    for (const { folder } of [large, small]) if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Makes a deployment of these projects. */
  async function prepare(deployment, names) {
    deployment.folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
    await running(deployment, async (gateway) => {
      const routes = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];
      const body = JSON.stringify({ origins: { origin: { url: origin.url } }, routes });
      const json = { ...ADMIN, "content-type": "application/json" };
      const written = await send(gateway.url, `${BASE}/gateway`, { method: "PUT", headers: json, body });
      assert.equal(written.status, 201, written.text);
      for (const { iss } of idps) await gateway.put("JWKS", iss, keyRecord([publicJwk("ec256-1")]));
    });
    const snapshots = names.map((name) => [name, { version: 1, idps }]);
    execFileSync("python3", [SEED, deployment.folder], {
      input: JSON.stringify(Object.fromEntries(snapshots)),
    });
  }

  /** Runs a deployment, with isolates that know nothing yet, while `work` is under way. */
  async function running({ folder }, work) {
    const gateway = await startGateway({
      persist: folder,
      watchedKv: true,
      bindings: { ADMIN_TOKEN: "the-admin-token-of-all-the-tests" },
    });
    try {
      return await work(gateway);
    } finally {
      await gateway.close();
    }
  }

  /** A request to the project: how long it took, in milliseconds, and how many values of KV were read for it. */
  async function ask(gateway) {
    const before = gateway.log().length;
    const start = performance.now();
    const answer = await send(gateway.url, `/api/${target}/x`, { headers });
    const milliseconds = performance.now() - start;
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json().headers["x-auth-idp"], idps.at(-1).id);
    const log = () => gateway.log().slice(before);
    while (!log().includes('"event":"decision"')) await new Promise((resolve) => setTimeout(resolve, 5));
    return { milliseconds, reads: log().match(/^kv_read /gm)?.length ?? 0 };
  }

  test("a cold request reads at most 3 values of KV, a warm one none, however many projects there are", async (context) => {
    const times = new Map([
      [large, []],
      [small, []],
    ]);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [deployment, milliseconds] of times) {
        await running(deployment, async (gateway) => {
          const [cold, warm] = [await ask(gateway), await ask(gateway)];
          assert.ok(cold.reads > 0 && cold.reads <= 3, `${cold.reads} reads`);
          assert.equal(warm.reads, 0);
          milliseconds.push(cold.milliseconds);
        });
      }
    }
    const [ofLarge, ofSmall] = [...times.values()].map(median);
    const ratio = ofLarge / ofSmall;
    context.diagnostic(
      `cold request: ${ofLarge.toFixed(1)} ms with ${PROJECTS} projects, ${ofSmall.toFixed(1)} ms with one, ratio ${ratio.toFixed(2)}`,
    );
    assert.ok(ratio < 3, `ratio ${ratio}`);
  });

  test("the list of projects has each of them once, page by page", async () => {
    await running(large, async (gateway) => {
      const listed = [];
      for (let path = `${BASE}/projects`; path;) {
        const answer = await send(gateway.url, path, { headers: ADMIN });
        assert.equal(answer.status, 200, answer.text);
        assert.ok(answer.json().length <= 100);
        listed.push(...answer.json().map(({ id }) => id));
        path = answer.headers.link?.match(/^<(.*)>; rel="next"$/)[1];
      }
      assert.deepEqual(listed, names);
    });
  });
});

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
