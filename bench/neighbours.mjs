// How long another project's requests take while an attacker sends one kind of request over eight connections.
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { bytesOf, DATA_PLANE, jwks, ROUTES, snapshots } from "../tests/attacks/cost.mjs";
import { MANAGEMENT, projects } from "../tests/attacks/cost-management.mjs";
import { sendRaw } from "../tests/e2e/gateway.mjs";
import { startIssuer } from "../tests/e2e/issuer.mjs";
import { token } from "../tests/e2e/project.mjs";
import { ABUSE, gateway, routeOf, stored as storedForAbuse, VARIABLES } from "./abuse.mjs";
import { corpus } from "./corpus.mjs";
import { PATH, stored } from "./documents.mjs";
import { startKv } from "./kv.mjs";
import { load } from "./load.mjs";
import { launch, OTHER_CORE } from "./processes.mjs";
import { median } from "./rounds.mjs";
import { startWorker } from "./workers.mjs";

const ATTACKER = fileURLToPath(new URL("attacker.mjs", import.meta.url));
const ATTACKERS = 8;
const CONNECTIONS = 2;
const ALGORITHM = "RS256";
const CHANGE_MS = 1000;
/** The request with which eight connections of an ordinary client load the worker. */
export const PLAIN = "an ordinary request";
const ADMIN_TOKEN = "the administrator of the benchmark";

/** The 99th percentile alone and beside each kind of attack, in milliseconds, and how many of the requests failed. */
export async function neighbours({ originUrl }, size, say) {
  const documents = merged(originUrl, size);
  const kv = await startKv(documents);
  const issuer = await startIssuer();
  const ownerToken = await token({ iss: issuer.url, azp: "owner-app" });
  const place = { adminToken: ADMIN_TOKEN, iss: issuer.url, ownerToken };
  const variables = { ...VARIABLES, ADMIN_TOKEN, INSECURE_ISSUER_HOSTS: new URL(issuer.url).host };
  const worker = await startWorker("ours", { originUrl, kvAddress: kv.address, variables });
  const tokens = { file: await corpus(ALGORITHM, size.tokens), count: size.neighbourTokens };
  const measure = () =>
    load(worker, { path: PATH, connections: CONNECTIONS, seconds: size.neighbourSeconds, tokens });
  const alone = [];
  const results = [];
  let version = 0;
  const change = () => {
    version = (version + 1) % size.changes;
    documents.CONFIG.gateway = routes(originUrl, size, [routeOf(version)]);
  };
  try {
    for (const request of projects(place)) {
      const answer = await sendRaw(worker.url, bytesOf(request));
      if (!answer.startsWith(`HTTP/1.1 ${request.status} `)) throw new Error(answer);
    }
    await measure();
    for (const name of [PLAIN, ...Object.keys({ ...DATA_PLANE, ...MANAGEMENT, ...ABUSE })]) {
      say(name);
      alone.push((await measure()).p99);
      const changing = ABUSE[name]?.isChange ? setInterval(change, CHANGE_MS) : undefined;
      const attacker = await attack(worker.url, name, place, size);
      const { p50, p99 } = await measure();
      clearInterval(changing);
      results.push({ name, p50, p99, sent: await attacker.stop() });
    }
  } finally {
    await worker.stop();
    await kv.close();
    await issuer.close();
  }
  return { alone: median(alone), spread: [Math.min(...alone), Math.max(...alone)], results };
}

/** Routes, projects and keys of all kinds of attack, and of the project that is measured. */
function merged(originUrl, size) {
  const [abused, measured] = [storedForAbuse(originUrl, size, size.projects), stored(originUrl)];
  return {
    CONFIG: { ...snapshots, ...abused.CONFIG, ...measured.CONFIG, gateway: routes(originUrl, size) },
    JWKS: { ...jwks, ...abused.JWKS, ...measured.JWKS },
  };
}

function routes(originUrl, size, named) {
  const abused = gateway(originUrl, size.routes, named);
  const all = [...ROUTES, ...abused.routes, ...stored(originUrl).CONFIG.gateway.routes];
  return { origins: abused.origins, routes: [...new Map(all.map((route) => [route.path, route])).values()] };
}

async function attack(url, kind, place, size) {
  const command = [
    process.execPath,
    ATTACKER,
    url,
    String(ATTACKERS),
    kind,
    JSON.stringify(place),
    JSON.stringify(size),
  ];
  const { child } = launch(OTHER_CORE, command, ["ignore", "pipe", "inherit"]);
  const closed = once(child, "close");
  let output = "";
  await new Promise((resolve, reject) => {
    child.stdout.on("data", (chunk) => resolve((output += chunk)));
    child.once("exit", () => reject(new Error(`no attack: ${kind}`)));
  });
  return {
    async stop() {
      child.kill("SIGTERM");
      await closed;
      return Number(output.trim().split("\n").at(-1));
    },
  };
}
