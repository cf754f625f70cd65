// Storage as an earlier release left it.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Puts the storage of a stopped gateway back to the tables of the releases before there were records; how many there were. */
export function makeEarlier(folder) {
  const script = fileURLToPath(new URL("earlier.py", import.meta.url));
  return Number(execFileSync("python3", [script, join(folder, "objects")], { encoding: "utf8" }));
}
