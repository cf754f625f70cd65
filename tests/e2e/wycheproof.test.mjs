// Project Wycheproof's vectors through the check that the worker uses, in workerd.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

// The inspector's wasm has the same crate for it as the worker's, and a function to reach it.
const SCRIPT = `
import { initSync, check_signature } from "./www/inspector/pkg/inspector.js";
import module from "./www/inspector/pkg/inspector_bg.wasm";
initSync({ module });
export default {
  async fetch(request) {
    const checks = await request.json();
    const answers = await Promise.all(checks.map((check) => check_signature(JSON.stringify(check))));
    return Response.json(answers.map((answer) => JSON.parse(answer)));
  },
};`;

const cargo = ["run", "--quiet", "--locked", "--package", "wycheproof-cases"];
const groups = JSON.parse(execFileSync("cargo", cargo, { cwd: ROOT, maxBuffer: 2 ** 28 }));

describe("Wycheproof", () => {
  let miniflare;

  before(async () => {
    miniflare = new Miniflare({
      modules: true,
      modulesRoot: ROOT,
      modulesRules: [
        { type: "ESModule", include: ["**/*.js"] },
        { type: "CompiledWasm", include: ["**/*.wasm"] },
      ],
      script: SCRIPT,
      scriptPath: `${ROOT}checker.js`,
      compatibilityDate: "2026-04-01",
    });
    await miniflare.ready;
  });

  after(() => miniflare?.dispose());

  const algorithms = [...new Set(groups.map((group) => group.algorithm))];

  for (const algorithm of algorithms) {
    test(algorithm, async (context) => {
      const counts = { valid: 0, invalid: 0, acceptable: 0, "set aside by the key rules": 0 };
      for (const group of groups.filter((group) => group.algorithm === algorithm)) {
        const checks = group.tests.map(({ message, signature }) => ({
          algorithm,
          jwk: group.jwk,
          input: message,
          signature,
        }));
        const response = await miniflare.dispatchFetch("http://checker/", {
          method: "POST",
          body: JSON.stringify(checks),
        });
        const answers = await response.json();
        group.tests.forEach(({ id, comment, result }, index) => {
          const { outcomes, error } = answers[index];
          const name = `${group.set} ${id}: ${comment}`;
          if (error !== undefined) {
            assert.match(error, /^an RSA (modulus|exponent) /, name);
            counts["set aside by the key rules"] += 1;
            return;
          }
          counts[result] += 1;
          if (result === "acceptable") return;
          assert.deepEqual(outcomes, [result === "valid" ? "verified" : "wrong_signature"], name);
        });
      }
      context.diagnostic(JSON.stringify(counts));
      assert.ok(counts.valid > 0 && counts.invalid > 0);
    });
  }

  test("all ten algorithms are there", () => assert.equal(algorithms.length, 10));
});
