// Checks that no module of a crate imports itself through others, and that the rooms of the core use only what is below
// them. Reads the `use` declarations and paths of the sources; test modules may use anything.
//
// node scripts/check-imports.mjs [folder]

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));

/** Each crate by its folder of sources. Those that do not exist are skipped. */
const CRATES = [
  "src",
  "service/src",
  "cloudflare/src",
  "edge/src",
  "control/src",
  "server/src",
  "inspector/src",
  "webcrypto/src",
  "examples/explain",
  "fuzz/src",
];

/** The files that lie beside the root file of the core. */
const GROUND = "ground values";

/** The rooms of the core from the bottom up. A room may use its own layer and those before it. */
const LAYERS = [
  ["http", "token", GROUND],
  ["config"],
  ["keys"],
  ["accounts"],
  ["users"],
  ["login"],
  ["management"],
  ["authz"],
  ["inspection"],
];

let isFaulty = false;
for (const folder of CRATES.filter((folder) => existsSync(join(ROOT, folder)))) {
  const faults = checkCrate(folder);
  for (const fault of faults) console.error(fault);
  isFaulty ||= faults.length > 0;
}
process.exitCode = isFaulty ? 1 : 0;

function checkCrate(folder) {
  const modules = readModules(join(ROOT, folder));
  const imports = new Map([...modules.keys()].map((path) => [path, importsOf(path, modules)]));
  const name = (path) => relative(ROOT, modules.get(path).file);
  const faults = circles(imports).map((circle) => describe(circle, imports, name));
  return folder === "src" ? [...faults, ...checkRooms(imports, name)] : faults;
}

function describe(circle, imports, name) {
  const arrows = circle.flatMap((from) =>
    circle
      .filter((to) => imports.get(from).has(to))
      .map((to) => `  ${name(from)} uses ${name(to)} (${[...imports.get(from).get(to)].join(", ")})`),
  );
  return `import cycle of ${circle.length} modules:\n${arrows.join("\n")}`;
}

function checkRooms(imports, name) {
  const layerOf = (room) => LAYERS.findIndex((rooms) => rooms.includes(room));
  const faults = [];
  const rooms = new Map();
  for (const [from, targets] of imports) {
    // The root file only declares and re-exports.
    if (from === "") continue;
    const room = roomOf(from, imports);
    if (layerOf(room) < 0) faults.push(`${name(from)}: the room \`${room}\` has no layer; add it to LAYERS`);
    if (!rooms.has(room)) rooms.set(room, new Map());
    for (const [to, names] of targets) {
      const other = roomOf(to, imports);
      if (other === room) continue;
      rooms.get(room).set(other, names);
      if (layerOf(other) > layerOf(room)) {
        faults.push(`${name(from)} uses ${name(to)} (${[...names].join(", ")}) of a room above its own`);
      }
    }
  }
  const between = circles(rooms).map((circle) => `rooms that use each other: ${circle.join(", ")}`);
  return [...faults, ...between];
}

/** The room of a module: its folder, or the ground values for a file beside the root. */
function roomOf(path, modules) {
  const [first] = path.split("::");
  const isFolder = [...modules.keys()].some((other) => other.startsWith(`${first}::`));
  return isFolder ? first : GROUND;
}

/** The modules of a crate by path: `""` is the root, `a::b` a module within it. */
function readModules(folder) {
  const modules = new Map();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".rs")) continue;
    const file = join(entry.parentPath, entry.name);
    const segments = relative(folder, file).replace(/\.rs$/, "").split("/");
    if (["lib", "main", "mod"].includes(segments.at(-1))) segments.pop();
    const text = withoutTests(withoutComments(readFileSync(file, "utf8")));
    modules.set(segments.join("::"), { file, text, uses: usesOf(text) });
  }
  return modules;
}

/** The text with comments, strings and characters blanked. */
function withoutComments(text) {
  const token = /\/\/[^\n]*|\/\*[^]*?\*\/|r(#+)"[^]*?"\1|r"[^"]*"|"(?:\\[^]|[^"\\])*"|'(?:\\[^']+|[^'\\])'/g;
  return text.replace(token, (match) => (match.startsWith("/") ? " " : '""'));
}

/** The text without modules that only tests have. */
function withoutTests(text) {
  const start = text.search(/#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*(pub(\([a-z]+\))? )?mod \w+ \{/);
  if (start < 0) return text;
  let depth = 0;
  for (let at = text.indexOf("{", start); at < text.length; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return withoutTests(text.slice(0, start) + text.slice(at + 1));
  }
  return text.slice(0, start);
}

/** What a module's `use` declarations name: `{path: [segment, …], alias, isPublic}`. */
function usesOf(text) {
  const uses = [];
  for (const [, visibility, tree] of text.matchAll(/(?:^|[;{}\s])(pub(?:\([a-z]+\))? )?use ([^;]+);/g)) {
    expand(tree.replace(/\s+/g, " ").trim(), [], (path, alias) => {
      uses.push({ path, alias: alias ?? path.at(-1), isPublic: Boolean(visibility) });
    });
  }
  return uses;
}

function expand(tree, prefix, found) {
  const brace = tree.indexOf("{");
  if (brace < 0) {
    const [path, alias] = tree.split(" as ");
    const segments = [...prefix, ...path.split("::").map((segment) => segment.trim())].filter(Boolean);
    if (segments.at(-1) === "self" && segments.length > 1) segments.pop();
    found(segments, alias?.trim());
    return;
  }
  const within = [
    ...prefix,
    ...tree
      .slice(0, brace)
      .split("::")
      .map((segment) => segment.trim()),
  ].filter(Boolean);
  for (const part of split(tree.slice(brace + 1, tree.lastIndexOf("}")))) expand(part, within, found);
}

/** The parts of a list at its commas, not counting those within braces. */
function split(list) {
  const parts = [""];
  let depth = 0;
  for (const character of list) {
    if (character === "{") depth++;
    if (character === "}") depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** The modules that a module uses, with the names by which it does. */
function importsOf(path, modules) {
  const { text, uses } = modules.get(path);
  const imports = new Map();
  const note = (segments, isReExport) => {
    const found = resolve(path, segments, modules, new Set());
    if (!found || found.module === path) return;
    // What a module re-exports of the modules within it is their interface, not a dependency.
    if (isReExport && (path === "" || found.module.startsWith(`${path}::`))) return;
    if (!imports.has(found.module)) imports.set(found.module, new Set());
    imports.get(found.module).add(segments.at(-1));
  };
  for (const use of uses) note(use.path, use.isPublic);
  const rest = text.replace(/(?:pub(?:\([a-z]+\))? )?use [^;]+;/g, ";");
  for (const [full] of rest.matchAll(/\b\w+(?:::\w+)+/g)) {
    const segments = full.split("::");
    const bound = uses.find((use) => use.alias === segments[0]);
    if (!bound) note(segments, false);
    else note([...bound.path, ...segments.slice(1)], false);
  }
  return imports;
}

/** The module in which a path's item is defined, seen from `from`; nothing for what is outside the crate. */
function resolve(from, segments, modules, seen) {
  const visit = `${from} ${segments.join("::")}`;
  if (seen.has(visit)) return undefined;
  seen.add(visit);
  let [at, rest] = start(from, segments, modules) ?? [];
  if (rest === undefined) return undefined;
  while (rest.length && modules.has(join2(at, rest[0]))) {
    at = join2(at, rest[0]);
    rest = rest.slice(1);
  }
  if (!rest.length) return { module: at };
  const bound = modules.get(at).uses.find((use) => use.alias === rest[0] && (use.isPublic || at === from));
  const further = bound && resolve(at, [...bound.path, ...rest.slice(1)], modules, seen);
  return further ?? (bound ? undefined : { module: at });
}

/** Where a path begins, and what is left of it. */
function start(from, [first, ...rest], modules) {
  if (first === "crate") return ["", rest];
  if (first === "self") return [from, rest];
  if (first === "super") {
    let at = parent(from);
    while (rest[0] === "super") [at, rest] = [parent(at), rest.slice(1)];
    return [at, rest];
  }
  // A module within this one; anything else is a crate, a type or a function.
  return modules.has(join2(from, first)) ? [from, [first, ...rest]] : undefined;
}

function parent(path) {
  return path.split("::").slice(0, -1).join("::");
}

function join2(path, name) {
  return path ? `${path}::${name}` : name;
}

/** The groups of nodes of which each reaches each other (Tarjan), without single nodes. */
function circles(graph) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const groups = [];
  const visit = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    for (const next of graph.get(node)?.keys() ?? []) {
      if (!index.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node), low.get(next)));
      } else if (stack.includes(next)) {
        low.set(node, Math.min(low.get(node), index.get(next)));
      }
    }
    if (low.get(node) !== index.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1) groups.push(group);
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return groups;
}
