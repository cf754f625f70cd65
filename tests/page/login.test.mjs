// People log in with a real browser, at a real OpenID Provider.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { loginFixture } from "../e2e/login.mjs";
import { signIn, visitors } from "./visitors.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe("a browser", () => {
  const world = loginFixture();
  const open = visitors();

  test("comes back to a deep link with its query and fragment", async () => {
    await open({}, async (page) => {
      await page.goto(`${world.url}/app/p1/report?year=2026#part-2`);
      await signIn(page, "bob");
      await page.waitForURL(`${world.url}/app/p1/report?year=2026#part-2`);
      assert.match(await page.locator("body").innerText(), /x-auth-subject/);
    });
  });

  test("comes back without script too", async () => {
    await open({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${world.url}/app/p1/plain`);
      await signIn(page, "bob");
      await page.waitForURL(`${world.url}/app/p1/plain`);
    });
  });

  test("logs in in two tabs side by side", async () => {
    await open({}, async (first, context) => {
      const second = await context.newPage();
      await first.goto(`${world.url}/app/p1/one`);
      await second.goto(`${world.url}/app/p1/two`);
      await signIn(second, "bob");
      await second.waitForURL(`${world.url}/app/p1/two`);
      await signIn(first, "bob");
      await first.waitForURL(`${world.url}/app/p1/one`);
    });
  });

  test("goes back in its history after a login", async () => {
    await open({}, async (page) => {
      await page.goto(`${world.url}/app/p1/x`);
      await signIn(page, "bob");
      await page.waitForURL(`${world.url}/app/p1/x`);
      await page.goBack();
      await page.goto(`${world.url}/app/p1/y`);
      assert.equal(page.url(), `${world.url}/app/p1/y`);
    });
  });

  test("logs out here and at the provider", async () => {
    await open({}, async (page) => {
      await page.goto(`${world.url}/app/p1/x`);
      await signIn(page, "bob");
      await page.waitForURL(`${world.url}/app/p1/x`);
      await page.goto(`${world.url}/auth/logout`);
      await page.getByText("bob@example.com").waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("button", { name: /yes/i }).click();
      await page.waitForURL(/\/auth\/signed-out/);
      await page.getByRole("heading", { name: "You are signed out" }).waitFor();
      await page.goto(`${world.url}/app/p1/x`);
      await page.locator("input[name=login]").waitFor();
    });
  });

  test("is refused as somebody undeclared, and uses another account", async () => {
    await open({}, async (page) => {
      await page.goto(`${world.url}/app/p1/x`);
      await signIn(page, "eve");
      await page.getByRole("heading", { name: "You have no access yet" }).waitFor();
      await page.getByRole("link", { name: "Use another account" }).click();
      await signIn(page, "bob");
      await page.waitForURL(`${world.url}/app/p1/x`);
      // Bob is no operator; the same link is there.
      await page.goto(`${world.url}/control/p1/x`);
      await page.getByRole("heading", { name: "You may not open this page" }).waitFor();
      await page.getByRole("link", { name: "Use another account" }).click();
      await page.locator("input[name=login]").waitFor();
    });
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280]) {
      test(`shows pages that everybody can use, ${colorScheme}, ${width} pixels`, async () => {
        const options = { colorScheme, viewport: { width, height: 800 }, bypassCSP: true };
        await open(options, async (page) => {
          for (const path of [
            "/auth/signed-out",
            "/auth/login?return_to=//evil.example",
            "/auth/federation-callback?state=x",
            "/auth/recovery",
          ]) {
            await page.goto(world.url + path);
            await page.evaluate(AXE);
            const violations = await page.evaluate(async () => {
              const { violations } = await window.axe.run({ resultTypes: ["violations"] });
              return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n")}`);
            });
            assert.deepEqual(violations, [], path);
            const { scrollWidth, clientWidth } = await page.evaluate(() => {
              const { scrollWidth, clientWidth } = document.documentElement;
              return { scrollWidth, clientWidth };
            });
            assert.equal(scrollWidth, clientWidth, `${path} is wider than the screen`);
          }
        });
      });
    }
  }

  test("speaks German", async () => {
    await open({ locale: "de-DE" }, async (page) => {
      await page.goto(`${world.url}/auth/signed-out`);
      await page.getByRole("heading", { name: "Sie sind abgemeldet" }).waitFor();
      assert.equal(await page.locator("html").getAttribute("lang"), "de");
    });
  });
});
