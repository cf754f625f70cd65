// `scripts/backup.mjs`: what it saves is what it restores.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ADMIN, managementFixture } from "./fixture-management.mjs";
import { newAccount } from "./service-account.mjs";

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL("../../scripts/backup.mjs", import.meta.url));

describe("a backup of routes and projects", () => {
  const api = managementFixture();
  const backup = (...args) => {
    const ADMIN_TOKEN = ADMIN.authorization.replace("Bearer ", "");
    const env = { ...process.env, GATEWAY_URL: api.gateway.doorUrl, ADMIN_TOKEN };
    return run(process.execPath, [SCRIPT, ...args], { env });
  };

  test("restores a project with its label, entries, order, distrusted keys and revocations", async () => {
    const folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
    const file = join(folder, "backup.json");
    try {
      // Every caller of its issuer is an owner: saved with `force`.
      const open = { ...api.ENTRY, id: "open", definedRoles: ["owner"] };
      for (const entry of [api.OWNERS, open, api.ENTRY]) {
        const saved = await api.call("POST", `${api.project}/custom-idp?force=true`, entry);
        assert.equal(saved.status, 201, saved.text);
      }
      await api.call("PUT", `${api.project}/custom-idp-order`, ["idp", "owners", "open"]);
      const key = `${api.project}/custom-idp/idp/keys/ec256-1/distrust`;
      assert.equal((await api.call("PUT", key)).status, 201);
      const issuedBefore = Math.floor(Date.now() / 1000) - 60;
      const lost = { subject: "lost", issuedBefore, reason: "a lost laptop" };
      const revoked = await api.call("POST", `${api.project}/revocations`, lost);
      assert.equal(revoked.status, 201, revoked.text);
      const before = await api.snapshot();

      await backup("save", file);
      const { gateway } = JSON.parse(await readFile(file, "utf8"));
      assert.deepEqual(gateway, (await api.call("GET", "/gateway")).json());

      assert.equal((await api.call("DELETE", api.project)).status, 204);
      await backup("restore", file, api.id);
      await api.call("POST", `${api.project}/custom-idp?force=true`, { ...api.ENTRY, id: "extra" });
      await api.call("POST", `${api.project}/revocations`, { client: "extra", reason: "x" });
      await backup("restore", file);
      const restored = ({ version: _, revocations, ...others }) => ({
        ...others,
        revocations: revocations.map(({ id: _, ...revocation }) => revocation),
      });
      assert.deepEqual(restored(await api.snapshot()), restored(before));
      assert.deepEqual((await api.call("GET", api.project)).json(), { label: { en: "A project" } });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("leaves what service accounts lost since it was made", async () => {
    const folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
    const file = join(folder, "backup.json");
    try {
      await newAccount(api, api.id);
      await backup("save", file);
      assert.equal((await api.call("DELETE", `${api.project}/service-accounts/ci`)).status, 204);
      const { revocations } = await api.snapshot();
      assert.equal(revocations.length, 1);
      await backup("restore", file, api.id);
      assert.deepEqual((await api.snapshot()).revocations, revocations);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("--help says how it is used", async () => {
    for (const option of ["--help", "-h"]) {
      const { stdout } = await run(process.execPath, [SCRIPT, option], { env: {} });
      assert.match(stdout, /^usage: node scripts\/backup.mjs save \[--force\] FILE\n/);
    }
  });

  test("says what is wrong", async () => {
    const folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
    const file = join(folder, "backup.json");
    const other = join(folder, "other.json");
    await writeFile(other, "{}");
    const right = {
      GATEWAY_URL: api.gateway.doorUrl,
      ADMIN_TOKEN: ADMIN.authorization.replace("Bearer ", ""),
    };
    const none = "http://127.0.0.1:1";
    for (const [args, variables, code, message] of [
      [[], right, 2, "no command"],
      [["safe", file], right, 2, "no such command: safe"],
      [["save"], right, 2, "no FILE"],
      [["save", file, "p1"], right, 2, "`save` saves all projects and takes no names"],
      [["save", file], { ...right, GATEWAY_URL: "" }, 2, "GATEWAY_URL is not set"],
      [["save", file], { ...right, GATEWAY_URL: "api" }, 2, "GATEWAY_URL=api is not an http(s) URL"],
      [["save", file], { ...right, ADMIN_TOKEN: "" }, 2, "ADMIN_TOKEN is not set"],
      [["save", file], { ...right, GATEWAY_URL: none }, 1, `${none} cannot be reached: `],
      [["save", file], { ...right, ADMIN_TOKEN: "x" }, 1, `${right.GATEWAY_URL} does not accept ADMIN_TOKEN`],
      [
        ["save", file],
        { ...right, GATEWAY_URL: api.origin.url },
        1,
        `${api.origin.url} has no management API`,
      ],
      [["save", join(folder, "none/backup.json")], right, 1, "ENOENT: "],
      [["restore", file], right, 1, `${file} cannot be read: ENOENT`],
      [["save", other], right, 1, `${other} exists; name another file, or replace it with --force`],
      [["restore", "--force", file], right, 2, "`restore` has no --force"],
      [["restore", other], right, 1, `${other} is not a backup`],
    ]) {
      const env = { ...process.env, ...variables };
      await assert.rejects(run(process.execPath, [SCRIPT, ...args], { env }), (error) => {
        assert.equal(error.code, code, `${args} ${error.stderr}`);
        assert.ok(error.stderr.startsWith(`backup: ${message}`), error.stderr);
        assert.equal(error.stderr.includes("usage:"), code === 2);
        return true;
      });
    }
    assert.equal(await readFile(other, "utf8"), "{}");
    const env = { ...process.env, ...right };
    const { stdout } = await run(process.execPath, [SCRIPT, "save", "--force", other], { env });
    assert.match(stdout, /^saved /);
    assert.ok(JSON.parse(await readFile(other, "utf8")).projects);
    await rm(folder, { recursive: true, force: true });
  });
});
