// `make run`: the edge and the control plane in workerd, or the node, an OpenID Provider and an origin, seeded, with curl lines to try.
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { gateway, idps } from "./config.mjs";
import { newHookSecret, startMailbox } from "./mailbox.mjs";
import { startNode } from "./node.mjs";
import { startOrigin } from "./origin.mjs";
import { freePorts, PORTS } from "./ports.mjs";
import { startProvider } from "./provider.mjs";
import { MANAGEMENT, printRequests } from "./requests.mjs";
import { openLogin, printLogin } from "./people-login.mjs";
import { openAccount } from "./service-account.mjs";
import { openState } from "./state.mjs";

const HELP = `usage: make run [PORT=${PORTS.PORT}] [PROVIDER_PORT=${PORTS.PROVIDER_PORT}] [ORIGIN_PORT=${PORTS.ORIGIN_PORT}] [MAIL_PORT=${PORTS.MAIL_PORT}] [KEEP=1] [HOST=node]

Starts the two workers, or with HOST=node the native node, an OpenID Provider, an origin and a mailbox on 127.0.0.1 and prints requests to try. Each run starts afresh;
with KEEP=1, what you change is kept in .wrangler/demo for the next run with KEEP=1. Ctrl-C ends all of it.`;

const options = {
  help: { type: "boolean", short: "h" },
  port: { type: "string" },
  "provider-port": { type: "string" },
  "origin-port": { type: "string" },
  "mail-port": { type: "string" },
  keep: { type: "string" },
  // The program of the node that runs instead of the workers.
  node: { type: "string" },
};

/** What ends the parts that were started. */
const started = [];

async function main() {
  const { values } = parseArgs({ options });
  if (values.help) return console.log(HELP);
  const ports = await freePorts({
    PORT: values.port,
    PROVIDER_PORT: values["provider-port"],
    ORIGIN_PORT: values["origin-port"],
    MAIL_PORT: values["mail-port"],
  });
  const host = values.node
    ? { name: "node", ended: "the node has ended", start: startNode, program: resolve(values.node) }
    : // Wrangler takes seconds to load: only when it is needed.
      {
        name: "workers",
        ended: "the workers have ended",
        start: (await import("./workers.mjs")).startWorkers,
      };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // Wrangler's module would end this process at once, before the state is removed.
    process.removeAllListeners(signal);
    process.once(signal, () => stop(0));
  }
  process.once("uncaughtException", fail);
  process.stdout.on("error", () => stop(1));

  const isKept = values.keep !== undefined;
  const { folder, admin, sealing, edgeSealing, keys } = await openState(
    isKept ? resolve(values.keep) : undefined,
    ports,
  );
  if (!isKept) started.push(() => rm(folder, { recursive: true, force: true }));
  const origin = await startOrigin(ports.ORIGIN_PORT);
  started.push(origin.close);
  const base = `http://127.0.0.1:${ports.PORT}`;
  const provider = await startProvider(ports.PROVIDER_PORT, keys, base);
  started.push(provider.close);
  const hookSecret = newHookSecret(randomBytes(32));
  const mailbox = await startMailbox(ports.MAIL_PORT, hookSecret);
  started.push(mailbox.close);

  console.log(`• starting the ${host.name}`);
  let log = () => {};
  const running = await host.start({
    program: host.program,
    port: ports.PORT,
    state: folder,
    isKept,
    variables: {
      INSECURE_ISSUER_HOSTS: new URL(provider.issuer).host,
      ADMIN_TOKEN: admin,
      PUBLIC_URL: base,
      SEALING_KEY: sealing,
      EDGE_SEALING_KEY: edgeSealing,
      MAIL_HOOK_URL: mailbox.hook,
      MAIL_HOOK_SECRET: hookSecret,
    },
    edgeVariables: { EDGE_SEALING_KEY: edgeSealing },
    lines: (line) => log(line),
    ended: () => fail(new Error(host.ended)),
  });
  started.push(running.close);
  await running.ready;
  await seed(base, admin, origin.url, provider.issuer);
  await openLogin(base, admin, provider.issuer);
  await printRequests(base, provider, admin, await openAccount(base, admin));
  printLogin(base);
  console.log(`\n# The mails that the gateway sends, such as invitations:\n${mailbox.url}/`);
  console.log(
    isKept
      ? `\nWhat you change is kept in ${folder}: remove the folder to begin anew.`
      : "\nWhat you change is gone at the end: `KEEP=1` keeps it.",
  );
  console.log(`Ctrl-C ends all of it. Until then, the log of the ${host.name}:\n`);
  log = console.log;
}

/** Writes the routes and the project `demo`, unless an earlier run has. */
async function seed(base, admin, originUrl, issuer) {
  const call = (method, path, document) => {
    const headers = { authorization: `Bearer ${admin}`, "content-type": "application/json" };
    const body = document && JSON.stringify(document);
    return fetch(base + MANAGEMENT + path, { method, headers, body });
  };
  const write = async (method, path, document) => {
    const response = await call(method, path, document);
    // 409: an earlier run, which was interrupted, has made it.
    if (!response.ok && response.status !== 409)
      throw new Error(`seeding failed: ${method} ${path}: ${await response.text()}`);
  };
  if ((await call("GET", "/gateway")).ok)
    return console.log("• using the routes and projects of an earlier run");
  console.log("• seeding the routes and the project `demo`, by the management API");
  await write("PUT", "/projects/demo", { label: { en: "Demo" } });
  for (const idp of idps(issuer)) await write("POST", "/projects/demo/custom-idp?force=true", idp);
  // Last: where there are routes, all was written.
  await write("PUT", "/gateway", gateway(originUrl));
}

let isStopping = false;

async function stop(code) {
  if (isStopping) return;
  isStopping = true;
  for (const undo of started.reverse()) await undo();
  process.exit(code);
}

function fail(error) {
  if (!isStopping) console.error(`demo: ${error.message}`);
  return stop(1);
}

main().catch(fail);
