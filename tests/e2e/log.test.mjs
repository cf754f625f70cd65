// Log lines: what they say of a request, and how long they are at most.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ADMIN, BASE } from "./fixture-management.mjs";
import { send, startGateway } from "./gateway.mjs";
import { differs } from "./hosts.mjs";
import { TRUSTED_PROXY } from "./node.mjs";
import { startTestOrigin } from "./origin.mjs";
import { bearer, ENTRY, kvFixture } from "./project.mjs";
import { keyRecord, publicJwk } from "./tokens.mjs";

const MAX_LINE = 8 * 1024;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("log lines", () => {
  let origin, gateway;

  before(async () => {
    origin = await startTestOrigin();
    const routes = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access", "r1"] } }];
    routes.push({ path: "/unset/{*rest}", origin: "unset", public: true });
    const secretHeader = { name: "X-Origin-Auth", secret: "MISSING" };
    const unset = { url: origin.url, secretHeader };
    const { config, jwks } = kvFixture(origin.url, routes, { unset });
    const claimed = { roleDetection: "CLAIM", rolesClaim: "roles", roleTemplate: "{roleName}" };
    const { definedRoles: _, ...entry } = ENTRY;
    config["project/roles"] = { version: 1, idps: [{ ...entry, ...claimed }] };
    const many = { ...ENTRY, iss: "https://many.example" };
    config["project/many"] = { version: 1, idps: [many] };
    const keys = ["ec256-1", "ec256-2"].map((name) => ({ ...publicJwk(name), kid: name + "k".repeat(250) }));
    jwks[many.iss] = keyRecord(keys);
    // Faults name their places, whose characters take six bytes each in JSON.
    const names = Array.from({ length: 40 }, (_, index) => `${index}${"\u0001".repeat(200)}`);
    const label = Object.fromEntries(names.map((name) => [name, 1]));
    config["project/faulty"] = { version: 1, idps: [{ ...ENTRY, label }] };
    gateway = await startGateway({ config, jwks, bindings: { ADMIN_TOKEN: ADMIN.authorization.slice(7) } });
  });

  after(async () => {
    for (const server of [gateway, origin]) await server?.close();
  });

  /** The line of a request, once it is there; a warning with its id is another one. */
  async function lineOf(path, options) {
    const { headers } = await send(gateway.url, path, options);
    const id = `"requestId":"${headers["x-request-id"]}"`;
    return until(() => gateway.lines.find((line) => line.includes(id) && line.includes('"method":')));
  }

  async function until(found) {
    for (const end = Date.now() + 10_000; Date.now() < end;) {
      const value = found();
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.fail("it is not in the log");
  }

  test("a line says who asked for what and what the origin answered", async () => {
    const client = { "cf-connecting-ip": "203.0.113.7" };
    const headers = { ...(await bearer()), ...client };
    for (const [path, options, expected] of [
      ["/api/p1/redirect?secret=1", { headers }, ["GET", "/api/p1/redirect", 302, null]],
      ["/api/p1/x", { headers, method: "PUT" }, ["PUT", "/api/p1/x", 200, null]],
      ["/api/p1/reset", { headers }, ["GET", "/api/p1/reset", null, "origin_unreachable"]],
      ["/api/p1/x?secret=1", { headers: client }, ["GET", "/api/p1/x", null, "token_missing"]],
    ]) {
      const line = JSON.parse(await lineOf(path, options));
      const { method, path: asked, originStatus, code, address, time } = line;
      assert.match(time, TIME);
      assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000, time);
      assert.deepEqual([method, asked, originStatus, code], expected);
      assert.equal(address, client["cf-connecting-ip"]);
    }
  });

  test("a line of the management API says who got what answer", async () => {
    const client = { "cf-connecting-ip": "203.0.113.7" };
    for (const [method, path, headers, expected] of [
      ["GET", "/projects", ADMIN, [200, null, "platform-admin"]],
      ["GET", "/projects?page=2", ADMIN, [400, "parameter_invalid", null]],
      ["GET", "/projects/p1/custom-idp", {}, [401, "token_missing", null]],
      ["GET", "/projects/unmade", ADMIN, [404, "not_found", "platform-admin"]],
    ]) {
      const options = { method, headers: { ...client, ...headers } };
      const line = JSON.parse(await lineOf(BASE + path, options));
      assert.deepEqual([line.status, line.code, line.actor], expected);
      assert.match(line.time, TIME);
      assert.equal(line.address, client["cf-connecting-ip"]);
    }
    const long = { headers: { "cf-connecting-ip": "x".repeat(10_000) } };
    // A node believes addresses alone, and names its proxy otherwise.
    const noAddress = differs("address", "x".repeat(64), TRUSTED_PROXY);
    assert.equal(JSON.parse(await lineOf(`${BASE}/projects`, long)).address, noAddress);
  });

  test("the line of a caller who is no owner says why", async () => {
    const path = `${BASE}/projects/p1/custom-idp`;
    const line = JSON.parse(await lineOf(path, { headers: await bearer() }));
    // The project is in KV only: the object that has the record knows none.
    assert.deepEqual([line.code, line.actor], ["token_untrusted", null]);
    assert.deepEqual(line.trace.at(-1), { step: "project", id: "p1", outcome: "unknown" });
  });

  test("a warning that explains an answer has its request's id", async () => {
    const answer = await send(gateway.url, "/unset/x");
    assert.equal(answer.status, 503);
    const id = answer.headers["x-request-id"];
    const { code, reason } = JSON.parse(answer.text);
    assert.equal(code, "config_unavailable");
    assert.equal(
      reason,
      "the gateway lacks a valid secret for this route's origin; its operator has to set it",
    );
    assert.doesNotMatch(answer.text, /MISSING|try again/);
    const lines = await until(() => {
      const lines = gateway.lines.filter((line) => line.includes(id)).map((line) => JSON.parse(line));
      return lines.length === 2 && lines;
    });
    const warning = lines.find(({ event }) => event === "not_forwarded");
    assert.match(warning.time, TIME);
    assert.deepEqual(
      [warning.subject, warning.reason, warning.requestId],
      ["/unset/{*rest}", "the secret `MISSING` is not set", id],
    );
  });

  test("a warning is at most 8 KiB", async () => {
    await send(gateway.url, "/api/faulty/x", { headers: await bearer() });
    const line = await until(() =>
      gateway.lines.find((line) => line.includes(`"subject":"CONFIG: project/faulty"`)),
    );
    const bytes = Buffer.byteLength(line);
    assert.ok(bytes > MAX_LINE / 2 && bytes <= MAX_LINE, `${bytes} bytes`);
    JSON.parse(line);
  });

  test("a line is at most 8 KiB, and says what was left out", async () => {
    const long = "x".repeat(12_000);
    const roles = (count) => Array.from({ length: count }, (_, number) => `r${number}`);
    for (const [what, path, options, cut] of [
      ["a path", `/api/p1/${long}`, { headers: await bearer() }, undefined],
      ["a path without a route", `/${long}`, {}, undefined],
      ["an issuer", "/api/p1/x", { headers: await bearer({ iss: `https://${long}` }) }, /x…"/],
      ["roles", "/api/roles/x", { headers: await bearer({ roles: roles(1500) }) }, /"… 1492 more"/],
      [
        "roles that are long",
        "/api/roles/x",
        { headers: await bearer({ roles: roles(90).map((r) => r + "-".repeat(100)) }) },
        /"omitted","count":/,
      ],
      ["a subject of wide characters", "/api/p1/x", { headers: await bearer({ sub: "😀".repeat(256) }) }],
      ["a subject to escape", "/api/p1/x", { headers: await bearer({ sub: "\u0001".repeat(256) }) }],
      ["a subject that reorders text", "/api/p1/x", { headers: await bearer({ sub: "\u202e".repeat(256) }) }],
      ["an address", "/api/p1/x", { headers: { "cf-connecting-ip": long } }, undefined],
      ["keys", "/api/many/x", { headers: await bearer({ iss: "https://many.example" }) }, undefined],
    ]) {
      const line = await lineOf(path, options);
      const bytes = Buffer.byteLength(line);
      assert.ok(bytes <= MAX_LINE, `${what}: ${bytes}`);
      assert.doesNotMatch(line, /[\u202e\u0001]/, what);
      const { trace } = JSON.parse(line);
      assert.ok(Array.isArray(trace), what);
      if (cut) assert.match(line, cut, what);
    }
  });
});
