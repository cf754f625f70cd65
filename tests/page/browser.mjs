// A real Chromium.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const USUAL_PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where the browser is: at the path that the variable CHROMIUM says, or at a usual one. */
export const findBrowser = () => [process.env.CHROMIUM ?? [], USUAL_PLACES].flat().find(existsSync);

export const startBrowser = () => chromium.launch({ executablePath: findBrowser(), args: ARGUMENTS });

/** Opens the page and waits until it can be used. */
export async function openInspector(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  await page.goto(url);
  await page.locator("html[data-ready]").waitFor();
  return page;
}
