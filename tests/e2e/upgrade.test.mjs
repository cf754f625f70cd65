// What earlier releases stored in objects is taken over: nothing is lost, and all of it goes on.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeEarlier } from "./earlier.mjs";
import { send, startGateway } from "./gateway.mjs";
import { workersOnly } from "./hosts.mjs";
import { startIssuer } from "./issuer.mjs";
import { ADMIN, BASE } from "./fixture-management.mjs";
import { until } from "./own-issuer.mjs";
import { ENTRY, bearer } from "./project.mjs";

const ROUTES = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];
const LABEL = { en: 'A "label" with \\ and ü', de: "\u0001" };

describe("an upgrade", { skip: workersOnly("objects") }, () => {
  let issuer, folder, gateway, owner, seen;

  const start = async () => {
    const hosts = { INSECURE_ISSUER_HOSTS: new URL(issuer.url).host };
    const bindings = { ADMIN_TOKEN: ADMIN.authorization.replace("Bearer ", ""), ...hosts };
    gateway = await startGateway({ bindings, persist: folder });
  };
  const call = async (method, path, body, headers = ADMIN) => {
    const json = { "content-type": "application/json", ...headers };
    return send(gateway.url, BASE + path, { method, headers: json, body: body && JSON.stringify(body) });
  };
  const made = async (...parameters) => {
    const answer = await call(...parameters);
    assert.ok(answer.status < 300, answer.text);
    return answer;
  };
  const PATHS = ["", "/custom-idp", "/custom-idp-order", "/custom-idp/idp/keys", "/audit-log"];
  /** What callers see of the project `old`, of the routes and of the list. */
  const read = async () => {
    const paths = PATHS.map((path) => `/projects/old${path}`);
    const all = ["/gateway", "/gateway/audit-log", "/projects", "/projects/gone/audit-log", ...paths];
    const answers = await Promise.all(all.map((path) => made("GET", path)));
    const owned = await made("GET", "/projects/old/audit-log", undefined, owner);
    return [...answers, owned].map(({ headers, text }) => [headers.etag, text]);
  };

  before(async () => {
    issuer = await startIssuer();
    owner = await bearer({ iss: issuer.url, azp: "owner-app" });
    folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
    await start();
    // The issuer answers anything, so it may be the origin, too.
    await made("PUT", "/gateway", { origins: { origin: { url: issuer.url } }, routes: ROUTES });
    for (const project of ["old", "gone"]) {
      await made("PUT", `/projects/${project}`, {});
      await made("DELETE", `/projects/${project}`);
    }
    await made("PUT", "/projects/old", { label: LABEL });
    const entry = { ...ENTRY, iss: issuer.url, label: LABEL };
    await made("POST", "/projects/old/custom-idp", entry);
    const owners = { ...entry, id: "owners", allowedAzp: ["owner-app"], definedRoles: ["owner"] };
    await made("POST", "/projects/old/custom-idp", owners);
    await made("PUT", "/projects/old/custom-idp-order", ["owners", "idp"]);
    await made("PUT", "/projects/old/custom-idp/idp/keys/distrusted/distrust");
    await made("POST", "/projects/old/custom-idp?dryRun=true", {
      ...entry,
      id: "new",
      iss: `${issuer.url}/x`,
    });
    assert.equal((await call("DELETE", "/projects/old/custom-idp/none")).status, 404);
    seen = await read();
    await gateway.close();
    // Two projects, the issuer and the registry.
    assert.equal(makeEarlier(folder), 4);
    await start();
  });

  after(async () => {
    for (const server of [gateway, issuer]) await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("shows projects, routes and logs as they were", async () => {
    assert.deepEqual(await read(), seen);
  });

  test("goes on from the versions, and publishes them", async () => {
    const version = async (key) => JSON.parse(await gateway.get("CONFIG", key)).version;
    const [before, routes] = [await version("project/old"), await version("gateway")];
    await made("DELETE", "/projects/old/custom-idp/idp/keys/distrusted/distrust", undefined, owner);
    assert.equal(await version("project/old"), before + 1);
    await made("PUT", "/gateway", { origins: { origin: { url: issuer.url } }, routes: ROUTES });
    assert.equal(await version("gateway"), routes + 1);
    const [latest] = (await made("GET", "/projects/old/audit-log")).json().items;
    assert.ok(latest.change.trust_key);
    const user = await bearer({ iss: issuer.url, azp: "user-app" });
    assert.equal((await send(gateway.url, "/api/old/x", { headers: user })).status, 200);
  });

  test("knows the issuers that projects name", async () => {
    await made("DELETE", "/projects/old");
    await until("the keys are removed", async () => (await gateway.get("JWKS", issuer.url)) === null);
  });
});
