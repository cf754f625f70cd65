// Links that somebody crafted: what they can set, and that they never break the page.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { publicJwk, sign } from "../e2e/tokens.mjs";
import { openInspector } from "./browser.mjs";
import { ENTRY, inspectorFixture, ISSUER } from "./fixture.mjs";

const CONFIGURATION = {
  entries: [JSON.stringify({ ...ENTRY, id: "linked" })],
  project: "p1",
  method: "PUT",
  path: "/data-recorder-service/v2/p1/linked",
  routes: JSON.stringify({
    origins: { insights: { url: "https://insights.example" } },
    routes: [
      {
        path: "/data-recorder-service/v2/{project}/{*rest}",
        origin: "insights",
        access: { "*": ["admin"] },
      },
    ],
  }),
};

const fragment = (value) =>
  `#c=${deflateRawSync(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url")}`;

describe("a crafted link", () => {
  const inspector = inspectorFixture();

  /** The page that a link opens, and what it shows of the configuration. */
  async function opened(value) {
    const page = await openInspector(inspector.browser, inspector.site.url + fragment(value));
    await page.getByText("What becomes of a request").waitFor();
    await page.getByRole("tab", { name: "Request" }).click();
    const path = await page.getByLabel("Path", { exact: true }).inputValue();
    return { page, isTaken: path === CONFIGURATION.path };
  }

  test("sets neither token nor keys, time or tolerance", async () => {
    // Expired long ago, and signed by whoever made the link.
    const claims = { iss: ISSUER, sub: "x", iat: 1, exp: 2, roles: ["p1.admin"] };
    const token = await sign("ec256-1", { alg: "ES256", kid: "ec256-1" }, claims);
    const keys = JSON.stringify({ keys: [publicJwk("ec256-1")] });
    const { page, isTaken } = await opened({
      ...CONFIGURATION,
      token,
      keys,
      keysOf: ISSUER,
      at: "1970-01-01T00:00:01Z",
      skew: 1e9,
    });
    assert.ok(isTaken);
    await page.getByRole("tab", { name: "Token" }).click();
    assert.equal(await page.getByLabel("Access token").inputValue(), "");
    await page.getByRole("tab", { name: "Keys" }).click();
    assert.equal(await page.getByLabel("Key set, JWK or PEM").inputValue(), "");
    // The reader's own token is judged by their own time and keys.
    await page.getByRole("tab", { name: "Token" }).click();
    await page.getByLabel("Access token").fill(token);
    const status = page.locator(".verdict").getByRole("status").first();
    await status.filter({ hasText: "Refused" }).waitFor();
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  for (const [what, value, isExpected] of [
    ["with members of other types", { ...CONFIGURATION, token: 7, keys: {}, at: [], skew: "x" }, true],
    ["with a project that is a number", { ...CONFIGURATION, project: 7 }, false],
    ["with routes that are an object", { ...CONFIGURATION, routes: {} }, false],
    ["with an entry that is an object", { ...CONFIGURATION, entries: [ENTRY] }, false],
    ["with entries that are a text", { ...CONFIGURATION, entries: "x" }, false],
    ["with too many entries", { ...CONFIGURATION, entries: Array(65).fill("{}") }, false],
    ["without a path", { ...CONFIGURATION, path: undefined }, false],
    ["with a prototype", `{"__proto__":{"token":"x"},${JSON.stringify(CONFIGURATION).slice(1)}`, true],
    ["that is deep", `${"[".repeat(100_000)}`, false],
    ["that is a null", "null", false],
    ["that unpacks to megabytes", `"${"x".repeat(5_000_000)}"`, false],
  ]) {
    test(`${what} ${isExpected ? "sets the configuration alone" : "sets nothing"}`, async () => {
      const { page, isTaken } = await opened(value);
      assert.equal(isTaken, isExpected);
      await page.getByRole("tab", { name: "Token" }).click();
      assert.equal(await page.getByLabel("Access token").inputValue(), "");
      assert.deepEqual(page.faults, []);
      await page.context().close();
    });
  }
});
