// The code that the document shows, so that what is tested is what origin developers copy.
import { readFileSync } from "node:fs";

const DOCUMENT = readFileSync(new URL("../../docs/origins.md", import.meta.url), "utf8");
const SHOWN_ISSUER = "https://gateway.example.com/auth";

/** The blocks of a language under a heading, with the issuer of a gateway that runs here. */
export function blocks(heading, language, issuer) {
  const [, section] = DOCUMENT.split(new RegExp(`^#+ ${heading}$`, "m"));
  if (section === undefined) throw new Error(`docs/origins.md has no heading "${heading}"`);
  const [body] = section.split(/^#+ /m, 1);
  const found = [...body.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(
    ([, code]) => code,
  );
  if (found.length === 0) throw new Error(`docs/origins.md has no ${language} under "${heading}"`);
  return found.map((code) => code.replaceAll(SHOWN_ISSUER, issuer));
}
