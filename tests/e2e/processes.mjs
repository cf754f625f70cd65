// The processes that a test has started.
import { readFileSync, readdirSync } from "node:fs";

/** The ids of the workerd processes that this process started. */
export function workerdIds() {
  const isOurs = (pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").match(/^\d+ \((.*)\) \S (\d+) /);
      return fields?.[1] === "workerd" && Number(fields[2]) === process.pid;
    } catch {
      return false; // It ended meanwhile.
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isOurs(name))
    .map(Number);
}
