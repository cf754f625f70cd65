// What resident memory grows by under each kind of abuse.
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { ABUSE, gateway, routeOf, stored, token, VARIABLES } from "./abuse.mjs";
import { startKv } from "./kv.mjs";
import { sendAtLeast } from "./load.mjs";
import { residentMiB } from "./processes.mjs";
import { median } from "./rounds.mjs";
import { FOLDER } from "./workerd.mjs";
import { startWorker } from "./workers.mjs";

const CONCURRENCY = 16;
const SAMPLES = 3;
const RETRY_MS = 50;
const PATH = "/route-0/defined";

/** How much resident memory each kind of abuse adds, in MiB. */
export async function bounds({ originUrl }, size, say) {
  const results = [];
  for (const [name, abuse] of Object.entries(ABUSE)) {
    say(name);
    results.push({ name, most: abuse.most, ...(await growth(abuse, originUrl, size)) });
  }
  return results;
}

async function growth(abuse, originUrl, size) {
  const documents = stored(originUrl, size, abuse.projects?.(size));
  const kv = await startKv(documents);
  const worker = await startWorker("ours", { originUrl, kvAddress: kv.address, variables: VARIABLES });
  const client = new Client(worker.url);
  const sendRound = async (requests, number) => {
    if (abuse.isChange) {
      documents.CONFIG.gateway = gateway(originUrl, size.routes, [routeOf(number)]);
      await client.waitFor(`/${routeOf(number)}/defined`);
    }
    await client.sendAll(requests);
  };
  const ordinary = Array(size.ordinary).fill({ path: PATH, token: token({}) });
  const settled = async () => {
    const samples = [];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      await client.sendAll(ordinary);
      samples.push(residentMiB(worker.pid));
    }
    return median(samples);
  };
  try {
    const { toWarmUp = 0 } = abuse;
    const rounds = abuse.rounds(size);
    await settle(worker, size);
    for (let number = 0; number < toWarmUp; number += 1) await sendRound(rounds[number], number);
    const before = await settled();
    for (let number = toWarmUp; number < rounds.length; number += 1) await sendRound(rounds[number], number);
    const after = await settled();
    return { before, after, growth: after - before };
  } finally {
    client.close();
    await worker.stop();
    await kv.close();
  }
}

/** Has the worker serve ordinary requests until V8's heap has its size, which no kind of abuse has to answer for. */
async function settle(worker, { settlingRequests }) {
  const file = `${FOLDER}ordinary.txt`;
  writeFileSync(file, `${token({})}\n`);
  await sendAtLeast(worker, PATH, settlingRequests, { file, count: 1 });
}

/** Sends requests over some connections, and takes no other status than the one that each expects. */
class Client {
  #agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  #url;

  constructor(url) {
    this.#url = url;
  }

  async sendAll(requests) {
    let next = 0;
    const take = async () => {
      while (next < requests.length) {
        const one = requests[next++];
        const status = await this.#send(one);
        if (status !== (one.status ?? 200)) throw new Error(`${one.path}: ${status}`);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, take));
  }

  /** Waits until there is a route for a path. */
  async waitFor(path) {
    while ((await this.#send({ path })) === 404) await new Promise((done) => setTimeout(done, RETRY_MS));
  }

  #send({ method = "GET", path, token, headers = [] }) {
    const all = { ...Object.fromEntries(headers), ...(token && { authorization: `Bearer ${token}` }) };
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, method, headers: all };
      const outgoing = request(new URL(path, this.#url), options, (response) => {
        response.resume().on("end", () => resolve(response.statusCode));
      });
      outgoing.on("error", reject).end();
    });
  }

  close() {
    this.#agent.destroy();
  }
}
