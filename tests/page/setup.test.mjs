// The first administrator in a real browser, by the link that the built node prints.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startNode } from "../../demo/node.mjs";
import { close, listen } from "../../demo/origin.mjs";
import { until } from "../e2e/own-issuer.mjs";
import { visitors } from "./visitors.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PASSWORD = "a horse with a staple";

describe("the link of the first administrator", () => {
  const open = visitors();
  let node, state, link;

  before(async () => {
    state = await mkdtemp(join(tmpdir(), "edge-authorizer-setup-"));
    const probe = createServer();
    await listen(probe, 0);
    const { port } = probe.address();
    await close(probe);
    const lines = [];
    node = startNode({
      ...{ program: "target/debug/edge-authorizer", port, state, isKept: true, variables: {} },
      lines: (line) => lines.push(line),
      ended: () => {},
    });
    await node.ready;
    link = await until("the link", () => lines.find((line) => line.includes("/auth/setup?link="))?.trim());
  });
  after(async () => {
    await node?.close();
    await rm(state, { recursive: true, force: true });
  });

  const fill = async (page, labels, password) => {
    await page.getByLabel(labels.email).fill("ada@example.com");
    await page.getByLabel(labels.password).fill(password);
    await page.getByRole("button").click();
  };

  for (const colorScheme of ["light", "dark"]) {
    test(`opens a page that everybody can use, ${colorScheme}`, async () => {
      await open({ colorScheme, viewport: { width: 360, height: 800 }, bypassCSP: true }, async (page) => {
        await page.goto(link);
        const check = async () => {
          await page.evaluate(AXE);
          const violations = await page.evaluate(async () => {
            const { violations } = await window.axe.run({ resultTypes: ["violations"] });
            return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n")}`);
          });
          assert.deepEqual(violations, []);
          const { scrollWidth, clientWidth } = await page.evaluate(() => {
            const { scrollWidth, clientWidth } = document.documentElement;
            return { scrollWidth, clientWidth };
          });
          assert.equal(scrollWidth, clientWidth);
        };
        await check();
        await fill(page, { email: "Email address", password: "New password" }, "aaaaaaaaaaaaaa");
        await page.getByRole("alert").waitFor();
        assert.equal(await page.getByLabel("Email address").inputValue(), "ada@example.com");
        await check();
      });
    });
  }

  test("makes the administrator without script and in German, once", async () => {
    await open({ javaScriptEnabled: false, locale: "de-DE" }, async (page) => {
      await page.goto(link);
      await page.getByRole("heading", { name: "Ersten Administrator einrichten" }).waitFor();
      await fill(page, { email: "E-Mail-Adresse", password: "Neues Passwort" }, PASSWORD);
      await page.waitForURL(/\/auth\/$/);
      assert.match(await page.locator("body").innerText(), /ada@example\.com[^]*admin/);
      assert.equal((await page.goto(link)).status(), 404);
      await page.getByRole("heading", { name: "Dieser Link gilt nicht" }).waitFor();
    });
  });
});
