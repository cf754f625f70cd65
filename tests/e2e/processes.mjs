// The processes that a test has started.
import { readFileSync, readdirSync } from "node:fs";
import { HOST } from "./hosts.mjs";

/** The name of a gateway's process. */
const NAME = HOST === "node" ? "driven" : "workerd";

/** The ids of the gateways' processes that this process started. */
export function gatewayPids() {
  const isOurs = (pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").match(/^\d+ \((.*)\) \S (\d+) /);
      return fields?.[1] === NAME && Number(fields[2]) === process.pid;
    } catch {
      return false; // It ended meanwhile.
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isOurs(name))
    .map(Number);
}
