// What is built: what each worker offers, how large it is, what the edge cannot do, and what the core is made of.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const WORKERS = [
  { name: "edge", maxKib: 170, exports: ["default"] },
  {
    name: "control",
    maxKib: 700,
    exports: [
      "DirectoryObject",
      "IssuerObject",
      "ProjectObject",
      "Questions",
      "RegistryObject",
      "SigningKeysObject",
      "default",
    ],
  },
];

// All before the first test: what is registered after the last one that has ended would not run.
const bundles = await Promise.all(WORKERS.map(({ name }) => bundle(name)));
const [edge, control] = bundles;

for (const [index, { name, maxKib, exports }] of WORKERS.entries()) {
  const { wasm, script, exported } = bundles[index];

  test(`the worker of ${name}/ exports ${exports.join(", ")} only`, () => {
    assert.deepEqual(exported, exports);
  });

  test(`the wasm and script of ${name}/ are at most ${maxKib} KiB gzipped`, (context) => {
    const sizes = [wasm, script].map((file) => gzipSync(file, { level: 9 }).length / 1024);
    const message = `${sizes.map((kib) => kib.toFixed(1)).join(" + ")} KiB gzipped`;
    context.diagnostic(message);
    assert.ok(sizes[0] + sizes[1] <= maxKib, message);
  });
}

test("the edge has no code that writes to KV, and the control plane has", () => {
  // The names of imports are in the file as they are.
  const writes = ({ wasm }) =>
    [...wasm.toString("latin1").matchAll(/__wbg_(put|delete|list)_/g)].map(([, name]) => name);
  assert.deepEqual(writes(edge), []);
  assert.doesNotMatch(String(edge.script), /\.(put|getWithMetadata|list)\(/);
  assert.deepEqual(writes(control).toSorted(), ["delete", "put"]);
});

test("the edge has no code for Durable Objects, management, discovery and making keys, and the control plane has", () => {
  const signs = [
    "getByName",
    "INSERT INTO",
    "put_gateway",
    ".well-known/openid-configuration",
    "ASSETS",
    "generateKey",
  ];
  for (const sign of signs) {
    assert.ok(!edge.wasm.includes(sign) && !edge.script.includes(sign), sign);
    assert.ok(control.wasm.includes(sign) || control.script.includes(sign), sign);
  }
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

/** A worker as it is deployed: its wasm, its script, and what that exports. */
async function bundle(name) {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${ROOT}${name}/worker.js`],
    bundle: true,
    format: "esm",
    write: false,
    metafile: true,
    outdir: ROOT,
    external: ["cloudflare:workers", "*.wasm"],
  });
  const [output] = Object.values(metafile.outputs);
  return {
    wasm: readFileSync(`${ROOT}${name}/build/index_bg.wasm`),
    script: Buffer.from(outputFiles[0].contents),
    exported: output.exports.toSorted(),
  };
}
