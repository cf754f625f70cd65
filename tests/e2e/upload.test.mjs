// Uploads by curl, which asks by `Expect: 100-continue` whether it may send more than a megabyte.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { startGateway } from "./gateway.mjs";
import { startTestOrigin } from "./origin.mjs";
import { bearer, kvFixture } from "./project.mjs";

const run = promisify(execFile);
const MB = 1024 * 1024;
const ROUTES = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];

describe("uploads by curl", () => {
  let folder, origin, gateway, authorization;

  before(async () => {
    await run("curl", ["--version"]).catch(() => assert.fail("curl is missing: install it"));
    folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
    origin = await startTestOrigin();
    gateway = await startGateway(kvFixture(origin.url, ROUTES));
    ({ authorization } = await bearer());
  });

  after(async () => {
    for (const server of [gateway, origin]) await server?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const megabytes of [2, 100]) {
    for (const door of ["url", "doorUrl"]) {
      test(`${megabytes} MB arrive whole at the gateway's ${door}`, async () => {
        const file = join(folder, String(megabytes));
        await writeFile(file, Buffer.alloc(megabytes * MB, "x"));
        const target = `${gateway[door]}/api/p1/upload`;
        const headers = ["-H", `Authorization: ${authorization}`, "-H", "Expect: 100-continue"];
        const options = ["--http1.1", "-sS", "--max-time", "60", "-w", "\n%{http_code}"];
        const { stdout } = await run("curl", [...options, ...headers, "--data-binary", `@${file}`, target]);
        assert.deepEqual(stdout.split("\n"), [String(megabytes * MB), "200"]);
      });
    }
  }
});
