// The page as the worker serves it.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { ADMIN, managementFixture } from "../e2e/fixture-management.mjs";
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

describe("loading entries from the worker", () => {
  const api = managementFixture();
  let browser;
  let page;

  before(async () => {
    browser = await startBrowser();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    assert.equal((await api.call("POST", `${api.project}/custom-idp`, api.OWNERS)).status, 201);
    page = await openInspector(browser, `${api.gateway.doorUrl}/inspector/`);
    const { authorization } = await api.bearer({ azp: "user-app" });
    await page.getByLabel("Access token").fill(authorization);
    await nameProject(api.id);
  });

  afterEach(() => page.context().close());

  async function nameProject(project) {
    await page.getByRole("tab", { name: "Request" }).click();
    await page.getByLabel("Path", { exact: true }).fill(`/data-recorder-service/v2/${project}/x`);
    await page.getByText(`names the project ${project}.`).waitFor();
  }

  async function load({ authorization }) {
    await page.getByLabel("Token of an owner").fill(authorization);
    await page.getByRole("button", { name: "Load from this server" }).click();
  }

  test("an owner's token yields them", async () => {
    await load(api.owner);
    await page.getByRole("tab", { name: "Providers" }).click();
    assert.deepEqual(JSON.parse(await page.getByLabel("As JSON").inputValue()), api.OWNERS);
    assert.deepEqual(page.faults, []);
  });

  test("the token of another caller, project or kind yields the reason", async () => {
    await load(api.user);
    await page.getByText(/does not accept the token for the project .* \(401\)/).waitFor();
    const users = { ...api.ENTRY, allowedAzp: ["user-app"] };
    assert.equal((await api.call("POST", `${api.project}/custom-idp`, users)).status, 201);
    await load(api.user);
    await page.getByText(/not an owner of the project .* \(403\)/).waitFor();
    await load(await api.bearer({ azp: "owner-app", iat: 1, exp: 2 }));
    await page.getByText(/has expired \(401\)/).waitFor();
    await nameProject("nobody");
    await load(api.owner);
    await page.getByText(/does not accept the token for the project .* \(401\)/).waitFor();
    await load(ADMIN);
    await page.getByText(/has no project .* \(404\)/).waitFor();
  });
});
