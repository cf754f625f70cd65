// The token endpoint in workerd: tokens a second, whether the time of a refusal shows what is wrong, and whether guesses at a
// client's secret keep the client from its tokens.
//
// node bench/token-endpoint.mjs [seconds] [refusals of each kind] [guesses]
import { Agent } from "node:http";
import { readdirSync, readFileSync } from "node:fs";
import { send, startGateway } from "../tests/e2e/gateway.mjs";
import { workerdIds } from "../tests/e2e/processes.mjs";
import { basic, formHeaders, GRANT, newAccount } from "../tests/e2e/service-account.mjs";

const SECONDS = Number(process.argv[2] ?? 20);
const REFUSALS = Number(process.argv[3] ?? 2000);
const GUESSES = Number(process.argv[4] ?? 10_000);
const CONNECTIONS = 16;
const GUESSING_CONNECTIONS = 8;
const OWNER_PAUSE_MS = 100;
const ADMIN_TOKEN = "the-admin-token-of-all-the-tests";

const gateway = await startGateway({ bindings: { ADMIN_TOKEN } });
const api = {
  call: (method, path, body) =>
    send(gateway.url, `/project-management-service/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    }),
};
const form = new URLSearchParams(GRANT).toString();
const request = (agent, client, secret, headers = {}) =>
  send(gateway.url, "/auth/token", {
    method: "POST",
    headers: formHeaders({ authorization: basic(client, secret), ...headers }),
    body: form,
    agent,
  });

await api.call("PUT", "/projects/bench", { label: { en: "Bench" } });
const good = await newAccount(api, "bench");
const off = await newAccount(api, "bench", { id: "off" });
await api.call("PUT", "/projects/bench/service-accounts/off", {
  label: { en: "x" },
  roles: ["access"],
  disabled: true,
});
const old = await newAccount(api, "bench", { id: "old" });
await api.call("POST", "/projects/bench/service-accounts/old/secrets", { overlapSeconds: 0 });

await load(3);
const before = computed();
const { rate, latencies, failures } = await load(SECONDS);
const cpu = (computed() - before) / latencies.length;
const at = (part) => latencies[Math.floor(latencies.length * part)].toFixed(1);
console.log(`${rate.toFixed(0)} tokens/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${failures} failures`);
console.log(
  `${cpu.toFixed(2)} ms of CPU time a token in workerd: ${(1000 / cpu).toFixed(0)} tokens/s and core`,
);

const kinds = {
  "unknown client": ["bench/none", good.secret],
  "disabled account": [off.client, off.secret],
  "expired secret": [old.client, old.secret],
  "wrong secret": [good.client, off.secret],
};
const times = await refusals();
for (const [name, values] of Object.entries(times))
  console.log(`${name}: median ${median(values).toFixed(3)} ms of ${values.length}`);
const names = Object.keys(times);
for (const [i, one] of names.entries())
  for (const other of names.slice(i + 1))
    console.log(`${one} / ${other}: p = ${mannWhitney(times[one], times[other]).toFixed(3)}`);
const { seconds, answers, owner } = await guess();
console.log(
  `${GUESSES} wrong secrets in ${seconds.toFixed(0)} s: ${JSON.stringify(answers)}; its owner: ${owner}`,
);
await gateway.close();

/** Guesses a client's secret, half of the time from one address, while its owner requests tokens from another. */
async function guess() {
  const answers = {};
  let left = GUESSES;
  const began = performance.now();
  const guesser = async (headers) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (left-- > 0) {
      const { status } = await request(agent, good.client, off.secret, headers);
      answers[status] = (answers[status] ?? 0) + 1;
    }
    agent.destroy();
  };
  const oneAddress = { "cf-connecting-ip": "203.0.113.7" };
  const guessers = Array.from({ length: GUESSING_CONNECTIONS }, (_, n) => guesser(n % 2 ? {} : oneAddress));
  const all = Promise.all(guessers).then(() => (left = -1));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let tokens = 0;
  let refused = 0;
  while (left > 0) {
    const { status } = await request(agent, good.client, good.secret, { "cf-connecting-ip": "203.0.113.8" });
    if (status === 200) tokens += 1;
    else refused += 1;
    await new Promise((done) => setTimeout(done, OWNER_PAUSE_MS));
  }
  await all;
  agent.destroy();
  return {
    seconds: (performance.now() - began) / 1000,
    answers,
    owner: `${tokens} tokens, ${refused} refused`,
  };
}

/** The CPU time of the runtime so far, in milliseconds. */
function computed() {
  const [pid] = workerdIds();
  const times = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return times.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** Requests tokens on some connections for some seconds. */
async function load(seconds) {
  const latencies = [];
  let failures = 0;
  const began = performance.now();
  const worker = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (performance.now() - began < seconds * 1000) {
      const sent = performance.now();
      const { status } = await request(agent, good.client, good.secret);
      latencies.push(performance.now() - sent);
      failures += status === 200 ? 0 : 1;
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  latencies.sort((a, b) => a - b);
  return { rate: (latencies.length / (performance.now() - began)) * 1000, latencies, failures };
}

/** The times of refusals of each kind, in random order on one connection, so that whatever else runs affects all alike. */
async function refusals() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
  const order = Object.keys(kinds).flatMap((kind) => Array(REFUSALS).fill(kind));
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  for (const kind of order) {
    const sent = performance.now();
    const { status } = await request(agent, ...kinds[kind]);
    times[kind].push(performance.now() - sent);
    if (status !== 401) throw new Error(`${kind}: ${status}`);
  }
  agent.destroy();
  return times;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** The two-sided p-value of the Mann-Whitney U test, by its normal approximation. */
function mannWhitney(a, b) {
  const all = [...a.map((value) => [value, 0]), ...b.map((value) => [value, 1])].sort(([x], [y]) => x - y);
  let ranks = 0;
  all.forEach(([, group], index) => (ranks += group === 0 ? index + 1 : 0));
  const [n, m] = [a.length, b.length];
  const u = ranks - (n * (n + 1)) / 2;
  const z = Math.abs(u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
  return 2 * (1 - phi(z));
}

/** The standard normal distribution (Abramowitz and Stegun, 26.2.17). */
function phi(z) {
  const t = 1 / (1 + 0.2316419 * z);
  const factors = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const tail = factors.reduceRight((sum, factor) => (sum + factor) * t, 0);
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}
