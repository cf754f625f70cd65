// Signing keys rotate under load, by hand and by their schedule, in several gateways side by side: a key has to be known for a
// minute before it signs, so one gateway alone would take long. No good request is refused, and readers whose copy of a key set
// is as old as any may be know the key of every token and of every assertion.
//
// node tests/abuse/rotation.mjs [--gateways 10] [--rotations 2]
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { close, listen } from "../../demo/origin.mjs";
import { ADMIN, BASE } from "../e2e/fixture-management.mjs";
import { PUBLIC_URL, send, startGateway } from "../e2e/gateway.mjs";
import { basic, GRANT, ISSUER, newAccount, requestToken } from "../e2e/service-account.mjs";
import { signingKeys } from "../e2e/signing-keys.mjs";

const { gateways, rotations } = parseArgs({
  options: { gateways: { type: "string", default: "10" }, rotations: { type: "string", default: "2" } },
}).values;
const GATEWAYS = Number(gateways);
const ROTATIONS = Number(rotations);
const TTL = 1;
const TOKEN_LIFE = 60;
/** How long a key signs, in seconds. */
const SIGNS = 30 * 86_400;
/** After how many seconds a scheduled rotation is due: before the next key may sign, so it does as early as it can. */
const DUE_AFTER = 10;
const TICK_MS = 2000;
const SAMPLE_MS = 500;

/** For each set of keys: its record, where readers get it, and how old their copy may be, in milliseconds. */
const SETS = {
  "access-tokens": { record: "signing-keys", path: "/auth/jwks", staleness: (2 * TTL + 60) * 1000 },
  assertions: {
    record: "assertion-keys",
    path: "/auth/assertion-jwks",
    staleness: (2 * TTL + 120) * 1000,
  },
};
const SET_NAMES = Object.keys(SETS);

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const totals = { requests: 0, refused: 0, signed: 0, unknown: 0, rotations: {} };
/** For how long a key that began to sign had been where readers get it, at least, in milliseconds. */
const lead = Object.fromEntries(SET_NAMES.map((set) => [set, Infinity]));
const complain = (text) => console.error(`! ${new Date().toISOString().slice(11, 19)} ${text}`);
// It closes no connection: one that it closes while a request is on its way would be a failure of its own.
const origin = createServer({ keepAliveTimeout: 3_600_000 }, ({ headers }, response) =>
  response.end(JSON.stringify({ headers })),
);
await listen(origin, 0);
const originUrl = `http://127.0.0.1:${origin.address().port}`;

/** One gateway with its load, over restarts. */
class Rotating {
  number;
  tokens = [];
  /** What readers could fetch, and when, by set. */
  copies = Object.fromEntries(SET_NAMES.map((set) => [set, []]));
  /** The keys that signed, in their order, by set. */
  signed = Object.fromEntries(SET_NAMES.map((set) => [set, []]));

  constructor(number) {
    this.number = number;
  }

  async start() {
    const ADMIN_TOKEN = ADMIN.authorization.replace("Bearer ", "");
    const variables = { CONFIG_TTL_SECONDS: String(TTL), TOKEN_LIFE_SECONDS: String(TOKEN_LIFE) };
    this.gateway = await startGateway({ persist: this.folder, bindings: { ADMIN_TOKEN, ...variables } });
    // The log is not what is measured.
    this.forgetting = setInterval(() => (this.gateway.lines.length = 0), TICK_MS);
    this.runs = true;
    const loop = async (milliseconds, work) => {
      await pause((this.number / GATEWAYS) * milliseconds);
      while (this.runs) {
        const next = pause(milliseconds);
        await work();
        await next;
      }
    };
    this.loops = Promise.all([
      loop(SAMPLE_MS, () => this.sample()),
      loop(TICK_MS, () => this.secret && this.use()),
    ]);
  }

  async stop() {
    this.runs = false;
    await this.loops;
    clearInterval(this.forgetting);
    await this.gateway.close();
  }

  async call(method, path, body) {
    const headers = { ...ADMIN, ...(body && { "content-type": "application/json" }) };
    return send(this.gateway.url, BASE + path, { method, headers, body: body && JSON.stringify(body) });
  }

  async setUp() {
    this.folder = await mkdtemp(join(tmpdir(), "rotation-"));
    await this.start();
    const route = { path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } };
    const origins = { origin: { url: originUrl, assertion: { audience: "insights" } } };
    await this.call("PUT", "/gateway", { origins, routes: [route] });
    await this.call("PUT", "/projects/p1", {});
    const api = { call: (...parameters) => this.call(...parameters) };
    this.secret = (await newAccount(api, "p1")).secret;
  }

  /** Notes what a reader could fetch now. */
  async sample() {
    for (const [set, { path }] of Object.entries(SETS)) {
      // Edges read the keys of access tokens from KV, origins those of assertions from the gateway.
      const text =
        set === "assertions"
          ? (await send(this.gateway.url, path)).text
          : JSON.stringify(JSON.parse((await this.gateway.get("JWKS", ISSUER)) ?? "{}").jwks);
      const copies = this.copies[set];
      if (copies.at(-1)?.text !== text && text?.includes('"kid"')) {
        copies.push({ text, since: Date.now() });
      }
    }
  }

  /** Gets a token and uses it, and one that is older. */
  async use() {
    const authorization = basic("p1/ci", this.secret);
    const answer = await requestToken(this.gateway.url, GRANT, { authorization });
    if (!this.judge(answer, "request for a token")) return;
    const token = answer.json().access_token;
    await this.check("access-tokens", token, { audience: PUBLIC_URL });
    const now = Date.now();
    this.tokens = [...this.tokens.filter(({ at }) => now - at < (TOKEN_LIFE - 5) * 1000), { token, at: now }];
    for (const { token } of [this.tokens.at(-1), this.tokens[0]]) {
      const headers = { authorization: `Bearer ${token}` };
      const used = await send(this.gateway.url, "/api/p1/x", { headers });
      if (!this.judge(used, "request with a token")) continue;
      await this.check("assertions", used.json().headers["x-auth-assertion"], { audience: "insights" });
    }
  }

  judge(answer, what) {
    totals.requests += 1;
    if (answer.status === 200) return true;
    totals.refused += 1;
    complain(`gateway ${this.number}: ${what}: ${answer.status} ${answer.text}`);
    return false;
  }

  /** Checks what was signed by the oldest copy that a reader may have. */
  async check(set, jws, { audience }) {
    if (!this.copies[set].length) await this.sample();
    const { kid } = decodeProtectedHeader(jws);
    const copies = this.copies[set];
    if (this.signed[set].at(-1) !== kid) {
      // Since when the first keys are there is not known.
      const known = copies[0].text.includes(kid)
        ? -Infinity
        : copies.find(({ text }) => text.includes(kid))?.since;
      lead[set] = Math.min(lead[set], Date.now() - (known ?? Date.now()));
      this.signed[set].push(kid);
    }
    const end = Date.now() - SETS[set].staleness;
    // A reader who has none fetches one; so none is older than the first.
    const oldest = copies.findLast(({ since }) => since <= end) ?? copies[0];
    totals.signed += 1;
    try {
      await jwtVerify(jws, createLocalJWKSet(JSON.parse(oldest.text)), { issuer: ISSUER, audience });
    } catch (error) {
      totals.unknown += 1;
      complain(`gateway ${this.number}: a reader of ${set} does not know ${kid}: ${error}`);
    }
  }

  /** Waits until so many keys of a set have signed. */
  async until(set, count) {
    for (const end = Date.now() + 240_000; this.signed[set].length < count; await pause(100)) {
      if (Date.now() > end) throw new Error(`gateway ${this.number}: no new key of ${set} signs`);
    }
  }

  /** Rotates a set by hand, as soon as that is allowed. */
  async rotate(set) {
    await this.until(set, 1);
    for (let rotated = 0; rotated < ROTATIONS;) {
      const before = this.signed[set].length;
      const answer = await this.call("POST", `/issuer-keys/rotate?set=${set}`);
      if (answer.status === 409) {
        await pause(Number(answer.headers["retry-after"]) * 1000);
        continue;
      }
      if (answer.status !== 200) throw new Error(answer.text);
      rotated += 1;
      count(`${set}, by hand`);
      await this.until(set, before + 1);
    }
  }

  /** Has both sets signed for 30 days soon, and waits for their rotations. */
  async wait() {
    await this.stop();
    for (const { record } of Object.values(SETS)) {
      signingKeys(this.folder, { name: record, age: SIGNS - DUE_AFTER });
    }
    const before = SET_NAMES.map((set) => this.signed[set].length);
    await this.start();
    await Promise.all(SET_NAMES.map((set, index) => this.until(set, before[index] + 1)));
    for (const set of SET_NAMES) count(`${set}, by schedule`);
  }

  async run() {
    await this.setUp();
    await Promise.all(SET_NAMES.map((set) => this.rotate(set)));
    for (let rotated = 0; rotated < ROTATIONS; rotated += 1) await this.wait();
    await pause(3 * TICK_MS);
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function count(what) {
  totals.rotations[what] = (totals.rotations[what] ?? 0) + 1;
}

const began = Date.now();
const all = Array.from({ length: GATEWAYS }, (_, number) => new Rotating(number));
await Promise.all(
  all.map(async (one) => {
    // One after another: starting costs more than running.
    await pause(one.number * 3000);
    await one.run();
  }),
);
await close(origin);
console.log(`${GATEWAYS} gateways, ${((Date.now() - began) / 1000).toFixed(0)} seconds`);
for (const [what, number] of Object.entries(totals.rotations)) console.log(`${number} rotations of ${what}`);
console.log(`${totals.requests} good requests, ${totals.refused} refused`);
console.log(
  `${totals.signed} tokens and assertions; ${totals.unknown} by keys that a reader with the oldest copy does not know`,
);
for (const [set, milliseconds] of Object.entries(lead)) {
  const seconds = (milliseconds / 1000).toFixed(1);
  console.log(
    `${set}: a key signed after it was public for ${seconds} s or more; a copy is at most ${SETS[set].staleness / 1000} s old`,
  );
}
process.exit(totals.refused || totals.unknown ? 1 : 0);
