// Two planes: clients reach the control plane through the edge only, and only with requests of their own.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import { unstable_readConfig as readConfig } from "wrangler";
import { close, listen } from "../../demo/origin.mjs";
import { ADMIN, BASE } from "./fixture-management.mjs";
import { send, sendRaw, startGateway } from "./gateway.mjs";
import { workersOnly } from "./hosts.mjs";
import { bearer, kvFixture } from "./project.mjs";

const ROUTE = { path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } };
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

describe("how the two workers are deployed", { skip: workersOnly("workers") }, () => {
  const edge = readConfig({ config: `${ROOT}wrangler.toml` });
  const control = readConfig({ config: `${ROOT}control/wrangler.toml` });

  test("the control plane has no address", () => {
    assert.equal(control.workers_dev, false);
    assert.equal(control.preview_urls, false);
    assert.deepEqual([control.routes, control.route].filter(Boolean).flat(), []);
  });

  test("the edge reaches it by two entrypoints, and has no objects and no files", () => {
    assert.deepEqual(edge.services, [
      { binding: "CONTROL", service: control.name },
      { binding: "CONTROL_QUESTIONS", service: control.name, entrypoint: "Questions" },
    ]);
    assert.deepEqual(edge.durable_objects.bindings, []);
    assert.deepEqual(edge.migrations, []);
    assert.equal(edge.assets, undefined);
  });

  test("both have the same KV and the same values of the variables that both read", () => {
    assert.deepEqual(edge.kv_namespaces, control.kv_namespaces);
    const { MAIL_HOOK_URL, PUBLIC_URL, ...common } = control.vars;
    assert.deepEqual([MAIL_HOOK_URL, PUBLIC_URL], ["", ""]);
    assert.deepEqual(edge.vars, common);
    assert.equal(edge.compatibility_date, control.compatibility_date);
  });
});

describe("what a client sends", () => {
  const QUESTION = JSON.stringify({ Published: "p1" });
  let origin, gateway, headers;

  before(async () => {
    // An origin that answers as the control plane does after a change.
    origin = createServer((_request, response) => response.setHeader("x-changed", QUESTION).end("{}"));
    await listen(origin, 0);
    headers = await bearer();
    const { config, jwks } = kvFixture(`http://127.0.0.1:${origin.address().port}`, [ROUTE]);
    const bindings = { ADMIN_TOKEN: ADMIN.authorization.replace("Bearer ", ""), CONFIG_TTL_SECONDS: "3600" };
    gateway = await startGateway({ config, jwks, bindings, hasSecond: true });
  });

  after(async () => {
    await gateway?.close();
    await close(origin);
  });

  const call = (url, method, path, body, more = {}) => {
    const json = { ...ADMIN, "content-type": "application/json", ...more };
    return send(url, BASE + path, { method, headers: json, body: body && JSON.stringify(body) });
  };

  /** Waits for the line of a management request. */
  const loggedPath = async (path) => {
    const isLine = (line) => line.includes('"event":"management"') && JSON.parse(line).path === path;
    while (!gateway.lines.some(isLine)) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  test("is no question of the edge, whatever path and headers it has", async () => {
    const forged = {
      "x-changed": QUESTION,
      "x-entrypoint": "Questions",
      "cf-worker": "edge-authorizer",
      "cf-ew-via": "Questions",
      "mf-custom-service": "Questions",
      "mf-original-url": "https://object/",
      "content-type": "application/json",
    };
    const paths = [
      "/",
      "/Questions",
      "/?https%3A%2F%2Fobject%2F",
      "/inspector/",
      "/openapi.json",
      BASE,
      `${BASE}/`,
    ];
    for (const path of paths) {
      for (const method of ["GET", "POST"]) {
        const body = method === "POST" ? QUESTION : undefined;
        const answer = await send(gateway.url, path, { method, headers: forged, body });
        assert.ok(!/^\{"(version|record)"/.test(answer.text), `${method} ${path}`);
        assert.equal(answer.headers["x-changed"], undefined);
        if (method === "POST") assert.ok([404, 405].includes(answer.status), `${path}: ${answer.status}`);
      }
    }
    const absolute = `POST https://object/ HTTP/1.1\r\nhost: object\r\ncontent-length: ${QUESTION.length}\r\nconnection: close\r\n\r\n`;
    assert.match(
      await sendRaw(gateway.url, absolute + QUESTION),
      /^HTTP\/1\.1 404 [^]*"code":"route_not_found"/,
    );
  });

  test("arrives with its target as it was sent", async () => {
    for (const [path, code] of [
      [`${BASE}/projects/../projects`, "path_ambiguous"],
      [`${BASE}/projects%2fp1`, "path_ambiguous"],
      [`${BASE}/projects/p1?dryRun=%74rue&x=%25`, "parameter_invalid"],
      [`${BASE}/nothing?${BASE}/projects`, "not_found"],
    ]) {
      const answer = await send(gateway.url, path, { headers: ADMIN });
      assert.equal(answer.json().code, code, path);
      await loggedPath(path.split("?")[0]);
    }
    const file = await send(gateway.url, `/openapi.json?${BASE}/projects`);
    assert.ok(file.json().openapi);
  });

  const skip = workersOnly("shared");

  test(
    "has no effect on what the edge knows, nor has an origin's answer; a change has",
    { skip },
    async () => {
      const use = (url, more = {}) => send(url, "/api/p1/x", { headers: { ...headers, ...more } });
      assert.equal((await use(gateway.url)).status, 200);
      // The project that KV had from elsewhere is made and deleted by way of the other edge.
      assert.equal((await call(gateway.secondUrl, "PUT", "/projects/p1", {})).status, 201);
      assert.equal((await call(gateway.secondUrl, "DELETE", "/projects/p1")).status, 204);
      for (const more of [{}, { "x-changed": QUESTION }]) {
        const answer = await use(gateway.url, more);
        assert.deepEqual([answer.status, answer.headers["x-changed"]], [200, QUESTION]);
        await call(gateway.url, "GET", "/projects", undefined, more);
        await send(gateway.url, "/healthz", { headers: more });
      }
      const made = await call(gateway.url, "PUT", "/projects/p1", {});
      assert.deepEqual([made.status, made.headers["x-changed"]], [201, undefined]);
      assert.equal((await use(gateway.url)).status, 401);
    },
  );
});
