// The API's description: that it is served, that it says all and nothing else, and that the worker does what it says.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";
import { ADMIN, BASE } from "./fixture-management.mjs";
import { send } from "./gateway.mjs";
import { peopleFixture } from "./people.mjs";
import { startRecordingProxy } from "./recording-proxy.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DESCRIPTION = JSON.parse(await readFile(`${ROOT}www/openapi.json`, "utf8"));
const EXAMPLES = DESCRIPTION.components.examples;

/** The codes by which only requests to origins and logins are refused. */
const DATA_PLANE = [
  "route_not_found",
  "cross_site",
  "session_unavailable",
  "origin_unreachable",
  "origin_timeout",
  "user_unknown",
  "email_unverified",
  "login_failed",
  "provider_unavailable",
];

/** The project of the description's examples. */
const PROJECT = "/projects/myproject";

/**
 * What no trial is sure to succeed in: a key is published for minutes before it signs, its id is no example's, the id of
 * a user is random, and there is no provider.
 */
const LATER = [
  "POST /issuer-keys/rotate",
  "DELETE /issuer-keys/{kid}",
  ...["GET", "HEAD", "PUT", "DELETE"].flatMap((method) => [
    `${method} /users/{userId}`,
    `${method} /projects/{project}/members/{userId}`,
    `${method} /federation`,
  ]),
  ...["GET", "HEAD", "DELETE"].map((method) => `${method} /users/{userId}/sessions`),
  "DELETE /users/{userId}/sessions/{sessionId}",
  "POST /users/{userId}/invitation",
  "POST /projects/{project}/members",
  "POST /federation/test",
].map((operation) => operation.replace(" ", ` ${BASE}`));

/** How long one trial may take, in milliseconds. */
const LIMIT = 230_000;

describe("the API's description", () => {
  const api = peopleFixture({ JWKS_COOLDOWN_SECONDS: "1" });

  test("it is served to everybody, by the worker and behind the front door", async () => {
    for (const url of [api.gateway.url, api.gateway.doorUrl]) {
      const answer = await send(url, "/openapi.json");
      assert.deepEqual(
        [answer.status, answer.headers["content-type"], answer.json()],
        [200, "application/json", DESCRIPTION],
      );
      const again = { headers: { "if-none-match": answer.headers.etag } };
      assert.equal((await send(url, "/openapi.json", again)).status, 304);
      const head = await send(url, "/openapi.json", { method: "HEAD" });
      assert.deepEqual([head.status, head.text, head.headers.etag], [200, "", answer.headers.etag]);
      for (const path of ["/openapi.json", "/healthz"]) {
        const post = await send(url, path, { method: "POST", body: "x" });
        assert.deepEqual([post.status, post.headers.allow], [405, "GET, HEAD"]);
      }
      assert.equal((await send(url, "/inspector/nothing")).status, 404);
      // Other files, and other spellings, are none of the worker's own.
      for (const path of [
        "/openapi.json/",
        "/%6fpenapi.json",
        "/index.html",
        "/inspector/../wrangler.toml",
      ]) {
        assert.equal((await send(url, path)).status, 404, path);
      }
    }
  });

  test("it has the codes of the API, each with its status, and no other", async () => {
    // tests/error_codes.rs keeps the list up to date.
    const list = JSON.parse(await readFile(`${ROOT}tests/error-codes.json`, "utf8"));
    const rows = list.map(({ code, status }) => [code, status]);
    assert.ok(rows.length > 25);
    const told = new Map();
    for (const { content } of Object.values(DESCRIPTION.components.responses)) {
      const problem = content?.["application/problem+json"]?.schema.allOf[1].properties;
      for (const code of problem?.code.enum ?? []) told.set(code, problem.status.const);
    }
    const expected = rows.filter(([code]) => !DATA_PLANE.includes(code));
    assert.deepEqual([...told].sort(), expected.sort());
  });

  test("it has the resources that docs/management-api.md lists, and the methods that the worker has", async () => {
    const page = await readFile(`${ROOT}docs/management-api.md`, "utf8");
    const rows = [...page.matchAll(/^\| `(\/[^`]*)` \| ([A-Z, ]+) \| (.*) \|$/gm)];
    const listed = rows.map(([, path, methods, who]) => [BASE + path, methods.split(", "), who.split(", ")]);
    const isOfApi = ([path]) => path.startsWith(BASE);
    const described = Object.entries(DESCRIPTION.paths)
      .filter(isOfApi)
      .map(([path, item]) => {
        const methods = Object.keys(item).filter((name) => !["parameters", "head"].includes(name));
        const who = Object.values(item)
          .flatMap(({ security }) => security ?? [])
          .flatMap(Object.keys);
        const names = { ownerToken: "owner", adminToken: "administrator" };
        const order = Object.keys(names)
          .filter((name) => who.includes(name))
          .map((name) => names[name]);
        return [path, methods.map((name) => name.toUpperCase()), order];
      });
    const sorted = (rows) => rows.map(([path, methods, who]) => [path, methods.sort(), who]).sort();
    assert.deepEqual(sorted(described), sorted(listed));

    for (const [path, { parameters: _, ...item }] of Object.entries(DESCRIPTION.paths)) {
      const answer = await send(api.gateway.url, path.replaceAll(/[{}]/g, ""), {
        method: "PATCH",
        headers: ADMIN,
      });
      const methods = Object.keys(item).map((method) => method.toUpperCase());
      assert.deepEqual([answer.status, answer.headers.allow], [405, methods.sort().join(", ")], path);
    }
  });

  for (const [who, scheme, parameters] of [
    ["the administrator", "adminToken", ["-n", 6]],
    ["an owner", "ownerToken", ["-n", 6, "--phases", "examples,fuzzing,stateful"]],
    [
      "nobody",
      undefined,
      ["-n", 5, "--phases", "examples,fuzzing", "--exclude-checks", "positive_data_acceptance"],
    ],
  ]) {
    test(`the worker does as it says, tried out by ${who}`, async (context) => {
      const owner = await api.bearer({ scp: "myproject.owner" });
      const prepare = async () => ({
        revocation: await restore(api, owner),
        secret: await secretOf(api, `${PROJECT}/service-accounts`, EXAMPLES.NewAccount.value),
        platformAccount: EXAMPLES.NewAccountOfPlatform.value.id,
        platformSecret: await secretOf(api, "/service-accounts", EXAMPLES.NewAccountOfPlatform.value),
      });
      await api.call("DELETE", PROJECT);
      const proxy = await startRecordingProxy({ ...api, description: DESCRIPTION, prepare });
      try {
        const { authorization } = { adminToken: ADMIN, ownerToken: owner }[scheme] ?? {};
        const credentials = authorization ? ["-H", `Authorization: ${authorization}`] : [];
        const { code, output } = await tryOut(`${proxy.url}/openapi.json`, [...parameters, ...credentials]);
        assert.equal(code, 0, output);

        const mayUse = ({ credentials }) => credentials.length === 0 || credentials.includes(scheme);
        const succeeded = ({ statuses }) => statuses.some((status) => status >= 200 && status < 300);
        const names = (operations) => operations.map(({ name }) => name);
        const operations = proxy.operations.filter(({ name }) => !LATER.includes(name));
        const requests = operations.flatMap(({ statuses }) => statuses).length;
        const [able, successful] = [operations.filter(mayUse), operations.filter(succeeded)];
        context.diagnostic(
          `${requests} requests; ${successful.length} of ${operations.length} operations saw a 2xx, ${able.length} can`,
        );
        assert.deepEqual(names(successful), names(able));
      } finally {
        await proxy.close();
      }
    });
  }
});

/**
 * Sees to it that there is the project of the description's examples, with its entries, a key that it distrusts and a
 * revocation, and that `owner` owns it. Gives the revocation's id.
 */
async function restore(api, owner) {
  const idps = ["ClaimIdp", "DefinedIdp"].map((name) => ({ ...EXAMPLES[name].value, iss: api.issuer.url }));
  const { kid } = EXAMPLES.SavedDistrust.value.distrusted;
  const snapshot = JSON.parse(await api.gateway.get("CONFIG", "project/myproject"));
  const isThere =
    idps.every(({ id }) => snapshot?.idps?.some((idp) => idp.id === id)) &&
    snapshot.distrustedKeys?.some((key) => key.kid === kid) &&
    snapshot.revocations?.length > 0;
  const path = `${PROJECT}/custom-idp`;
  const isOwned = isThere && (await api.call("GET", path, undefined, owner)).status === 200;
  if (isOwned) return snapshot.revocations[0].id;
  await api.call("DELETE", PROJECT);
  await api.call("PUT", PROJECT, {});
  for (const idp of idps) await api.call("POST", path, idp);
  await api.call("PUT", `${path}/${idps[0].id}/keys/${kid}/distrust`);
  const revoked = await api.call("POST", `${PROJECT}/revocations`, EXAMPLES.NewRevocation.value);
  return revoked.json().revocation.id;
}

/** Sees to it that there is a service account with a secret, and gives the secret's id. */
async function secretOf(api, path, account) {
  const found = await api.call("GET", `${path}/${account.id}`);
  const secretId = found.status === 200 && found.json().secrets[0]?.secretId;
  if (secretId) return secretId;
  const isThere = found.status === 200;
  const made = await (isThere
    ? api.call("POST", `${path}/${account.id}/secrets`, {})
    : api.call("POST", path, account));
  return made.json().secretId;
}

/** Tries the API out by the description at `url`; what was found is in the output. */
async function tryOut(url, parameters) {
  const folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
  try {
    const config = ["--config-file", `${ROOT}tests/e2e/schemathesis.toml`];
    const args = [...config, "run", url, ...parameters.map(String)];
    const child = spawn(`${ROOT}scripts/schemathesis.sh`, args, { cwd: folder, timeout: LIMIT });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    return { code, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
