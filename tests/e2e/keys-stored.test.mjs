// What objects store of issuers and keys: how large it grows, and what an older release left.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeEarlier } from "./earlier.mjs";
import { ADMIN, BASE, managementFixture } from "./fixture-management.mjs";
import { send, startGateway } from "./gateway.mjs";
import { workersOnly } from "./hosts.mjs";
import { startIssuer } from "./issuer.mjs";
import { newKey, until, withIssuer } from "./own-issuer.mjs";
import { ENTRY } from "./project.mjs";

const LONG = "k".repeat(200_000);

describe("an issuer that rotates key ids of 200 KB", () => {
  const api = managementFixture({ JWKS_COOLDOWN_SECONDS: "1", CONFIG_TTL_SECONDS: "1" });
  const own = withIssuer(api);

  test("is never unavailable, and its record stays small", async () => {
    for (let round = 0; round < 12; round += 1) {
      api.issuer.keys = [own.key.jwk, (await newKey(`${round}${LONG}`)).jwk];
      const answer = await own.refresh();
      assert.equal(answer.status, 200, answer.text);
      const [, long] = answer.json().keys;
      assert.deepEqual([long.usable, long.reason], [false, "a `kid` of more than 256 bytes"]);
      assert.ok(answer.text.length < 4000, `${answer.text.length} bytes`);
    }
    assert.ok(JSON.stringify(await own.record()).length < 4000);
    assert.equal(await own.use(own.token), 200);
  });
});

describe("what an older release stored", { skip: workersOnly("objects") }, () => {
  let issuer, folder, gateway;

  const start = async () => {
    const bindings = {
      ADMIN_TOKEN: ADMIN.authorization.replace("Bearer ", ""),
      INSECURE_ISSUER_HOSTS: new URL(issuer.url).host,
      JWKS_COOLDOWN_SECONDS: "1",
    };
    gateway = await startGateway({ bindings, persist: folder });
  };

  const call = (method, path, body) =>
    send(gateway.url, BASE + path, {
      method,
      headers: { ...ADMIN, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });

  /** Runs statements on the database of the one object that has a table of that form. */
  async function edit(table, ...statements) {
    const files = await readdir(join(folder, "objects"), { recursive: true });
    const databases = files
      .filter((file) => file.endsWith(".sqlite"))
      .map((file) => join(folder, "objects", file));
    const script = `
import json, sqlite3, sys
table, databases, statements = json.loads(sys.stdin.read())
for path in databases:
    database = sqlite3.connect(path)
    if database.execute("SELECT 1 FROM sqlite_master WHERE sql LIKE ?", (table,)).fetchone():
        for statement in statements:
            database.execute(*statement)
        database.commit()
    database.close()`;
    const input = JSON.stringify([table, databases, statements]);
    execFileSync("python3", ["-c", script], { input, stdio: ["pipe", "inherit", "inherit"] });
  }

  before(async () => {
    issuer = await startIssuer();
    folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
    await start();
    assert.equal((await call("PUT", "/projects/old", {})).status, 201);
    const entry = { ...ENTRY, iss: issuer.url };
    assert.equal((await call("POST", "/projects/old/custom-idp", entry)).status, 201);
    await gateway.close();
  });

  after(async () => {
    await gateway?.close();
    await issuer?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("of an issuer becomes small at the next refresh", async () => {
    const seen = { kid: LONG, thumbprint: "t", firstSeen: 1, lastSeen: 1 };
    const jwks = { keys: [{ ...issuer.keys[0], kid: LONG }] };
    const record = { jwks, fetchedAt: 1, expiresAt: 2, history: Array(8).fill(seen) };
    const life = { attempted: 1, due: 4e9, failures: 0, error: "x".repeat(100_000) };
    const kept = { issuer: issuer.url, life, record, is_published: true };
    makeEarlier(folder);
    await edit("%kept TEXT%", ["UPDATE issuer SET kept = ?", [JSON.stringify(kept)]]);
    await start();
    issuer.keys = [...issuer.keys, (await newKey(`${LONG}2`)).jwk];
    const refreshed = await until("the cooldown is over", async () => {
      const answer = await call("POST", "/projects/old/custom-idp/idp/keys/refresh");
      return answer.status !== 429 && answer;
    });
    assert.equal(refreshed.status, 200, refreshed.text.slice(0, 500));
    assert.ok((await gateway.get("JWKS", issuer.url)).length < 4000);
    await gateway.close();
  });

  test("of the issuers that a project names shows nothing older than the upgrade", async () => {
    makeEarlier(folder);
    const columns = ["told", "since", "refreshed"].map((name) => [`ALTER TABLE issuer DROP COLUMN ${name}`]);
    await edit("%present INTEGER%", ...columns, ["DELETE FROM migration WHERE number = 6"]);
    const upgraded = Math.floor(Date.now() / 1000);
    await start();
    const answer = await call("GET", "/projects/old/custom-idp/idp/keys");
    assert.equal(answer.status, 200, answer.text);
    assert.ok(answer.json().keys[0].firstSeen >= upgraded);
    // It was told, and goes on from there.
    assert.equal((await call("DELETE", "/projects/old")).status, 204);
    await until("its keys are removed", async () => (await gateway.get("JWKS", issuer.url)) === null);
  });
});
