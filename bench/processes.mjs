// The processes of a run: on which core they are, what they use, and that they end with it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** The core of the worker under test, and the one of the load and the origin. */
export const WORKER_CORE = 0;
export const OTHER_CORE = 1;

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** Whether a program is there. */
export function has(program) {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    return error.code !== "ENOENT";
  }
}

/** Whether processes are kept to their cores. */
export const isPinned = availableParallelism() > 1 && has("taskset");

const running = new Set();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130));

/** Starts a program on a core; it ends with this process. `gone` is fulfilled when it has ended. */
export function launch(core, command, stdio) {
  const [program, ...args] = isPinned ? ["taskset", "-c", String(core), ...command] : command;
  const child = spawn(program, args, { stdio });
  running.add(child);
  const gone = once(child, "exit").finally(() => running.delete(child));
  return { child, gone, stop: () => child.kill("SIGKILL") && gone };
}

/** The seconds that a process has computed for, all its threads together. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The seconds that other machines on the same processor took from this one, all cores together. */
export const stolenSeconds = () =>
  Number(readFileSync("/proc/stat", "utf8").split("\n", 1)[0].split(/ +/)[8]) / TICKS_PER_SECOND;

/** The resident memory of a process, in MiB. */
export const residentMiB = (pid) =>
  (Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE_BYTES) / 2 ** 20;
