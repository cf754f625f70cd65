// The code that the document shows, so that what is tested is what origin developers copy.
import { readFileSync } from "node:fs";

const DOCUMENT = readFileSync(new URL("../../docs/origins.md", import.meta.url), "utf8");
const SHOWN_ISSUER = "https://gateway.example.com/auth";

/** The first block of a language under a heading, with the issuer of a gateway that runs here. */
export function block(heading, language, issuer) {
  let under;
  // A block is matched as a whole, so that a comment in it is not taken for a heading.
  for (const [, title, name, code] of DOCUMENT.matchAll(/^#+ (.*)$|^```(\w+)\n([^]*?)^```$/gm)) {
    if (title) under = title;
    else if (under === heading && name === language) return code.replaceAll(SHOWN_ISSUER, issuer);
  }
  throw new Error(`docs/origins.md has no block of ${language} under "${heading}"`);
}
