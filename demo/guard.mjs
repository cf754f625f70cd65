// guard.mjs FOLDER COMMAND…: runs a command that ends with the process that started this one, however that ends: its end of
// the pipe on standard input closes then, even after SIGKILL. FOLDER is removed at the end; "" if nothing is to be removed.
// It has to lead a process group: what the command started ends with that.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

const GRACE_MILLISECONDS = 5000;

const [folder, command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
child.once("exit", finish);
child.once("error", finish);

process.stdin.on("close", () => {
  // It is for the others of the group.
  process.on("SIGTERM", () => {});
  process.kill(-process.pid, "SIGTERM");
  setTimeout(finish, GRACE_MILLISECONDS);
});
process.stdin.on("error", () => {}).resume();

function finish() {
  try {
    if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } finally {
    // This process is one of them.
    process.kill(-process.pid, "SIGKILL");
  }
}
