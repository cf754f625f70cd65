// What package-lock.json brings in: free licences, checksums, and tools alone.

import { readFileSync } from "node:fs";

/** Licences under which anything may be used and passed on. */
const FREE = ["0BSD", "Apache-2.0", "CC0-1.0", "ISC", "MIT", "MIT OR Apache-2.0"];

/** Under other terms, and why that is no matter. */
const TOLERATED = {
  "@img/sharp": "miniflare's library for images, which nothing here uses; not part of what is built",
  "axe-core": "checks the page's accessibility in the tests' browser; not part of what is built",
};

const faults = [];
const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const [path, entry] of Object.entries(packages).filter(([path]) => path !== "")) {
  const name = path.replace(/^.*node_modules\//, "");
  const isTolerated = Object.keys(TOLERATED).some((prefix) => name.startsWith(prefix));
  if (entry.link || !entry.integrity?.startsWith("sha512-")) faults.push(`${name}: no SHA-512 checksum`);
  if (!entry.dev && !entry.optional && !entry.devOptional) faults.push(`${name}: not for development only`);
  if (!isTolerated && !FREE.includes(entry.license)) faults.push(`${name}: licence ${entry.license}`);
}
for (const fault of faults) console.error(`npm package ${fault}`);
console.log(`npm packages: ${Object.keys(packages).length - 1}, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
