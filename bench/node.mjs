// The self-hosted node: one thread for connections, published values given as the end-to-end tests give them.
import { mkdtempSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { launch, WORKER_CORE } from "./processes.mjs";
import { FOLDER } from "./workerd.mjs";

const PROGRAM = fileURLToPath(new URL("../target/release/examples/driven", import.meta.url));

/** Starts a node that has `namespaces` published: values by key, by the name of the namespace. */
export async function startNode({ namespaces, log }) {
  const folder = mkdtempSync(`${FOLDER}node-`);
  const variables = ["WORKERS=1", "LISTEN=127.0.0.1:0", `DATA_DIR=${folder}`];
  const command = ["env", ...variables, PROGRAM];
  const { child, gone, stop } = launch(WORKER_CORE, command, ["pipe", log ? "pipe" : "ignore", "pipe"]);
  gone.then(() => rmSync(folder, { recursive: true, force: true }));
  if (log) child.stdout.on("data", (chunk) => log(chunk.toString()));

  let complaints = "";
  const answers = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.startsWith("{")) answers.shift()?.(JSON.parse(line));
    else complaints += `${line}\n`;
  });
  const answered = () => {
    const answer = new Promise((resolve) => answers.push(resolve));
    return Promise.race([
      answer,
      gone.then(() => Promise.reject(new Error(`the node ended: ${complaints}`))),
    ]);
  };
  const { address } = await answered();
  for (const [space, values] of Object.entries(namespaces)) {
    for (const [key, value] of Object.entries(values)) {
      child.stdin.write(`${JSON.stringify({ space, key, value: JSON.stringify(value) })}\n`);
      await answered();
    }
  }
  return { url: `http://${address}`, pid: child.pid, complaints: () => complaints, stop };
}
