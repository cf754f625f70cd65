// What a directory of 100 000 users and 10 000 live sessions costs, beside one with a single user, in workerd on disk. Rounds alternate
// between the two. The provider is in this process and answers at once.
//
// node tests/abuse/directory.mjs [--users 100000] [--sessions 10000] [--rounds 100]
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { goingOn } from "../e2e/browser.mjs";
import { ADMIN, BASE } from "../e2e/fixture-management.mjs";
import { send, startGateway } from "../e2e/gateway.mjs";
import { hostileProvider } from "../e2e/hostile-provider.mjs";

const number = (value) => ({ type: "string", default: String(value) });
const { values } = parseArgs({
  options: { users: number(100_000), sessions: number(10_000), rounds: number(100) },
});
const [USERS, SESSIONS, ROUNDS] = ["users", "sessions", "rounds"].map((name) => Number(values[name]));
const FILL = fileURLToPath(new URL("directory.py", import.meta.url));
const ADA = { email: "ada@example.com", roles: [], projects: { p1: ["access"] } };

const provider = hostileProvider();
provider.become(1);

/** A gateway with a directory, over a restart. */
class Deployment {
  constructor(users, sessions) {
    Object.assign(this, { users, sessions, times: new Map() });
  }

  async prepare() {
    this.folder = await mkdtemp(join(tmpdir(), "directory-"));
    await this.start();
    await this.manage("PUT", "/projects/p1", { label: { en: "P1" } });
    await this.manage("POST", "/users", ADA);
    const federation = { issuer: provider.issuer, clientId: "gateway", clientSecret: "s", active: true };
    await this.manage("PUT", "/federation?force=true", federation);
    await this.logIn();
    await this.stop();
    execFileSync("python3", [FILL, this.folder, String(this.users), String(this.sessions)]);
    await this.start();
  }

  async start() {
    const ADMIN_TOKEN = ADMIN.authorization.replace("Bearer ", "");
    const outbound = (request) => provider.answer(request);
    this.gateway = await startGateway({ persist: this.folder, bindings: { ADMIN_TOKEN }, outbound });
  }

  stop = () => this.gateway.close();

  async remove() {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async manage(method, path, document) {
    const headers = { ...ADMIN, "content-type": "application/json" };
    const body = document && JSON.stringify(document);
    const answer = await send(this.gateway.url, BASE + path, { method, headers, body });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
    return answer;
  }

  ask(path, { cookie = "", method = "GET", body, ...headers } = {}) {
    return send(this.gateway.url, path, {
      method,
      body,
      headers: { cookie, "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin", ...headers },
    });
  }

  /** A login at the provider, of which only its end uses the directory: gives the session. */
  async logIn() {
    const begun = await this.ask("/auth/login?return_to=/");
    const { searchParams } = new URL(goingOn({ ...begun, url: this.gateway.url }));
    const now = Math.floor(Date.now() / 1000);
    provider.give(provider.idToken({ claims: { sid: "s1" } }, now, searchParams.get("nonce")));
    const state = encodeURIComponent(searchParams.get("state"));
    const cookie = cookieIn(begun, "__Host-login");
    const answer = await this.timed("end of a login", () =>
      this.ask(`/auth/federation-callback?state=${state}&code=c`, { cookie }),
    );
    assert.equal(answer.status, 200, answer.text);
    return cookieIn(answer, "__Host-session");
  }

  /** Does something and notes how long it took. */
  async timed(name, work) {
    const start = performance.now();
    const answer = await work();
    const times = this.times.get(name) ?? [];
    this.times.set(name, [...times, performance.now() - start]);
    return answer;
  }

  async round(count) {
    const some = `user${String(Math.floor((count / ROUNDS) * USERS)).padStart(6, "0")}@example.com`;
    await this.timed("first page of users", () => this.manage("GET", "/users"));
    await this.timed("a page in the middle", () => this.manage("GET", `/users?after=${some}`));
    await this.timed("a user by email", () => this.manage("GET", `/users?email=${some}`));
    await this.timed("first page of members", () => this.manage("GET", "/projects/p1/members"));
    const added = await this.timed("a user is declared", () =>
      this.manage("POST", "/users", { email: `new${count}@example.com`, projects: { p1: ["access"] } }),
    );
    await this.timed("a user is deleted", () => this.manage("DELETE", `/users/${added.json().id}`));
    const cookie = await this.logIn();
    const used = await this.timed("a session is looked up", () => this.ask("/auth/session", { cookie }));
    assert.equal(used.status, 200, used.text);
    await this.timed("sessions of a user", () => this.ask("/auth/sessions", { cookie }));
    const ended = await this.timed("logout", () => this.ask("/auth/logout", { cookie, method: "POST" }));
    assert.equal(ended.status, 303, ended.text);
    await this.logIn();
    const now = Math.floor(Date.now() / 1000);
    const token = provider.logoutToken({ claims: { sid: null, jti: `j${count}` } }, now);
    const told = await this.timed("logout token by sub", () =>
      this.ask("/auth/backchannel-logout", {
        method: "POST",
        "content-type": "application/x-www-form-urlencoded",
        body: `logout_token=${token}`,
      }),
    );
    assert.equal(told.status, 200, told.text);
    // A logout token also refuses logins whose ID Token is as old: in whole seconds.
    while (Math.floor(Date.now() / 1000) === now) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const cookieIn = ({ headers }, name) =>
  headers["set-cookie"]?.map((line) => line.split(";")[0]).find((pair) => pair.startsWith(`${name}=`));

const quantile = (numbers, part) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * part)];

const [empty, full] = [new Deployment(0, 0), new Deployment(USERS, SESSIONS)];
await empty.prepare();
await full.prepare();
for (const deployment of [empty, full]) {
  await deployment.round(0);
  deployment.times.clear();
}
for (let count = 1; count < ROUNDS; count += 1)
  for (const deployment of count % 2 ? [empty, full] : [full, empty]) await deployment.round(count);

console.log(`${USERS} users, ${SESSIONS} sessions; milliseconds, p50 (p95), of ${ROUNDS - 1} rounds`);
for (const [name, times] of full.times) {
  const [small, large] = [empty.times.get(name), times].map((all) =>
    [0.5, 0.95].map((part) => quantile(all, part)),
  );
  const shown = ([p50, p95]) => `${p50.toFixed(1)} (${p95.toFixed(1)})`.padStart(14);
  console.log(`${name.padEnd(24)}${shown(small)}${shown(large)}   ratio ${(large[0] / small[0]).toFixed(2)}`);
}
await Promise.all([empty, full].map((deployment) => deployment.remove()));
