// What the page costs: bytes on the way, and time on a slow machine.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startBrowser } from "./browser.mjs";
import { startSite } from "./site.mjs";

const MAX_KIB = 350;
const MAX_MS = 1500;
const SLOWDOWN = 4;

test(`at most ${MAX_KIB} KiB gzipped, ready within ${MAX_MS} ms on a CPU slowed ${SLOWDOWN} times`, async (context) => {
  const site = await startSite();
  const browser = await startBrowser();
  try {
    const times = [];
    for (let round = 0; round < 3; round += 1) {
      site.sent = 0;
      const page = await (await browser.newContext()).newPage();
      const session = await page.context().newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
      await page.goto(site.url, { waitUntil: "commit" });
      await page.locator("html[data-ready]").waitFor({ state: "attached" });
      // By the page's own clock, from the beginning of the navigation until it can be used.
      times.push(await page.evaluate(() => performance.getEntriesByName("ready")[0].startTime));
      await page.getByLabel("Access token").waitFor();
      await page.context().close();
      const kib = site.sent / 1024;
      assert.ok(kib <= MAX_KIB, `${kib.toFixed(1)} KiB`);
    }
    context.diagnostic(
      `${(site.sent / 1024).toFixed(1)} KiB; ready after ${times.map(Math.round).join(", ")} ms`,
    );
    assert.ok(Math.min(...times) < MAX_MS, `ready after ${times.map(Math.round).join(", ")} ms`);
  } finally {
    await browser.close();
    await site.close();
  }
});
