// A command in a group of processes that ends with this one, however this one ends.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * Runs a command under the guard, which leads its own group of processes: Ctrl-C reaches the group through it only. `folder` is removed
 * at the end, unless it is "". The group ends when the child's standard input is closed.
 */
export function guarded(folder, command, env) {
  const guard = fileURLToPath(new URL("guard.mjs", import.meta.url));
  const child = spawn(process.execPath, [guard, folder, ...command], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    env,
  });
  child.stdin.on("error", () => {});
  return child;
}

/** What ends a guarded command and waits for that. `ended` is called if it ends before; `clear` in any case. */
export function closing(child, ended, clear = () => {}) {
  let isClosing = false;
  const gone = new Promise((resolve) => child.once("exit", resolve)).then(() => {
    clear();
    endGroup(child.pid);
    if (!isClosing) ended();
  });
  return () => {
    isClosing = true;
    child.stdin.end();
    return gone;
  };
}

/** Ends what is left of a group, if the guard could not. */
function endGroup(leader) {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nothing is left.
  }
}
