// What the lock files bring in: licences, sources, checksums, and crates in two versions. Offline; nothing is fetched.
//
// Known vulnerabilities are another question: their database changes daily and is not part of the tree.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Licences by which anything may be used and passed on. */
const FREE = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "NCSA",
  "Unicode-3.0",
  "Zlib",
]);

/** Under other terms, and why that is no matter. */
const TOLERATED = new Map([
  [
    "npm @img/sharp",
    "a library of miniflare's for images, which nothing here uses; not part of what is built",
  ],
  [
    "npm axe-core",
    "looks for what keeps people from using the page, in the tests' browser; not part of what is built",
  ],
]);

/** Crates of which there are two versions, and why. */
const TWICE = new Map([
  ["matchit", "the worker crate's router, which nothing here calls, wants an older one"],
  ["syn", "reads Rust while compiling; macros move to the newer one as they can"],
]);

const faults = [];

/** Whether one of the alternatives of an SPDX expression consists of free licences alone. */
function isFree(expression) {
  const words = expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  const term = () => {
    const word = words.shift();
    if (word !== "(") return FREE.has(word);
    const inner = either();
    if (words.shift() !== ")") throw new Error(`not an SPDX expression: ${expression}`);
    return inner;
  };
  const all = () => {
    let free = term();
    while (words[0] === "AND" && words.shift()) free = term() && free;
    return free;
  };
  const either = () => {
    let free = all();
    while (words[0] === "OR" && words.shift()) free = all() || free;
    return free;
  };
  const free = either();
  if (words.length > 0) throw new Error(`not an SPDX expression: ${expression}`);
  return free;
}

function checkLicence(name, expression) {
  const isTolerated = [...TOLERATED.keys()].some((prefix) => name.startsWith(prefix));
  if (!isTolerated && !(expression && isFree(expression)))
    faults.push(`${name}: licence ${expression ?? "unknown"}`);
}

/** A workspace's crates: of this tree, or of the one registry and with a checksum. */
function checkCrates(folder) {
  const command = [
    "metadata",
    "--locked",
    "--format-version",
    "1",
    "--manifest-path",
    `${folder}/Cargo.toml`,
  ];
  const { packages } = JSON.parse(execFileSync("cargo", command, { maxBuffer: 1 << 28, encoding: "utf8" }));
  const locked = readFileSync(`${folder}/Cargo.lock`, "utf8").split("[[package]]").slice(1);
  for (const entry of locked.filter((entry) => entry.includes("\nsource = "))) {
    const isSound = /\nsource = "registry\+[^"]+"\nchecksum = "[0-9a-f]{64}"\n/.test(entry);
    if (!isSound) faults.push(`${folder}/Cargo.lock: not of a registry with a checksum: ${entry.trim()}`);
  }
  const sources = new Set(packages.map(({ source }) => source).filter(Boolean));
  if (sources.size > 1) faults.push(`${folder}: crates of several sources: ${[...sources].join(", ")}`);
  const names = packages.map(({ name }) => name);
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    if (!TWICE.has(name)) faults.push(`${folder}: several versions of ${name}`);
  }
  for (const { name, license } of packages) checkLicence(`crate ${name}`, license);
  return packages.length;
}

/** npm packages: tools alone, each with a checksum. */
function checkNodePackages() {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const entries = Object.entries(packages).filter(([path]) => path !== "");
  for (const [path, { integrity, license, dev, optional, devOptional, version, link }] of entries) {
    const name = `npm ${path.replace(/^.*node_modules\//, "")}`;
    if (link || !integrity?.startsWith("sha512-")) faults.push(`${name} ${version}: no SHA-512 checksum`);
    if (!dev && !optional && !devOptional) faults.push(`${name}: not for development only`);
    checkLicence(name, license);
  }
  return entries.length;
}

const crates = [".", "fuzz"].map(checkCrates);
const nodePackages = checkNodePackages();
for (const fault of faults) console.error(`supply: ${fault}`);
console.log(
  `supply: ${crates[0]} crates, for fuzzing ${crates[1]}, ${nodePackages} npm packages for development;`,
);
console.log(`supply: ${faults.length} faults in licences, sources, checksums and versions.`);
console.log("supply: NOT CHECKED: known vulnerabilities. With a network: `cargo audit` and `npm audit`.");
process.exitCode = faults.length > 0 ? 1 : 0;
