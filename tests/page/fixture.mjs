// The page in a browser.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";
import { sign } from "../e2e/tokens.mjs";
import { openInspector, startBrowser } from "./browser.mjs";
import { startSite } from "./site.mjs";

export const ISSUER = "https://issuer.example";
export const ENTRY = {
  id: "apps",
  iss: ISSUER,
  label: { en: "Apps" },
  idClaim: "sub",
  roleDetection: "CLAIM",
  rolesClaim: "roles",
  roleTemplate: "{project}.{roleName}",
};

/** Registers what a suite needs, and returns it; it is filled when the tests run. The page is opened for each test, or
 * once for the suite. */
export function inspectorFixture(options, { once = false } = {}) {
  const inspector = {
    tab: (name) => inspector.page.getByRole("tab", { name }).click(),
    example: (name) => inspector.page.getByRole("button", { name, exact: true }).click(),
    field: (name) => inspector.page.getByLabel(name, { exact: true }),
    /** The verdict's words, as soon as they are these. */
    async verdict(expected) {
      const status = inspector.page.locator(".verdict").getByRole("status").first();
      await status
        .getByText(expected)
        .or(status.filter({ hasText: expected }))
        .first()
        .waitFor({ state: "attached" });
    },
    /** The sentences of the trace. */
    async trace() {
      const texts = await inspector.page.locator(".trace p").allInnerTexts();
      return texts.map((text) => text.replace(/\s+/g, " ")).join("\n");
    },
  };

  before(async () => {
    inspector.site = await startSite();
    inspector.browser = await startBrowser();
  });

  after(async () => {
    await inspector.browser?.close();
    await inspector.site?.close();
  });

  (once ? before : beforeEach)(async () => {
    inspector.page = await openInspector(inspector.browser, inspector.site.url, options);
  });

  afterEach(async () => {
    const { faults } = inspector.page;
    if (!once) await inspector.page.context().close();
    assert.deepEqual(faults, []);
  });

  return inspector;
}

/** A token of the issuer with the roles `p1.access` and `p2.access`, or others. */
export function token(claims = {}, header = {}, key = "ec256-1") {
  const now = Math.floor(Date.now() / 1000);
  return sign(
    key,
    { alg: "ES256", kid: key, typ: "JWT", ...header },
    { iss: ISSUER, sub: "someone", iat: now, exp: now + 600, roles: ["p1.access", "p2.access"], ...claims },
  );
}
