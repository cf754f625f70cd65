// The table of the management API's behaviour, which the service passes in memory, against the built worker.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { BASE } from "./fixture-management.mjs";
import { send, startGateway } from "./gateway.mjs";
import { HOST } from "./hosts.mjs";
import { startIssuer } from "./issuer.mjs";
import { sign } from "./tokens.mjs";

// How a secret of an origin is set depends on the host.
const HOW_ON_NODE =
  "set it in `[secrets]` of the configuration file or as the environment variable `$1`, and restart the node";
const OF_WORKERS = readFileSync(new URL("../../service/tests/management.json", import.meta.url), "utf8");
const TEXT =
  HOST === "node"
    ? OF_WORKERS.replaceAll(/`npx wrangler secret put (\w+) -c wrangler\.toml`/g, HOW_ON_NODE)
    : OF_WORKERS;
const ADMIN_TOKEN = "the-admin-token-of-all-the-tests";
const PUBLIC_URL = "https://gateway.example.com";
const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
// Times in the table are those of a test's own clock, which begins here.
const TABLE_BEGAN = 1_800_000_000;
const IS_TIME = (value) => typeof value === "number" && value > 1.7e9;
const IS_TIME_TEXT = (value) => /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);

describe("the table of the management API", () => {
  let issuer, table, gateway;

  before(async () => {
    issuer = await startIssuer();
    table = JSON.parse(
      TEXT.replaceAll("https://issuer.example.com", issuer.url).replaceAll(
        /https:\/\/(i\d+)\.example\.com/g,
        `${issuer.url}/$1`,
      ),
    );
    gateway = await start();
  });

  after(async () => {
    for (const server of [gateway, issuer]) await server?.close();
  });

  /** A worker with routes and the project `p1`, which has owners and users. */
  async function start() {
    const bindings = {
      ADMIN_TOKEN,
      INSECURE_ISSUER_HOSTS: new URL(issuer.url).host,
      PUBLIC_URL,
      SEALING_KEY: "c2VhbGluZy1rZXktb2YtYWxsLXRoZS10ZXN0cy0wMDE",
    };
    const started = await startGateway({ bindings });
    for (const [method, path, document] of [
      ["PUT", "/gateway", table.documents.routes],
      ["PUT", "/projects/p1", { label: { en: "A project" } }],
      ["POST", "/projects/p1/custom-idp", table.documents.owners],
      ["POST", "/projects/p1/custom-idp", table.documents.users],
    ]) {
      const answer = await request(started, "admin", method, path, { body: JSON.stringify(document) });
      assert.equal(answer.status, 201, answer.text);
    }
    return started;
  }

  /** Tokens of service accounts by worker and caller: one that was made before a change is used after it. */
  const accountTokens = new Map();

  /** A token of a caller's service account, which gets one more secret, or is made if a case has not done so. */
  async function accountToken(worker, { client, roles }) {
    const key = `${worker.url} ${client}`;
    if (!accountTokens.has(key)) {
      const [project, id] = client.split("/");
      const base = project === "platform" ? "/service-accounts" : `/projects/${project}/service-accounts`;
      const post = (path, document) =>
        request(worker, "admin", "POST", path, { body: JSON.stringify(document) });
      let made = await post(`${base}/${id}/secrets`, { overlapSeconds: 60 });
      if (made.status === 404) made = await post(base, { id, label: { en: id }, roles });
      const { secret } = made.json();
      const answer = await send(worker.url, "/auth/token", {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: String(
          new URLSearchParams({ grant_type: "client_credentials", client_id: client, client_secret: secret }),
        ),
      });
      assert.equal(answer.status, 200, answer.text);
      accountTokens.set(key, answer.json().access_token);
    }
    return accountTokens.get(key);
  }

  async function authorizationOf(worker, name) {
    const { authorization, claims, account } = table.callers[name];
    if (account) return `Bearer ${await accountToken(worker, account)}`;
    if (authorization) return authorization.replace("{admin}", ADMIN_TOKEN);
    if (!claims) return undefined;
    const { age = 0, ...others } = claims;
    const now = Math.floor(Date.now() / 1000) - age;
    const times = { iat: now, exp: now + (age ? 60 : 600) };
    const header = { alg: "ES256", kid: "ec256-1", typ: "JWT" };
    const all = { iss: issuer.url, sub: "someone", ...times, ...others };
    return `Bearer ${await sign("ec256-1", header, all)}`;
  }

  async function request(
    worker,
    caller,
    method,
    path,
    { body, headers = {}, type = "application/json" } = {},
  ) {
    const authorization = await authorizationOf(worker, caller);
    const all = { "cf-connecting-ip": "203.0.113.7", ...headers };
    if (authorization) all.authorization = authorization;
    if (body !== undefined && type) all["content-type"] = type;
    return send(worker.url, BASE + path, { method, headers: all, body });
  }

  const codeOf = ({ status, text }) => `${status} ${text ? JSON.parse(text).code : ""}`;

  test("each endpoint has its methods", async () => {
    for (const { path, methods } of table.endpoints) {
      for (const method of METHODS.filter((method) => !methods.includes(method))) {
        const answer = await request(gateway, "admin", method, path);
        assert.deepEqual(
          [answer.status, answer.headers.allow],
          [405, methods.join(", ")],
          `${method} ${path}`,
        );
      }
    }
  });

  test("each caller may use what is theirs", async () => {
    for (const { path, methods, is_owned: isOwned } of table.endpoints) {
      for (const [name, caller] of Object.entries(table.callers)) {
        const expected = isOwned ? caller.project : caller.platform;
        for (const method of expected ? methods.filter((method) => method !== "HEAD") : []) {
          assert.equal(
            codeOf(await request(gateway, name, method, path)),
            expected,
            `${name}: ${method} ${path}`,
          );
        }
      }
    }
  });

  test("each endpoint knows its parameters", async () => {
    for (const { path, methods } of table.endpoints) {
      for (const method of methods.filter((method) => method !== "HEAD")) {
        for (const query of ["more=1", "dryrun=true", "dryRun=yes", "force=1"]) {
          const answer = await request(gateway, "admin", method, `${path}?${query}`);
          assert.equal(codeOf(answer), "400 parameter_invalid", `${method} ${path}?${query}`);
        }
      }
    }
  });

  test("each document is JSON of a limited size", async () => {
    for (const { path, documents = {} } of table.endpoints) {
      for (const [method, limit] of Object.entries(documents)) {
        for (const [type, body, expected] of [
          [null, "{}", "415 media_type_unsupported"],
          ["text/plain", "{}", "415 media_type_unsupported"],
          ["application/json", "{", "400 body_malformed"],
          ["application/json", '{"a":1,"a":2}', "400 body_malformed"],
          ["Application/JSON; charset=utf-8", '{"unknown":1}', "422 document_invalid"],
          ["application/json", `"${"x".repeat(limit * 1024)}"`, "413 body_too_large"],
        ]) {
          const answer = await request(gateway, "admin", method, path, { body, type });
          assert.equal(codeOf(answer), expected, `${method} ${path}`);
          if (answer.status === 413) assert.equal(answer.json().reason, `the limit is ${limit} KiB`);
        }
      }
    }
  });

  // What happens beside the requests is in the hands of the tests in memory: a case ends there.
  const cases = JSON.parse(TEXT).cases.filter(({ steps: [first] }) => !first.happens);
  for (const { name } of cases) {
    test(name, async (t) => {
      const { steps } = table.cases.find((other) => other.name === name);
      const worker = await start();
      t.after(() => worker.close());
      const names = { issuer: issuer.url, base: BASE, publicUrl: PUBLIC_URL };
      const began = Math.floor(Date.now() / 1000);
      const fill = (text) =>
        Object.entries(names).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), text);
      for (const [index, step] of steps.entries()) {
        if (step.happens) return;
        await runStep(worker, atTime(step, began), names, fill, `step ${index + 1}`);
      }
    });
  }

  async function runStep(worker, step, names, fill, place) {
    const [method, path] = step.send.split(" ");
    let document = step.body;
    if (typeof document === "string" && table.documents[document])
      document = { ...table.documents[document], ...step.with };
    if (document?.token in table.callers) {
      const authorization = await authorizationOf(worker, document.token);
      document = { ...document, token: authorization.replace("Bearer ", "") };
    }
    const headers = Object.fromEntries(
      Object.entries(step.headers ?? {}).map(([name, value]) => [name, fill(value)]),
    );
    const body = document === undefined ? undefined : fill(JSON.stringify(document));
    const answer = await request(worker, step.by ?? "admin", method, fill(path), { body, headers });
    const found = answer.text ? JSON.parse(answer.text) : null;
    const code = answer.status >= 400 ? found?.code : undefined;
    assert.deepEqual([answer.status, code], [step.status, step.code], `${place}: ${answer.text}`);
    for (const [name, value] of Object.entries(step.answerHeaders ?? {})) {
      if (value === "*") assert.ok(answer.headers[name], `${place}: ${name}`);
      // Time passes between two steps here.
      else if (name === "retry-after") assert.ok(Number(answer.headers[name]) <= Number(value), place);
      else assert.equal(answer.headers[name], value === null ? undefined : fill(value), `${place}: ${name}`);
    }
    if (step.answer !== undefined) {
      assert.ok(includes(found, JSON.parse(fill(JSON.stringify(step.answer)))), `${place}: ${answer.text}`);
    }
    for (const [name, header] of Object.entries(step.save ?? {})) {
      // Targets are below the base.
      names[name] = answer.headers[header].replace(BASE, "");
    }
  }
});

/** A step whose body has the times of a case that began at `began`. */
const atTime = (step, began) => ({ ...step, body: shifted(step.body, began - TABLE_BEGAN) });

function shifted(value, seconds) {
  if (IS_TIME(value)) return value + seconds;
  if (Array.isArray(value)) return value.map((one) => shifted(one, seconds));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shifted(one, seconds)]));
}

/** Whether a value is as expected: an object has at least the expected members, a list the same elements. */
function includes(found, expected) {
  if (IS_TIME(expected)) return IS_TIME(found);
  if (IS_TIME_TEXT(expected)) return IS_TIME_TEXT(found);
  if (Array.isArray(expected)) {
    return (
      Array.isArray(found) &&
      found.length === expected.length &&
      expected.every((one, index) => includes(found[index], one))
    );
  }
  if (expected !== null && typeof expected === "object") {
    return (
      found !== null &&
      typeof found === "object" &&
      Object.entries(expected).every(([name, value]) => includes(found[name] ?? null, value))
    );
  }
  // The id of a request is drawn.
  if (expected === "0…") return typeof found === "string";
  if (typeof expected === "string" && expected.endsWith("…")) return found?.startsWith(expected.slice(0, -1));
  return found === expected;
}
