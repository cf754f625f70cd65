// Sessions in place of tokens: a cookie for each of the first tokens of a file.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { FOLDER } from "./workerd.mjs";

/** A file of cookies, one a line, and the `sessions` that they show: the tokens by cookie. */
export function cookiesFor(tokens, count) {
  const sessions = {};
  for (const token of readFileSync(tokens, "utf8").split("\n").slice(0, count)) {
    sessions[createHash("sha384").update(token).digest("base64url")] = token;
  }
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}cookies`;
  writeFileSync(file, Object.keys(sessions).join("\n") + "\n");
  return { file, sessions };
}
