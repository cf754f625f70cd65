// How long access tokens work after their account lost access: at the edge through which the change was made, at another edge in
// the same process, and at one in another process of the runtime, which shares nothing but KV's storage.
//
// node tests/abuse/withdrawal.mjs [--ttl 30] [--rounds 3]
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ADMIN, BASE } from "../e2e/fixture-management.mjs";
import { send, startGateway } from "../e2e/gateway.mjs";
import { startTestOrigin } from "../e2e/origin.mjs";
import { gatewayPids } from "../e2e/processes.mjs";
import { basic, GRANT, newAccount, requestToken } from "../e2e/service-account.mjs";

const { ttl, rounds } = parseArgs({
  options: { ttl: { type: "string", default: "30" }, rounds: { type: "string", default: "3" } },
}).values;
const POLL_MS = 100;
/** The bound of the design, in milliseconds: what an edge keeps, and what KV may. */
const BOUND_MS = (Number(ttl) + 60) * 1000;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const folder = await mkdtemp(join(tmpdir(), "withdrawal-"));
await mkdir(join(folder, "first/kv"), { recursive: true });
await mkdir(join(folder, "other"));
await symlink(join(folder, "first/kv"), join(folder, "other/kv"));
const origin = await startTestOrigin();
const bindings = { ADMIN_TOKEN: ADMIN.authorization.replace("Bearer ", ""), CONFIG_TTL_SECONDS: ttl };
const first = await startGateway({ bindings, persist: join(folder, "first"), hasSecond: true });
const other = await startGateway({ bindings, persist: join(folder, "other") });
const EDGES = {
  "where it was made": first.url,
  "another isolate": first.secondUrl,
  "another process": other.url,
};

async function call(method, path, body) {
  const headers = { ...ADMIN, ...(body && { "content-type": "application/json" }) };
  const answer = await send(first.url, BASE + path, { method, headers, body: body && JSON.stringify(body) });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer;
}

const ROLES = ["access", "data_provider"];
const DOCUMENT = { label: { en: "CI" }, roles: ROLES };
/** What takes access away, by an account's path and its first secret. */
const CHANGES = {
  "secret removed": (path, secretId) => call("DELETE", `${path}/secrets/${secretId}`),
  disabled: (path) => call("PUT", path, { ...DOCUMENT, disabled: true }),
  "role taken": (path) => call("PUT", path, { ...DOCUMENT, roles: ["data_provider"], disabled: false }),
  deleted: (path) => call("DELETE", path),
};

const routes = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];
await call("PUT", "/gateway", { origins: { origin: { url: origin.url } }, routes });
const use = async (url, project, token) =>
  (await send(url, `/api/${project}/x`, { headers: { authorization: `Bearer ${token}` } })).status;

/** Makes a change in a project of its own, and polls all edges with a token from before. */
async function measure(project, change) {
  await call("PUT", `/projects/${project}`, {});
  const api = { call: (...parameters) => call(...parameters) };
  const { client, secret, secretId } = await newAccount(api, project, { roles: ROLES });
  const authorization = basic(client, secret);
  const token = (await requestToken(first.url, GRANT, { authorization })).json().access_token;
  for (const url of Object.values(EDGES)) {
    while ((await use(url, project, token)) !== 200) await pause(POLL_MS);
  }
  // At no special moment of what the edges keep.
  for (const end = Date.now() + Math.random() * Number(ttl) * 1000; Date.now() < end; await pause(POLL_MS)) {
    await Promise.all(Object.values(EDGES).map((url) => use(url, project, token)));
  }
  await change(`/projects/${project}/service-accounts/ci`, secretId);
  const changed = Date.now();
  const next = (await requestToken(first.url, GRANT, { authorization })).status;
  const times = await Promise.all(
    Object.values(EDGES).map(async (url) => {
      while ((await use(url, project, token)) === 200) await pause(POLL_MS);
      return Date.now() - changed;
    }),
  );
  return { next, times };
}

const results = Object.fromEntries(Object.keys(CHANGES).map((name) => [name, []]));
for (let round = 0; round < Number(rounds); round += 1) {
  await Promise.all(
    Object.entries(CHANGES).map(async ([name, change], index) => {
      results[name].push(await measure(`p${round}-${index}`, change));
    }),
  );
}
console.log(`CONFIG_TTL_SECONDS=${ttl}, ${gatewayPids().length} processes; bound ${BOUND_MS / 1000} s`);
let isLate = false;
for (const [name, measured] of Object.entries(results)) {
  const next = [...new Set(measured.map(({ next }) => next))].join(", ");
  const worst = Object.keys(EDGES).map((edge, index) => {
    const all = measured.map(({ times }) => times[index]).sort((a, b) => a - b);
    isLate ||= all.at(-1) > BOUND_MS;
    return `${edge} ${all.map((time) => (time / 1000).toFixed(1)).join(" ")} s`;
  });
  console.log(`${name}: next request for a token ${next}; tokens refused after: ${worst.join("; ")}`);
}
for (const server of [first, other, origin]) await server.close();
await rm(folder, { recursive: true, force: true });
process.exit(isLate ? 1 : 0);
