// The documents: their links, what they name of the project, and what they say of the log.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DOCUMENTS = ["", "docs"].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);
const SCRIPT = /(?<![\w/])(?:scripts|tests|demo|tools)\/[\w/.-]+\.(?:mjs|rs|sh|json|js)\b/g;

const read = (file) => readFileSync(join(ROOT, file), "utf8");

/** A document without its blocks of code. */
const prose = (file) => read(file).replace(/^ *```.*?^ *```$/gms, "");

/** The anchors of a document's headings, as GitHub makes them. */
const anchors = (file) =>
  [...prose(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

/** The names in the first column of the table under a heading. */
function rows(file, heading) {
  const [, section] = read(file).split(new RegExp(`^#+ \`?${heading}\`?$`, "m"));
  const [, body] = section.split(/^#+ /m)[0].split(/^\|---.*$/m);
  const cells = [...body.matchAll(/^\| ([^|]*) \|/gm)].map(([, cell]) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toSorted();
}

test("links lead to files and headings that exist", () => {
  for (const file of DOCUMENTS) {
    for (const [, target] of prose(file).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path, anchor] = target.split("#");
      const linked = path ? join(dirname(file), path) : file;
      assert.ok(existsSync(join(ROOT, linked)), `${file}: ${target}`);
      if (anchor) assert.ok(anchors(linked).includes(anchor), `${file}: ${target}`);
    }
  }
});

test("the README is at most 110 lines", () => {
  const lines = read("README.md").trimEnd().split("\n").length;
  assert.ok(lines <= 110, `${lines} lines`);
});

test("the targets of make and the scripts that are named exist", () => {
  const targets = new Set([...read("Makefile").matchAll(/^([a-z0-9-]+):/gm)].map(([, name]) => name));
  for (const file of DOCUMENTS) {
    for (const [, target] of read(file).matchAll(/(?:`|^|\$ |- run: )make ([a-z][a-z0-9-]*)/gm)) {
      assert.ok(targets.has(target), `${file}: make ${target}`);
    }
    for (const [path] of read(file).matchAll(SCRIPT)) {
      const isThere = ["", "service"].some((folder) => existsSync(join(ROOT, folder, path)));
      assert.ok(isThere, `${file}: ${path}`);
    }
  }
});

test("the warnings in the code are those of the table", () => {
  const folders = ["service/src", "edge/src", "control/src", "cloudflare/src", "server/src"];
  const sources = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .filter((name) => /\.(rs|js)$/.test(name))
      .map((name) => join(folder, name)),
  );
  const named = sources.flatMap((file) =>
    [...read(file).matchAll(/warning\(\s*(?:&?[\w:.]+,\s*){0,2}"(\w+)"/g)].map(([, event]) => event),
  );
  assert.ok(named.length > 10);
  assert.deepEqual(rows("docs/operations.md", "Warnings"), [...new Set(named)].toSorted());
});

test("the properties of log lines in the code are those of the tables", () => {
  const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  const fields = (file) =>
    [...read(file).matchAll(/^(?:pub )?struct (?:Line|Start|End|RequestStart)<.*?^}/gms)].flatMap(([body]) =>
      [...body.matchAll(/^ {4}(\w+): /gm)].flatMap(([, name]) =>
        name === "start" ? fields("service/src/log/request_start.rs") : [camel(name)],
      ),
    );
  for (const [file, heading, more] of [
    ["service/src/log/decision_line.rs", "decision", ["trace"]],
    ["service/src/log/management_line.rs", "management", ["trace"]],
  ]) {
    const expected = [...fields(file), ...more].toSorted();
    assert.deepEqual(rows("docs/operations.md", heading), expected);
  }
});
