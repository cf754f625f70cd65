// inspector/page/ to www/inspector/: the page, beside the wasm that is there already.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PAGE = fileURLToPath(new URL(".", import.meta.url));
const OUT = fileURLToPath(new URL("../../www/inspector/", import.meta.url));
const SHARED = { bundle: true, minify: true, target: "es2022", legalComments: "none", logLevel: "warning" };

await build({
  ...SHARED,
  entryPoints: { app: `${PAGE}src/main.tsx`, style: `${PAGE}style.css` },
  outdir: OUT,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
  // The glue of the wasm is a module of its own.
  external: ["./pkg/inspector.js"],
});
for (const file of ["index.html", "icon.svg"]) cpSync(PAGE + file, OUT + file);
await buildKeys();

/** The document that fetches keys has its script within it: in its sandbox it has no origin that could be called its own. */
async function buildKeys() {
  const { outputFiles } = await build({
    ...SHARED,
    entryPoints: [`${PAGE}keys/keys.ts`],
    format: "iife",
    write: false,
  });
  const script = outputFiles[0].text.trim();
  const hash = createHash("sha256").update(script).digest("base64");
  const template = readFileSync(`${PAGE}keys/index.html`, "utf8");
  const html = template
    .replace("script-src 'self'", `script-src 'sha256-${hash}'`)
    .replace('<script src="keys.js"></script>', () => `<script>${script}</script>`);
  rmSync(`${OUT}keys`, { recursive: true, force: true });
  mkdirSync(`${OUT}keys`, { recursive: true });
  writeFileSync(`${OUT}keys/index.html`, html);
}
