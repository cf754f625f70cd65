// Saves the routes and all projects to a file by the management API, and restores them from it.
import { readFile, stat, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const HELP = `usage: node scripts/backup.mjs save [--force] FILE
       node scripts/backup.mjs restore FILE [PROJECT…]

\`save\` writes the routes and all projects to FILE. A FILE that exists is replaced with --force only.
\`restore\` replaces the routes and every project in FILE, or, if projects are named, those projects only. Projects that
are not in FILE stay as they are.

Environment: GATEWAY_URL (https://api.example.com) and ADMIN_TOKEN.
Exit status: 0 done, 1 failed, or some projects were not restored, 2 wrong arguments or environment.`;

const BASE = "/project-management-service/v1";
const ATTEMPTS = 5;
/** How long a revocation matters, less an hour for clocks that differ. */
const REVOCATION_SECONDS = 30 * 86_400 - 3600;
/** A key id that can be a path segment as it is; other keys are named by their thumbprint. */
const PLAIN_ID = /^[\w.~-]+$/;

const isForced = process.argv.includes("--force");
const [command, file, ...names] = process.argv.slice(2).filter((argument) => argument !== "--force");
const { GATEWAY_URL, ADMIN_TOKEN } = process.env;

async function main() {
  if (["--help", "-h"].includes(command)) return console.log(HELP);
  const fault = usageFault();
  if (fault) {
    console.error(`backup: ${fault}\n\n${HELP}`);
    return 2;
  }
  if (command === "save") return save();
  return restore(await readBackup());
}

/** What is wrong with the arguments and the environment, if anything is. */
function usageFault() {
  if (!["save", "restore"].includes(command)) return command ? `no such command: ${command}` : "no command";
  if (!file) return "no FILE";
  if (command === "restore" && isForced) return "`restore` has no --force";
  if (command === "save" && names.length > 0) return "`save` saves all projects and takes no names";
  if (!GATEWAY_URL) return "GATEWAY_URL is not set";
  if (!URL.canParse(GATEWAY_URL) || !/^https?:$/.test(new URL(GATEWAY_URL).protocol)) {
    return `GATEWAY_URL=${GATEWAY_URL} is not an http(s) URL`;
  }
  if (!ADMIN_TOKEN) return "ADMIN_TOKEN is not set";
}

async function readBackup() {
  const text = await readFile(file, "utf8").catch((error) => {
    throw new Error(`${file} cannot be read: ${error.code}`);
  });
  try {
    const backup = JSON.parse(text);
    if (backup.projects && "gateway" in backup) return backup;
  } catch {
    // As for any other file that `save` has not written.
  }
  throw new Error(`${file} is not a backup`);
}

async function save() {
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  if (exists && !isForced) throw new Error(`${file} exists; name another file, or replace it with --force`);
  const projects = {};
  for (const id of await projectIds()) {
    const project = await readProject(id);
    // It was deleted meanwhile.
    if (project) projects[id] = project;
  }
  const backup = { gateway: (await read("/gateway")) ?? null, projects };
  // "wx": a file that has come to be meanwhile is not replaced either.
  const flag = isForced ? "w" : "wx";
  await writeFile(file, JSON.stringify(backup, null, 2) + "\n", { mode: 0o600, flag });
  const count = Object.keys(projects).length;
  console.log(
    `saved ${backup.gateway ? "the routes" : "no routes"} and ${count} ${count === 1 ? "project" : "projects"}`,
  );
}

async function projectIds() {
  const ids = [];
  for (let path = `${BASE}/projects`; path;) {
    const response = await send("GET", path);
    const page = response.ok && (await response.json().catch(() => undefined));
    if (!Array.isArray(page)) throw new Error(`${GATEWAY_URL} has no management API: check GATEWAY_URL`);
    ids.push(...page.map(({ id }) => id));
    path = response.headers.get("link")?.match(/^<(.*)>; rel="next"$/)?.[1];
  }
  return ids;
}

async function readProject(id) {
  const [project, idps] = [await read(`/projects/${id}`), await read(`/projects/${id}/custom-idp`)];
  if (!project || !idps) return undefined;
  const distrusted = [];
  for (const idp of idps) {
    const { keys } = (await read(`/projects/${id}/custom-idp/${idp.id}/keys`)) ?? { keys: [] };
    for (const { kid, thumbprint, distrusted: isDistrusted } of keys) {
      const key = PLAIN_ID.test(kid ?? "") ? kid : thumbprint;
      if (isDistrusted && key) distrusted.push({ idp: idp.id, key });
    }
  }
  const revocations = (await read(`/projects/${id}/revocations`)) ?? [];
  return { ...project, idps, distrusted, revocations };
}

async function restore({ gateway, projects }) {
  const unknown = names.find((name) => !projects[name]);
  if (unknown !== undefined) throw new Error(`${file} has no project \`${unknown}\``);
  if (names.length === 0 && gateway) await change("PUT", "/gateway", gateway);
  for (const id of names.length ? names : Object.keys(projects)) {
    try {
      await restoreProject(id, projects[id]);
      console.log(`restored ${id}`);
    } catch (error) {
      console.error(`not restored: ${id}: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

async function restoreProject(id, { label, idps, distrusted, revocations = [] }) {
  const path = `/projects/${id}`;
  await change("PUT", path, { label });
  await restoreRevocations(`${path}/revocations`, revocations);
  const present = new Set((await read(`${path}/custom-idp`)).map((idp) => idp.id));
  for (const idp of idps) {
    if (present.delete(idp.id)) await change("PUT", `${path}/custom-idp/${idp.id}?force=true`, idp);
    else await change("POST", `${path}/custom-idp?force=true`, idp);
  }
  for (const extra of present) await change("DELETE", `${path}/custom-idp/${extra}?force=true`);
  const order = idps.map((idp) => idp.id);
  await change("PUT", `${path}/custom-idp-order`, order);
  for (const { idp, key } of distrusted)
    await change("PUT", `${path}/custom-idp/${idp}/keys/${key}/distrust`);
}

/**
 * Before the entries, so that none accepts a revoked token meanwhile. Those whose time is over are not restored. Those of service
 * accounts stay: accounts are not restored, and what they lost since the backup was made stays lost.
 */
async function restoreRevocations(path, revocations) {
  const matching = ({ id: _, reason: __, ...named }) => JSON.stringify(Object.entries(named).sort());
  const wanted = new Map(revocations.map((revocation) => [matching(revocation), revocation]));
  for (const present of (await read(path)) ?? []) {
    const isKept = wanted.delete(matching(present)) || present.idp === "accounts";
    if (!isKept) await change("DELETE", `${path}/${present.id}?force=true`);
  }
  for (const { id: _, automatic: __, ...revocation } of wanted.values()) {
    if (revocation.issuedBefore > Date.now() / 1000 - REVOCATION_SECONDS) {
      await change("POST", `${path}?force=true`, revocation);
    }
  }
}

/** A representation; undefined where there is none. */
async function read(path) {
  const response = await send("GET", BASE + path);
  return response.status === 404 ? undefined : response.json();
}

const change = (method, path, document) => send(method, BASE + path, document);

/** Sends a request, and repeats it after 429 and 503. */
async function send(method, path, document) {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };
  const body = document === undefined ? undefined : JSON.stringify(document);
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(new URL(path, GATEWAY_URL), { method, headers, body }).catch((error) => {
      throw new Error(`${GATEWAY_URL} cannot be reached: ${error.cause?.code ?? error.message}`);
    });
    if (response.ok || (method === "GET" && response.status === 404)) return response;
    if (![429, 503].includes(response.status) || attempt === ATTEMPTS) {
      if (response.status === 401) throw new Error(`${GATEWAY_URL} does not accept ADMIN_TOKEN`);
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    await pause(1000 * Number(response.headers.get("retry-after") ?? 5));
  }
}

main().then(
  (code) => (process.exitCode ||= code ?? 0),
  (error) => {
    console.error(`backup: ${error.message}`);
    process.exitCode = 1;
  },
);
