// Everybody can use the page: axe finds nothing in any panel, light and dark, wide and narrow; the keyboard is enough.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { ENTRY, inspectorFixture, token } from "./fixture.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TABS = ["Token", "Keys", "Providers", "Request", "Roles", "Suggest"];

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280]) {
    describe(`in ${colorScheme} at ${width} pixels`, () => {
      // The policy of the page would refuse axe.
      const inspector = inspectorFixture({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });

      async function violations() {
        return inspector.page.evaluate(async () => {
          const { violations } = await window.axe.run({ resultTypes: ["violations"] });
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`);
        });
      }

      async function assertClean(state) {
        assert.deepEqual(await violations(), [], state);
        const overflow = await inspector.page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.equal(overflow, 0, `${state} is wider than the screen`);
      }

      test("axe finds nothing, empty", async () => {
        await inspector.page.evaluate(AXE);
        await assertClean("empty");
      });

      test("axe finds nothing: not decided yet, by entries and by keys", async () => {
        await inspector.page.evaluate(AXE);
        await assertClean("empty");
        await inspector.tab("Providers");
        await assertClean("without a token");
        await inspector.tab("Token");
        await inspector.field("Access token").fill(await token());
        await inspector.verdict("Not decided yet: paste the project's entries");
        for (const tab of TABS) {
          await inspector.tab(tab);
          await assertClean(tab);
        }
        await inspector.tab("Token");
        await inspector.field("The project’s entries").fill("[");
        await assertClean("with a fault");
        await inspector.field("Token of an owner").fill("a.b.c");
        await inspector.page.getByRole("button", { name: "Load from this server" }).click();
        await inspector.page.getByText("Not loaded:").waitFor();
        await assertClean("not loaded");
        inspector.page.faults.length = 0; // The browser reports the 404.
        await inspector.field("The project’s entries").fill(JSON.stringify([ENTRY]));
        await inspector.verdict("Not decided yet: fetch the issuer's keys");
        await assertClean("keys");
      });

      for (const example of ["Keycloak", "A refusal"]) {
        test(`axe finds nothing: ${example}`, async () => {
          await inspector.page.evaluate(AXE);
          await inspector.example(example);
          await inspector.page.locator(".headline").waitFor();
          for (const tab of TABS) {
            await inspector.tab(tab);
            await assertClean(tab);
          }
        });
      }

      test("axe finds nothing: faults everywhere", async () => {
        await inspector.page.evaluate(AXE);
        await inspector.field("Access token").fill(`${await token({ iss: 7 })}=`);
        await assertClean("token");
        await inspector.tab("Keys");
        await inspector.field("Key set, JWK or PEM").fill('{"keys": [{"kid": "k"}, 7]}');
        await assertClean("keys");
        await inspector.tab("Providers");
        await inspector.page.getByRole("button", { name: "Add an entry" }).click();
        await inspector.field("As JSON").fill('{"id": "x", "iss": 7, "roleDetection": "CLAIM"}');
        await assertClean("providers");
        await inspector.tab("Request");
        await inspector.field("Routes").fill("{");
        await assertClean("request");
      });
    });
  }
}

describe("with the keyboard alone", () => {
  const inspector = inspectorFixture();

  test("every panel and the verdict can be reached", async () => {
    const { page } = inspector;
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    const press = async (key, until) => {
      for (let count = 0; count < 40; count += 1) {
        if ((await focused()) === until) return;
        await page.keyboard.press(key);
      }
      assert.fail(`${until} is not reached by ${key}`);
    };
    await press("Tab", "Keycloak");
    await page.keyboard.press("Enter");
    await inspector.verdict("Permitted as access");
    await press("Tab", "Token, well-formed");
    for (const tab of ["Keys", "Providers", "Request", "Roles", "Suggest"]) {
      await page.keyboard.press("ArrowRight");
      assert.match(await focused(), new RegExp(`^${tab}`));
      assert.equal(await page.getByRole("tab", { name: tab }).getAttribute("aria-selected"), "true");
    }
    await page.keyboard.press("ArrowRight");
    assert.match(await focused(), /^Token/);
    await page.keyboard.press("End");
    await press("Tab", "Use it alone");
    await page.keyboard.press("Enter");
    await inspector.verdict("Permitted as access");
    await press("Tab", "Copy as JSON");
  });

  test("what has the focus shows it", async () => {
    const { page } = inspector;
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, "solid");
  });
});

describe("on a narrow screen", () => {
  const inspector = inspectorFixture({ viewport: { width: 360, height: 740 } });

  test("the gist of the verdict is always in sight, and leads to it", async () => {
    await inspector.example("A refusal");
    const brief = inspector.page.locator(".brief");
    await brief.getByText("Refused: 401 token_untrusted").waitFor();
    assert.ok(await brief.isVisible());
    await inspector.page.getByRole("button", { name: "See why" }).click();
    assert.equal(await inspector.page.evaluate(() => document.activeElement.id), "verdict");
    await inspector.page.waitForFunction(
      () => document.getElementById("verdict").getBoundingClientRect().top < innerHeight,
    );
  });
});
