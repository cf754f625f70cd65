// The node in a process that ends with this one.
import { join } from "node:path";
import { createInterface } from "node:readline";
import { closing, guarded } from "./group.mjs";

/**
 * Starts the node's `program` on a port, with its data in a folder, which is removed at the end unless `isKept`. `variables` are its
 * environment. `lines` takes its log lines; `ended` is called if it ends before `close`.
 */
export function startNode({ program, port, state, isKept, variables, lines, ended }) {
  const flags = ["--listen", `127.0.0.1:${port}`, "--data-dir", join(state, "node")];
  const child = guarded(isKept ? "" : state, [program, "serve", ...flags], variables);
  const ready = new Promise((resolve, reject) => {
    const said = [];
    createInterface({ input: child.stderr }).on("line", (line) => {
      said.push(line);
      if (line.startsWith("The gateway listens on ")) resolve();
      else lines(line);
    });
    child.once("close", () => reject(new Error(`the node does not start:\n${said.join("\n")}`)));
  });
  createInterface({ input: child.stdout }).on("line", (line) => lines(line));
  return { ready, close: closing(child, ended) };
}
