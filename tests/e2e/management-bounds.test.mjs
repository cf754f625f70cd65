// The bounds of the management API: which requests wake an object, and how large a project may be.
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ADMIN, BASE, managementFixture } from "./fixture-management.mjs";
import { send, startGateway } from "./gateway.mjs";
import { workersOnly } from "./hosts.mjs";
import { startIssuer } from "./issuer.mjs";
import { ENTRY, bearer } from "./project.mjs";

describe("waking objects", () => {
  let issuer, folder, gateway;
  const bindings = { ADMIN_TOKEN: ADMIN.authorization.replace("Bearer ", ""), CONFIG_TTL_SECONDS: "0" };

  before(async () => {
    issuer = await startIssuer();
    folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
    await start();
  });

  after(async () => {
    for (const server of [gateway, issuer]) await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start() {
    const hosts = { INSECURE_ISSUER_HOSTS: new URL(issuer.url).host };
    gateway = await startGateway({ persist: folder, bindings: { ...bindings, ...hosts } });
  }

  const call = (method, path, body, headers = ADMIN) => {
    const json = { "content-type": "application/json", ...headers };
    return send(gateway.url, BASE + path, { method, headers: json, body: body && JSON.stringify(body) });
  };
  const codes = async (paths, headers) => {
    const answers = await Promise.all(paths.map((path) => call("GET", path, undefined, headers)));
    return [...new Set(answers.map(({ status, text }) => `${status} ${JSON.parse(text).code}`))];
  };
  const names = (prefix) => Array.from({ length: 60 }, (_, index) => `/projects/${prefix}-${index}`);
  const entries = (prefix) => names(prefix).map((path) => `${path}/custom-idp`);

  /** How many projects have an object, by the files in which objects keep what they have. */
  async function objects(name = "ProjectObject") {
    const files = await readdir(join(folder, "objects"), { recursive: true });
    return files.filter((file) => file.includes(name) && /[0-9a-f]{64}\.sqlite$/.test(file)).length;
  }

  const skip = workersOnly("objects");

  test("requests without an acceptable token wake no object", { skip }, async () => {
    const past = Math.floor(Date.now() / 1000) - 600;
    const expired = await bearer({ iat: past - 60, exp: past });
    for (const [headers, paths, code] of [
      [{}, entries("a"), "401 token_missing"],
      [{ authorization: "Bearer x, Bearer y" }, entries("b"), "400 request_invalid"],
      [{ authorization: "Bearer x.y.z" }, entries("c"), "401 token_malformed"],
      [expired, entries("d"), "401 token_expired"],
      [{}, names("e"), "401 token_missing"],
      [await bearer(), names("f"), "403 administrator_only"],
      [await bearer(), ["/gateway", "/projects", "/gateway/audit-log"], "403 administrator_only"],
    ]) {
      assert.deepEqual(await codes(paths, headers), [code]);
    }
    assert.deepEqual([await objects(), await objects("RegistryObject")], [0, 0]);
  });

  test("invented projects wake at most 30 objects a minute", { skip }, async () => {
    assert.deepEqual(await codes(entries("invented"), await bearer()), ["401 token_untrusted"]);
    const woken = await objects();
    assert.ok(woken > 0 && woken <= 30, `${woken} objects`);
  });

  test("a project that KV does not have yet serves its owner and the administrator", { skip }, async () => {
    const owners = { ...ENTRY, iss: issuer.url, allowedAzp: ["owner-app"], definedRoles: ["owner"] };
    const owner = await bearer({ iss: issuer.url, azp: "owner-app" });
    for (const project of ["new", "newer"]) {
      assert.equal((await call("PUT", `/projects/${project}`, {})).status, 201);
      assert.equal((await call("POST", `/projects/${project}/custom-idp`, owners)).status, 201);
      await gateway.delete("CONFIG", `project/${project}`);
    }
    // A new isolate, which knows neither project and has an allowance of its own.
    await gateway.close();
    await start();
    assert.equal((await call("GET", "/projects/new/custom-idp", undefined, owner)).status, 200);
    await codes(entries("invented"), owner);
    // A project that was asked for within the minute is served on; another one waits for KV; the administrator never waits.
    assert.equal((await call("GET", "/projects/new/custom-idp", undefined, owner)).status, 200);
    assert.equal((await call("GET", "/projects/newer/custom-idp", undefined, owner)).status, 401);
    assert.equal((await call("GET", "/projects/newer/custom-idp")).status, 200);
  });

  test("the limit of new issuers survives a restart of the object", async () => {
    assert.equal((await call("PUT", "/projects/probing", {})).status, 201);
    const probe = (index) => {
      const entry = { ...ENTRY, iss: `${issuer.url}/tenant-${index}` };
      return call("POST", "/projects/probing/custom-idp?dryRun=true", entry);
    };
    for (let index = 0; index < 10; index += 1) assert.equal((await probe(index)).status, 200);
    await gateway.close();
    await start();
    const refused = await probe(10);
    assert.deepEqual([refused.status, refused.json().code], [429, "too_many_issuers"]);
    const seconds = Number(refused.headers["retry-after"]);
    assert.ok(seconds > 0 && seconds <= 61, `${seconds} seconds`);
    assert.equal((await probe(9)).status, 200);
  });
});

describe("a KV outage", { skip: workersOnly("flakyConfig") }, () => {
  let gateway;

  before(async () => {
    gateway = await startGateway({ flakyConfig: true });
    await gateway.put("CONFIG", "fails", "yes");
  });

  after(() => gateway?.close());

  test("is 503 beyond the allowance of unknown projects, not 401", async () => {
    const headers = await bearer();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        send(gateway.url, `${BASE}/projects/p${index}/custom-idp`, { headers }),
      ),
    );
    const count = (code) => answers.filter((answer) => answer.json().code === code).length;
    // The objects of the first 30 decide: these projects do not exist.
    assert.deepEqual([count("token_untrusted"), count("store_unavailable")], [30, 10]);
  });
});

describe("the size of a project", () => {
  const api = managementFixture({ CONFIG_TTL_SECONDS: "0" });

  test("a change beyond 256 KiB of JSON is refused", async () => {
    const allowedAud = Array.from({ length: 200 }, (_, index) => `${index}`.padStart(250, "0"));
    const add = (id) => api.call("POST", `${api.project}/custom-idp`, { ...api.ENTRY, id, allowedAud });
    for (const id of ["a1", "a2", "a3", "a4", "a5"]) assert.equal((await add(id)).status, 201);
    const refused = await add("a6");
    assert.deepEqual([refused.status, refused.json().code], [409, "limit_reached"]);
    assert.match(refused.json().reason, /256 KiB of JSON/);
    assert.ok((await api.gateway.get("CONFIG", `project/${api.id}`)).length <= 256 * 1024);
    assert.equal((await api.call("DELETE", `${api.project}/custom-idp/a1`)).status, 204);
    assert.equal((await add("a6")).status, 201);
  });

  test("a deleted project does not come back from a lagging replica", async () => {
    await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
    assert.equal(await api.use(api.user), 200);
    const former = await api.gateway.get("CONFIG", `project/${api.id}`);
    assert.equal((await api.call("DELETE", api.project)).status, 204);
    assert.equal(await api.use(api.user), 401);
    await api.gateway.put("CONFIG", `project/${api.id}`, former);
    assert.equal(await api.use(api.user), 401);
    // One that was made again is newer.
    await api.call("PUT", api.project, {});
    await api.call("POST", `${api.project}/custom-idp`, api.ENTRY);
    assert.equal(await api.use(api.user), 200);
  });
});
