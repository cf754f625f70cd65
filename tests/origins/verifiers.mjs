// The verifiers of the document, each started for a gateway. They are copied from it as they are.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CACHE } from "../../bench/corpus.mjs";
import { has } from "../../bench/processes.mjs";
import { block } from "./document.mjs";
import { folderWith } from "./folder.mjs";
import { startProgram } from "./program.mjs";

const run = promisify(execFile);
const PROGRAMS = fileURLToPath(new URL("programs/", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TOOLS = join(CACHE, "origins");
const VERSIONS = Object.fromEntries(
  [...readFileSync(join(PROGRAMS, "versions.env"), "utf8").matchAll(/^(\w+)=(.*)$/gm)].map((match) =>
    match.slice(1),
  ),
);

const python = join(TOOLS, `pyjwt-${VERSIONS.PYJWT_VERSION}/bin/python`);
const nimbus = join(TOOLS, `nimbus-jose-jwt-${VERSIONS.NIMBUS_VERSION}.jar`);

/**
 * By the heading of the document: why it cannot run here, if so; how to start it, and how often it fetches the keys at most
 * when it sees unknown `kid`s within a minute.
 */
export const VERIFIERS = {
  "Node.js": { missing: () => undefined, start: startNode, fetches: 1, hasClock: true },
  Python: {
    missing: () => !existsSync(python) && "PyJWT is missing: it needs python3 with venv, and pip",
    start: startPython,
    fetches: 1,
    hasClock: true,
  },
  Go: {
    missing: () =>
      (!has("go") && "go is missing") ||
      (!isBrought("go/go.mod") && "golang-jwt and keyfunc cannot be built"),
    start: startGo,
    fetches: 2,
  },
  Java: {
    missing: () =>
      (!has("javac") && "a JDK is missing") ||
      (!existsSync(nimbus) && "Nimbus JOSE + JWT is missing: it needs Maven"),
    start: startJava,
    fetches: 2,
  },
  Rust: {
    missing: () => !isBrought("rust/Cargo.lock") && "jsonwebtoken cannot be built",
    start: startRust,
    fetches: 1,
  },
};

/** Whether `scripts/setup-origins.sh` has brought what a lock file names. */
function isBrought(lock) {
  const brought = join(TOOLS, lock);
  return existsSync(brought) && readFileSync(brought).equals(readFileSync(join(PROGRAMS, lock)));
}

/** In this process, with its clock. Imports are resolved from where the file is. */
async function startNode(issuer) {
  const folder = mkdtempSync(join(ROOT, "node_modules/.origins-"));
  const code = block("Node.js", "js", issuer);
  writeFileSync(join(folder, "verifier.mjs"), code);
  const { verifyAssertion } = await import(join(folder, "verifier.mjs"));
  const verify = async (assertion) => {
    try {
      return { isAccepted: true, text: (await verifyAssertion(assertion)).sub };
    } catch (error) {
      return { isAccepted: false, text: String(error) };
    }
  };
  return { verify, stop: () => rmSync(folder, { recursive: true }) };
}

async function startPython(issuer) {
  const folder = folderWith({ "verifier.py": block("Python", "python", issuer) });
  return lines(folder, python, [join(PROGRAMS, "loop.py"), folder]);
}

async function startRust(issuer) {
  const folder = folderWith({ "verifier.rs": block("Rust", "rust", issuer) });
  const target = join(TOOLS, "rust");
  const env = { ...process.env, ORIGIN_VERIFIER: join(folder, "verifier.rs") };
  const build = ["build", "--locked", "--offline", "--target-dir", target];
  await run("cargo", build, { cwd: join(PROGRAMS, "rust"), env });
  return lines(folder, join(target, "debug/origin-verifier"), []);
}

async function startGo(issuer) {
  const folder = folderWith({ "origin/verifier.go": block("Go", "go", issuer) });
  cpSync(join(PROGRAMS, "go"), folder, { recursive: true });
  cpSync(join(TOOLS, "go"), folder, { recursive: true });
  const env = { ...process.env, GOPROXY: "off" };
  await run("go", ["build", "-mod=mod", "-o", "loop", "."], { cwd: folder, env });
  return lines(folder, join(folder, "loop"), []);
}

async function startJava(issuer) {
  const folder = folderWith({ "AssertionVerifier.java": block("Java", "java", issuer) });
  const sources = [join(folder, "AssertionVerifier.java"), join(PROGRAMS, "java/Loop.java")];
  await run("javac", ["-nowarn", "-cp", nimbus, "-d", folder, ...sources]);
  return lines(folder, "java", ["-cp", [folder, nimbus].join(delimiter), "Loop"]);
}

/** A program that answers each line with one: `accepted SUBJECT` or `refused WHY`. */
function lines(folder, program, parameters) {
  const { child, stop } = startProgram(program, parameters, [folder], ["pipe", "pipe", "inherit"]);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const tell = (line) => child.stdin.write(`${line}\n`);
  const verify = async (assertion) => {
    tell(assertion);
    const { value, done } = await answers.next();
    if (done) throw new Error(`${program} has ended`);
    const [verdict] = value.split(" ", 1);
    return { isAccepted: verdict === "accepted", text: value.slice(verdict.length + 1) };
  };
  return { verify, stop, later: (seconds) => tell(`later ${seconds}`) };
}
