// An attacker: sends requests of one kind over so many connections until it is ended. Run as
// `node attacker.mjs URL CONNECTIONS KIND PLACE SIZE`; after the first answer it prints a line, at the end how many requests it sent.
import { writeSync } from "node:fs";
import { bytesOf, DATA_PLANE } from "../tests/attacks/cost.mjs";
import { MANAGEMENT } from "../tests/attacks/cost-management.mjs";
import { sendRaw } from "../tests/e2e/gateway.mjs";
import { ABUSE } from "./abuse.mjs";
import { PLAIN } from "./neighbours.mjs";

const [url, connections, kind, place, size] = process.argv.slice(2);

/** What makes the next request of a kind. */
function maker() {
  if (kind === PLAIN) return () => ({ path: "/public/x" });
  if (DATA_PLANE[kind]) return DATA_PLANE[kind];
  if (MANAGEMENT[kind]) return () => MANAGEMENT[kind](JSON.parse(place));
  const requests = ABUSE[kind].rounds(JSON.parse(size)).flat();
  let number = 0;
  return () => requests[number++ % requests.length];
}

const make = maker();
let sent = 0;
async function attack() {
  for (;;) {
    await sendRaw(url, bytesOf(make()));
    if ((sent += 1) === 1) console.log("attacking");
  }
}
// It ends by SIGTERM, as every process of a run does.
process.once("exit", () => writeSync(process.stdout.fd, `${sent}\n`));
await Promise.all(Array.from({ length: Number(connections) }, attack));
