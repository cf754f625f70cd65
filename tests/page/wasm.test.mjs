// The inspector's wasm: what it offers, and that nothing makes it trap.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { generator } from "../e2e/random.mjs";
import { publicJwk, sign } from "../e2e/tokens.mjs";
import { certificate, pem } from "./pem.mjs";

const PKG = new URL("../../www/inspector/pkg/", import.meta.url);
const SEED = Number(process.env.SEED ?? 1);
const ROUNDS = 50_000;

const glue = await import(new URL("inspector.js", PKG));
const module = new WebAssembly.Module(readFileSync(new URL("inspector_bg.wasm", PKG)));
glue.initSync({ module });

const FUNCTIONS = [
  "check_discovery",
  "check_entries",
  "check_entries_response",
  "check_routes",
  "check_signature",
  "configuration_request",
  "dissect_token",
  "entries_request",
  "explain",
  "gateway_token",
  "keys_request",
  "match_roles",
  "read_credentials",
  "read_keys",
  "role_claims",
  "suggest_entry",
  "verify_token",
  "visible",
];

test("it exports its own functions and what the glue needs", () => {
  const names = WebAssembly.Module.exports(module).map((entry) => entry.name);
  const own = names.filter((name) => name !== "memory" && !name.startsWith("__") && !isClosure(name));
  assert.deepEqual(own.sort(), FUNCTIONS);
  const offered = Object.keys(glue).filter((name) => !["default", "initSync"].includes(name));
  assert.deepEqual(offered.sort(), FUNCTIONS);
});

test("the page's types have the signatures that wasm-bindgen generates", () => {
  const generated = read(new URL("inspector.js", PKG)).matchAll(
    /\/\*\*([^/]*)\*\/\nexport (?:async )?function (\w+)\((\w+)\)/g,
  );
  const signature = ([, docs, name, parameter]) => {
    const type = docs.match(new RegExp(`@param \\{(.*)\\} ${parameter}\n`))[1];
    return `export function ${name}(${parameter}: ${type}): ${docs.match(/@returns \{(.*)\}/)[1]};`;
  };
  const expected = [...generated].filter(([, , name]) => FUNCTIONS.includes(name)).map(signature);
  assert.equal(expected.length, FUNCTIONS.length);
  const types = read(new URL("../../inspector/page/src/pkg.d.ts", import.meta.url));
  assert.deepEqual(types.match(/export function .*/g).sort(), expected.sort());
});

const read = (url) => readFileSync(url, "utf8");

// wasm-bindgen names the shims of closures after the crate's types.
const isClosure = (name) => name.startsWith("wasm_bindgen__") || name.startsWith("wasm_bindgen_");

test(`${ROUNDS} random and mutated inputs never trap`, async (context) => {
  const random = generator(SEED);
  const seeds = await seedInputs();
  const answers = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    const name = random.pick(FUNCTIONS);
    const input = mutated(random, random.pick(seeds[name]));
    let answer;
    try {
      answer = JSON.parse(await glue[name](input));
    } catch (error) {
      assert.fail(`seed ${SEED}, round ${round}: ${name}(${JSON.stringify(input)}): ${error.stack}`);
    }
    const kind = answer?.error === undefined ? name : `${name}: error`;
    answers[kind] = (answers[kind] ?? 0) + 1;
  }
  context.diagnostic(`seed ${SEED}: ${JSON.stringify(answers)}`);
  for (const name of FUNCTIONS) assert.ok(answers[name] > 0, `${name} was never reached`);
});

/** Inputs of each function that mean something. */
async function seedInputs() {
  const now = 1_700_000_000;
  const claims = { iss: "https://a.example", sub: "s", iat: now, exp: now + 60, roles: ["p1.access", 7] };
  const tokens = [
    await sign("rsa-1", { alg: "RS256", kid: "rsa-1", typ: "JWT" }, claims),
    await sign("ec256-1", { alg: "ES256", typ: "at+jwt" }, { ...claims, aud: ["a"], azp: "c", scp: "a b" }),
  ];
  const client = { client_id: "p1/ci", azp: "p1/ci", sub: "p1/ci", roles: ["p1.access"] };
  const own = { ...claims, iss: "https://a.example/auth" };
  const signed = (typ, claims) => sign("ec256-1", { alg: "ES256", typ }, { ...own, ...claims });
  const ownTokens = [
    await signed("at+jwt", { ...client, aud: "https://a.example" }),
    await signed("edge-assertion+jwt", { idp: "apps", project: "p1", aud: "insights", roles: ["access"] }),
  ];
  const revocations = JSON.stringify([{ id: "r1", subject: "s", issuedBefore: now }]);
  const entry = {
    ...{ id: "apps", iss: claims.iss, label: { en: "Apps" }, idClaim: "sub", allowedAzp: ["c"] },
    ...{ roleDetection: "CLAIM", rolesClaim: "roles", roleTemplate: "{project}.{roleName}" },
  };
  const routes = {
    origins: { o: { url: "http://127.0.0.1:9000" } },
    routes: [{ path: "/api/{project}/{*rest}", origin: "o", access: { GET: ["access"] } }],
  };
  const keys = [publicJwk("rsa-1"), publicJwk("ec256-1"), { kty: "oct", k: "AA" }];
  const request = { method: "GET", path: "/api/p1/x", project: "p1", now, skew: 30 };
  const world = { routes: JSON.stringify(routes), keys: { [claims.iss]: { keys } } };
  const idps = [JSON.stringify({ ...entry, allowedAzp: null }), JSON.stringify(entry)];
  const vectors = readdirSync(new URL("../vectors/", import.meta.url)).map((file) =>
    JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url))),
  );
  const json = (values) => values.map((value) => JSON.stringify(value));
  const configuration = JSON.stringify({ issuer: claims.iss, jwks_uri: "https://a.example/keys" });
  return {
    read_credentials: [...tokens, `Authorization: Bearer ${tokens[0]}`, "Basic YTpi", JSON.stringify(claims)],
    dissect_token: tokens,
    gateway_token: ownTokens,
    visible: ["me\u202e", JSON.stringify(claims)],
    explain: json([
      ...[...tokens, ...ownTokens].map((token) => ({ ...request, ...world, idps, revocations: "", token })),
      ...vectors.map(({ token }) => ({ ...request, ...world, idps, revocations, claims: token.claims })),
    ]),
    read_keys: [
      ...json([keys, { keys }, ...keys]),
      ...["rsa-1", "ec256-1"].flatMap((name) => [pem(name), certificate(name)]),
    ],
    verify_token: json(tokens.map((token) => ({ token, keys }))),
    check_entries: json([idps, [JSON.stringify(entry), "{"], ...vectors.map(entriesOf)]),
    check_routes: [world.routes, JSON.stringify({ ...routes, routes: [{ path: "/{a}/{b}", public: 1 }] })],
    configuration_request: [claims.iss, "https://a.example/realms/r/"],
    keys_request: json([{ issuer: claims.iss, configuration }]),
    check_discovery: json([{ issuer: claims.iss, configuration, keySet: JSON.stringify({ keys }) }]),
    entries_request: json([{ project: "p1" }, { project: "p1", token: tokens[0] }]),
    check_entries_response: json([
      { project: "p1", status: 200, body: "[]" },
      { project: "p1", status: 401, body: '{"code":"token_expired"}' },
    ]),
    role_claims: json([claims, ...vectors.map(({ token }) => token.claims)]),
    match_roles: json([{ template: "{project}.{roleName}", project: "p1", values: ["p1.a", "b"] }]),
    suggest_entry: json([
      ...tokens.map((token) => ({ token, project: "p1" })),
      ...vectors.map(({ token }) => ({ claims: token.claims, project: "plant7" })),
    ]),
    check_signature: json([{ algorithm: "RS256", jwk: keys[0], input: "YWJj", signature: "YWJj" }]),
  };
}

const entriesOf = ({ projects }) => Object.values(projects)[0].map((entry) => JSON.stringify(entry));

function mutated(random, input) {
  let text = input;
  switch (random.below(8)) {
    case 0:
      return random.text(200);
    case 1:
      return text.slice(0, random.below(text.length));
    case 2:
      // A token is mutated in what it says, not in its base64.
      if (text.startsWith("ey")) {
        const parts = text.split(".");
        const part = random.below(2);
        parts[part] = Buffer.from(random.mutate(Buffer.from(parts[part], "base64url").toString())).toString(
          "base64url",
        );
        return parts.join(".");
      }
      return text.replace(/"[^"]*"(?=[,}\]])/, () =>
        random.pick(["null", "1e400", "[]", "{}", "true", '"\\ud800"', '""']),
      );
    case 3:
      return "[".repeat(random.below(100_000));
    case 4:
      return text;
    default:
      for (let count = 1 + random.below(3); count > 0; count -= 1) text = random.mutate(text);
      return text;
  }
}
