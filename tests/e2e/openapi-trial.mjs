// The API tried out by its own description: by schemathesis, as one of those who may use it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { ADMIN, BASE } from "./fixture-management.mjs";
import { peopleFixture } from "./people.mjs";
import { startRecordingProxy } from "./recording-proxy.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DESCRIPTION = JSON.parse(await readFile(`${ROOT}www/openapi.json`, "utf8"));
const EXAMPLES = DESCRIPTION.components.examples;

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

/** When a trial counts as hanging, in milliseconds. It takes about two minutes and a half. */
const LIMIT = 500_000;

/**
 * Tests that the worker does as it says to `who`, whose token is of the security scheme `scheme`; without one, to nobody in
 * particular. `parameters` are schemathesis's.
 */
export function testTrial(who, scheme, parameters) {
  const api = peopleFixture({ JWKS_COOLDOWN_SECONDS: "1" });

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
