// What was acknowledged stays, whatever fails meanwhile.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { send, startGateway } from "./gateway.mjs";
import { workersOnly } from "./hosts.mjs";
import { startIssuer } from "./issuer.mjs";
import { gatewayPids } from "./processes.mjs";
import { ENTRY, bearer } from "./project.mjs";

const BASE = "/project-management-service/v1";
const WRITERS = 50;

describe("durability", () => {
  let issuer, folder, gateway;

  before(async () => {
    issuer = await startIssuer();
    folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
  });

  after(async () => {
    await gateway?.close();
    await issuer?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (options) => {
    const bindings = {
      ADMIN_TOKEN: "the-admin-token-of-all-the-tests",
      INSECURE_ISSUER_HOSTS: new URL(issuer.url).host,
    };
    gateway = await startGateway({ bindings, ...options });
  };

  const call = (method, path, body) =>
    send(gateway.url, BASE + path, {
      method,
      headers: {
        authorization: "Bearer the-admin-token-of-all-the-tests",
        "content-type": "application/json",
      },
      body: body && JSON.stringify(body),
    });

  const add = (project, index) =>
    call("POST", `/projects/${project}/custom-idp`, { ...ENTRY, iss: issuer.url, id: `idp-${index}` });

  /** Waits until what is published is the truth. */
  async function published(project) {
    for (const end = Date.now() + 20_000; ;) {
      const truth = (await call("GET", `/projects/${project}/custom-idp`)).json();
      const snapshot = JSON.parse(await gateway.get("CONFIG", `project/${project}`));
      if (JSON.stringify(snapshot?.idps) === JSON.stringify(truth))
        return { truth, version: snapshot.version };
      assert.ok(Date.now() < end, "not published in time");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  test(
    "with KV failing half the time, no update is lost and all is published in the end",
    { skip: workersOnly("flakyConfig") },
    async () => {
      await start({ flakyConfig: true });
      await gateway.put("CONFIG", "fails-to-write", "yes");
      assert.equal((await call("PUT", "/projects/flaky", {})).status, 201);
      const answers = await Promise.all(Array.from({ length: WRITERS }, (_, index) => add("flaky", index)));
      assert.ok(answers.every(({ status }) => status === 201));
      const { truth, version } = await published("flaky");
      assert.deepEqual([truth.length, version], [WRITERS, WRITERS + 1]);
      await gateway.close();
      gateway = undefined;
    },
  );

  test("killed in the middle and started again, nothing that was acknowledged is lost", async () => {
    await start({ persist: folder });
    assert.equal((await call("PUT", "/projects/killed", {})).status, 201);
    const acknowledged = [];
    const writers = Array.from({ length: WRITERS }, async (_, index) => {
      // Changes of the same moment are published together and answered at once.
      await new Promise((resolve) => setTimeout(resolve, 10 * index));
      const answer = await add("killed", index).catch(() => undefined);
      if (answer?.status !== 201) return;
      acknowledged.push(`idp-${index}`);
      if (acknowledged.length === 10) for (const pid of gatewayPids()) process.kill(pid, "SIGKILL");
    });
    await Promise.all(writers);
    await gateway.close().catch(() => {});
    assert.ok(
      acknowledged.length >= 10 && acknowledged.length < WRITERS,
      `${acknowledged.length} of ${WRITERS}`,
    );

    await start({ persist: folder });
    const { truth, version } = await published("killed");
    const ids = truth.map(({ id }) => id);
    for (const id of acknowledged) assert.ok(ids.includes(id), id);
    assert.equal(version, ids.length + 1);
    // The version goes on without a gap.
    assert.equal((await add("killed", "more")).status, 201);
    assert.equal((await published("killed")).version, version + 1);
  });

  test("killed and started again, the keys are there without a fetch", async () => {
    const routes = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];
    // The issuer answers anything, so it may be the origin, too.
    const document = { origins: { origin: { url: issuer.url } }, routes };
    assert.equal((await call("PUT", "/gateway", document)).status, 201);
    for (const pid of gatewayPids()) process.kill(pid, "SIGKILL");
    await gateway.close().catch(() => {});
    await start({ persist: folder });
    issuer.asked.length = 0;
    const headers = await bearer({ iss: issuer.url });
    assert.equal((await send(gateway.url, "/api/killed/x", { headers })).status, 200);
    assert.deepEqual(issuer.asked, ["/api/killed/x"]);
  });
});
