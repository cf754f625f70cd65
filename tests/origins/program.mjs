// Programs that a test starts. They end with it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";

const running = new Set();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** Starts a program that uses `folders`; `stop` ends it and removes them. */
export function startProgram(program, parameters, folders, stdio) {
  const child = spawn(program, parameters, { stdio });
  running.add(child);
  const gone = once(child, "exit").finally(() => running.delete(child));
  const stop = async () => {
    child.kill("SIGKILL");
    await gone;
    folders.forEach((folder) => rmSync(folder, { recursive: true }));
  };
  return { child, stop };
}
