// The code that the document shows, so that what is tested is what origin developers copy.
import { readFileSync } from "node:fs";

const SHOWN_ISSUER = "https://gateway.example.com/auth";

/** The first block of a language under a heading of a document in `docs/`, or the one of that index. */
export function blockOf(document, heading, language, index = 0) {
  const text = readFileSync(new URL(`../../docs/${document}`, import.meta.url), "utf8");
  const blocks = [];
  let under;
  // A block is matched as a whole, so that a comment in it is not taken for a heading.
  for (const [, title, name, code] of text.matchAll(/^#+ (.*)$|^```(\w+)\n([^]*?)^```$/gm)) {
    if (title) under = title;
    else if (under === heading && name === language) blocks.push(code);
  }
  if (blocks.length > index) return blocks[index];
  throw new Error(`docs/${document} has no block ${index} of ${language} under "${heading}"`);
}

/** A block of `docs/origins.md`, with the issuer of a gateway that runs here. */
export const block = (heading, language, issuer) =>
  blockOf("origins.md", heading, language).replaceAll(SHOWN_ISSUER, issuer);
