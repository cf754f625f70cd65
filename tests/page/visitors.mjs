// People with a browser each, who sign in at the OpenID Provider.
import { after, before } from "node:test";
import { startBrowser } from "./browser.mjs";

/** Registers the browser of a suite, and returns `open`, which opens it for somebody without cookies while `use` is under way. */
export function visitors() {
  let browser;
  before(async () => (browser = await startBrowser()));
  after(() => browser?.close());

  return async function open(options, use) {
    const context = await browser.newContext(options);
    try {
      await use(await context.newPage(), context);
    } finally {
      await context.close();
    }
  };
}

/** Signs in at the provider's page. */
export async function signIn(page, name) {
  await page.locator("input[name=login]").fill(name);
  await page.locator("input[name=password]").fill("x");
  await page.locator("button[type=submit]").click();
}
