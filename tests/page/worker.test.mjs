// The page as the worker serves it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { send, startGateway } from "../e2e/gateway.mjs";
import { openInspector, startBrowser } from "./browser.mjs";
import { startCorsIssuer } from "./issuer.mjs";

describe("the worker", () => {
  let gateway;
  let browser;

  before(async () => {
    gateway = await startGateway();
    browser = await startBrowser();
  });

  after(async () => {
    await browser?.close();
    await gateway?.close();
  });

  test("serves the page, without routes and projects", async () => {
    for (const url of [gateway.url, gateway.doorUrl]) {
      const answer = await send(url, "/inspector/");
      assert.deepEqual([answer.status, answer.headers["content-type"]], [200, "text/html; charset=utf-8"]);
      assert.match((await send(url, "/inspector")).headers.location, /\/inspector\/$/);
      const wasm = await send(url, "/inspector/pkg/inspector_bg.wasm", { method: "HEAD" });
      assert.deepEqual([wasm.status, wasm.headers["content-type"]], [200, "application/wasm"]);
    }
  });

  test("the page works there, and suggests the API it is from", async () => {
    const page = await openInspector(browser, `${gateway.doorUrl}/inspector/`);
    await page.getByRole("button", { name: "Keycloak" }).click();
    await page.locator('.headline[data-verdict="permit"]').waitFor();
    await page.getByRole("tab", { name: "Suggest" }).click();
    assert.equal(await page.getByLabel("API", { exact: true }).inputValue(), gateway.doorUrl);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test("the page fetches keys there", async () => {
    const issuer = await startCorsIssuer();
    const page = await openInspector(browser, `${gateway.doorUrl}/inspector/`);
    try {
      await page.getByRole("tab", { name: "Keys" }).click();
      await page.getByLabel("Issuer", { exact: true }).fill(issuer.url);
      await page.getByRole("button", { name: "Fetch the issuer’s keys" }).click();
      await page.getByText("Fetched one key.").waitFor();
      assert.deepEqual(page.faults, []);
    } finally {
      await page.context().close();
      await issuer.close();
    }
  });
});
