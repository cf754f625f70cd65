// 100 000 random and mutated requests, from a seed: every answer is one of the table, and the worker lives on.
import assert from "node:assert/strict";
import { Agent, createServer, request } from "node:http";
import { test } from "node:test";
import { close, listen } from "../../demo/origin.mjs";
import { send, startGateway } from "./gateway.mjs";
import { startIssuer } from "./issuer.mjs";
import { ENTRY, bearer, kvFixture, token } from "./project.mjs";
import { generator } from "./random.mjs";

const COUNT = Number(process.env.FUZZ_COUNT ?? 100_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const CONNECTIONS = 48;
const ROUTES = [
  { path: "/api/{project}/{*rest}", origin: "origin", access: { GET: ["access"], POST: ["other"] } },
  { path: "/public/{*rest}", origin: "origin", public: true, cors: { origins: ["https://app.example"] } },
];
const STATUS_OF_CODE = {
  path_ambiguous: 400,
  request_invalid: 400,
  token_missing: 401,
  token_malformed: 401,
  token_expired: 401,
  token_not_yet_valid: 401,
  token_untrusted: 401,
  role_missing: 403,
  route_not_found: 404,
  method_not_allowed: 405,
};

test(`${COUNT} random and mutated requests`, async (context) => {
  const origin = createServer((incoming, response) =>
    incoming.resume().on("end", () => response.end("reached")),
  );
  // Longer than the gateway keeps connections: a request on one that is closed meanwhile is not sent again.
  origin.keepAliveTimeout = 60_000;
  await listen(origin, 0);
  const issuer = await startIssuer();
  const { config } = kvFixture(`http://127.0.0.1:${origin.address().port}`, ROUTES);
  config["project/p1"].idps = [{ ...ENTRY, iss: issuer.url }];
  const bindings = { INSECURE_ISSUER_HOSTS: new URL(issuer.url).host };
  const gateway = await startGateway({ config, bindings });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    const random = generator(SEED);
    const tokens = [
      await token({ iss: issuer.url }),
      await token({ iss: issuer.url, sub: "x".repeat(256) }),
      await token({ iss: issuer.url, roles: ["a", 1, null] }),
    ];
    const answers = {};
    let left = COUNT;
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        const sent = randomRequest(random, tokens);
        const answer = await exchange(gateway.url, agent, sent);
        const kind = judge(answer, sent);
        answers[kind] = (answers[kind] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
    context.diagnostic(`seed ${SEED}: ${JSON.stringify(answers)}`);
    for (const code of Object.keys(STATUS_OF_CODE)) assert.ok(answers[code] > 0, `no request led to ${code}`);
    assert.ok(answers["200"] > 0 && answers["204"] > 0);
    assert.doesNotMatch(gateway.log(), /Critical|Reinitializing|RuntimeError|panicked/);
    assert.equal(
      (await send(gateway.url, "/api/p1/x", { headers: await bearer({ iss: issuer.url }) })).status,
      200,
    );
  } finally {
    agent.destroy();
    await gateway.close();
    await issuer.close();
    await close(origin);
  }
});

/** What kind of answer it is; throws if the table has no such answer. */
function judge({ status, type, text }, sent) {
  if (status === 204 || (status === 200 && text === "reached")) return String(status);
  if (status === 200 && /^\/healthz(\?|#|$)/.test(sent.path)) return "healthz";
  const what = `${status} ${text} for ${JSON.stringify(sent)}`;
  // The answer to HEAD has no body that could say more.
  if (sent.method === "HEAD") {
    assert.ok(status === 200 || Object.values(STATUS_OF_CODE).includes(status), what);
    return "HEAD";
  }
  assert.equal(type, "application/problem+json", what);
  const { code } = JSON.parse(text);
  assert.equal(STATUS_OF_CODE[code], status, what);
  return code;
}

function exchange(url, agent, { method, path, headers, body }) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode, type: response.headers["content-type"], text });
      });
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function randomRequest(random, tokens) {
  const method = random.pick([
    "GET",
    "GET",
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "PATCH",
    "TRACE",
  ]);
  const headers = {};
  const authorization = randomAuthorization(random, tokens);
  if (authorization !== undefined) headers.authorization = authorization;
  if (random.chance(0.2))
    headers.origin = random.pick(["https://app.example", "null", "x", "https://evil.example"]);
  if (random.chance(0.2)) headers["access-control-request-method"] = random.pick(["GET", "x", ""]);
  if (random.chance(0.1))
    headers[random.pick(["x-auth-subject", "X_Auth_Roles", "x-custom"])] = random.text(20);
  if (random.chance(0.1)) headers.connection = "keep-alive";
  const body = method === "POST" && random.chance(0.5) ? random.text(50) : undefined;
  if (body !== undefined) headers["content-length"] = Buffer.byteLength(body);
  return { method, path: randomPath(random), headers, body };
}

function randomPath(random) {
  const parts = [
    "api",
    "p1",
    "public",
    "x",
    "..",
    ".",
    "%2e",
    "%2F",
    "a%20b",
    ";",
    "\\",
    "%",
    "%zz",
    "%ff",
    "",
    "p2",
    "é",
  ];
  let path = random.pick(["/api/p1/x", "/api/p1/x", "/public/x", "/api/p1/", "/healthz/", ""]);
  if (random.chance(0.4)) {
    for (let count = random.below(4); count > 0; count -= 1) path += `/${random.pick(parts)}`;
  }
  if (random.chance(0.1)) path = random.mutate(path);
  if (random.chance(0.1)) path += `?${random.text(10)}`;
  return path.startsWith("/") ? path : `/${path}`;
}

function randomAuthorization(random, tokens) {
  const token = random.pick(tokens);
  const parts = token.split(".");
  const json = (value) => Buffer.from(value).toString("base64url");
  const claims = Buffer.from(parts[1], "base64url").toString();
  switch (random.below(12)) {
    case 0:
      return undefined;
    case 1:
      return random.pick([
        "",
        "Bearer",
        "bearer ",
        "Basic eDp5",
        "Bearer x, Bearer y",
        "Bearer ..",
        "Bearer a.b.c",
      ]);
    case 2:
      return `Bearer ${random.mutate(token)}`;
    case 3:
      return `Bearer ${token.slice(0, random.below(token.length))}`;
    case 4:
      return `Bearer ${json(random.mutate('{"alg":"ES256","kid":"ec256-1"}'))}.${parts[1]}.${parts[2]}`;
    case 5:
      return `Bearer ${parts[0]}.${json(random.mutate(claims))}.${parts[2]}`;
    case 6:
      return `Bearer ${parts[0]}.${parts[1]}.${json(random.text(64))}`;
    case 7:
      return `Bearer ${parts[0]}.${json(claims.replace(/"exp":\d+/, '"exp":1'))}.${parts[2]}`;
    case 8:
      return `Bearer ${parts[0]}.${json(claims.replace(/"iat":\d+/, '"iat":9e9'))}.${parts[2]}`;
    default:
      return `Bearer ${token}`;
  }
}
