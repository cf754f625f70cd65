// `make screenshots`: the pictures of docs/inspector.md, in docs/images. Names of pictures as arguments make these alone.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openInspector, startBrowser } from "./browser.mjs";
import { startSite } from "./site.mjs";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const PHONE = { viewport: { width: 390, height: 800 } };

/** Each picture: what the browser is, which example is loaded, what is shown of it, and what is taken away before. */
const PICTURES = {
  "permitted.webp": [{}, "Keycloak", "Token"],
  "undecided.webp": [{}, "Keycloak", "Token", withoutEntries],
  "keys-missing.webp": [{ colorScheme: "dark" }, "Keycloak", "Keys", withoutKeys],
  "refused.webp": [{ colorScheme: "dark" }, "A refusal", "Providers"],
  "roles.webp": [{ viewport: { width: 1280, height: 800 } }, "Keycloak", "Roles"],
  "suggested.webp": [{ viewport: { width: 1280, height: 1000 } }, "Entra ID v1", "Suggest"],
  "phone.webp": [PHONE, "Okta", "Token"],
};

async function withoutEntries(page) {
  await page.getByRole("tab", { name: "Token" }).click();
  const token = await page.getByLabel("Access token").inputValue();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByLabel("Access token").fill(token);
  await page.locator("[data-verdict=undecided]").waitFor();
}

async function withoutKeys(page) {
  await page.getByRole("tab", { name: "Keys" }).click();
  await page.getByLabel("Key set, JWK or PEM").fill("");
  await page.locator("[data-verdict=undecided]").waitFor();
}

const wanted = process.argv.slice(2);
const site = await startSite();
const browser = await startBrowser();
try {
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, [options, example, tab, takeAway]] of Object.entries(PICTURES)) {
    if (wanted.length > 0 && !wanted.includes(file)) continue;
    const page = await openInspector(browser, site.url, { ...options, reducedMotion: "reduce" });
    await page.getByRole("button", { name: example, exact: true }).click();
    await page.locator(".verdict[aria-busy=false] .headline").waitFor();
    await takeAway?.(page);
    await page.getByRole("tab", { name: tab }).click();
    await page.evaluate(() => scrollTo(0, 0));
    await page.mouse.move(0, 0);
    const session = await page.context().newCDPSession(page);
    const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 70 });
    writeFileSync(FOLDER + file, Buffer.from(data, "base64"));
    await page.context().close();
    console.log(`docs/images/${file}`);
  }
} finally {
  await browser.close();
  await site.close();
}
