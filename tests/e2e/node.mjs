// The built node as a process (HOST=node): the same as the workers in workerd are for tests.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startNetwork } from "./network.mjs";

// What takes time is tried on what is deployed: NODE_BUILD=release.
const BUILD = process.env.NODE_BUILD ?? "debug";
const PROGRAM = fileURLToPath(new URL(`../../target/${BUILD}/examples/driven`, import.meta.url));

/** The address of a proxy that nodes trust. */
export const TRUSTED_PROXY = "127.0.0.2";

/** Starts a node with the variables, the published values and the network of `startGateway`. */
export async function startNode({ variables, config, jwks, outbound, persist, port }) {
  if (!existsSync(PROGRAM)) throw new Error("build the node first: cargo build -p server --examples");
  const folder = persist ?? (await mkdtemp(join(tmpdir(), "edge-authorizer-node-")));
  const network = outbound && (await startNetwork(outbound));
  const env = {
    ...(network && { HTTPS_PROXY: network.url, SSL_CERT_FILE: network.authority }),
    WORKERS: "1",
    TRUSTED_PROXIES: TRUSTED_PROXY,
    DATA_DIR: folder,
    LISTEN: `127.0.0.1:${port}`,
    ...variables,
  };
  const process = spawn(PROGRAM, { env });
  const exited = new Promise((resolve) => process.on("exit", resolve));
  const lines = [];
  createInterface({ input: process.stdout }).on("line", (line) => lines.push(line));

  // One answer for each command, in their order; the first says where the node listens.
  const waiting = [];
  const problems = [];
  const answered = () => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  createInterface({ input: process.stderr }).on("line", (line) => {
    if (!line.startsWith("{")) return problems.push(line);
    waiting.shift()?.resolve(JSON.parse(line));
  });
  const first = answered();
  exited.then(() => {
    for (const { reject } of waiting) reject(new Error(`the node has ended: ${problems.join("\n")}`));
  });
  const drive = (command) => {
    process.stdin.write(`${JSON.stringify(command)}\n`);
    return answered();
  };

  const { address, scheme, checksAddress } = await first;
  const url = `${scheme}://${address}`;
  const gateway = {
    url,
    /** Where it takes checks of other proxies, with `AUTHZ_LISTEN`. */
    checksUrl: checksAddress && `http://${checksAddress}`,
    // All threads share what they know: what one of them changed, all know.
    secondUrl: url,
    doorUrl: url,
    lines,
    log: () => lines.join("\n"),
    put: (space, key, value) =>
      drive({ space, key, value: typeof value === "string" ? value : JSON.stringify(value) }),
    get: async (space, key) => (await drive({ space, key })).value,
    delete: (space, key) => drive({ space, key, value: null }),
    /** Sets its clock, as the header of timed.js says. */
    setTime(clock) {
      const [time, isStopped] = clock.split(" ");
      return drive({ clock: Number(time), standsStill: Boolean(isStopped) });
    },
    expiration: async (space, key) => (await drive({ space, key })).expiration ?? undefined,
    /** Ends it at once, as workerd is ended: what it has answered is stored. */
    async close() {
      process.kill("SIGKILL");
      await exited;
      await network?.close();
      if (!persist) await rm(folder, { recursive: true, force: true });
    },
  };
  for (const [key, value] of Object.entries(config)) await gateway.put("CONFIG", key, value);
  for (const [key, value] of Object.entries(jwks)) await gateway.put("JWKS", key, value);
  return gateway;
}
