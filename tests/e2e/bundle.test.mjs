// What is built: what the worker offers, how large it is, and what the core is made of.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BUDGET_KIB = 270;

/** The worker's script as it is deployed, and what is known of it. */
const { outputFiles, metafile } = await build({
  entryPoints: [`${ROOT}edge/worker.js`],
  bundle: true,
  format: "esm",
  write: false,
  metafile: true,
  outdir: ROOT,
  external: ["cloudflare:workers", "*.wasm"],
});

test("the worker exports only its handler and its objects", () => {
  const [output] = Object.values(metafile.outputs);
  assert.deepEqual(output.exports.sort(), ["IssuerObject", "ProjectObject", "RegistryObject", "default"]);
});

test(`the worker's wasm and script are at most ${BUDGET_KIB} KiB gzipped`, (context) => {
  const files = [readFileSync(`${ROOT}edge/build/index_bg.wasm`), outputFiles[0].contents];
  const sizes = files.map((file) => gzipSync(file, { level: 9 }).length / 1024);
  const said = `${sizes.map((kib) => kib.toFixed(1)).join(" + ")} KiB gzipped`;
  context.diagnostic(said);
  assert.ok(sizes[0] + sizes[1] <= BUDGET_KIB, said);
});

test("the core knows neither the worker's API nor the browser's", () => {
  const args = [
    "tree",
    "--locked",
    "--package",
    "edge-authorizer",
    "--edges",
    "normal,build",
    "--prefix",
    "none",
  ];
  const crates = execFileSync("cargo", args, { cwd: ROOT, encoding: "utf8" });
  assert.match(crates, /^jwt-compact /m);
  assert.doesNotMatch(crates, /^(worker|wasm-bindgen|js-sys|web-sys)\b/m);
});
