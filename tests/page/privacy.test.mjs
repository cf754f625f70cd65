// What leaves the page: nothing, and the browser sees to it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { publicJwk } from "../e2e/tokens.mjs";
import { openInspector } from "./browser.mjs";
import { ENTRY, inspectorFixture, token } from "./fixture.mjs";
import { startCorsIssuer } from "./issuer.mjs";

describe("the page", () => {
  const inspector = inspectorFixture();

  test("asks for nothing while a token is pasted, decoded, verified with pasted keys and explained", async () => {
    const requests = [];
    // The browser requests the icon when it likes.
    const isIcon = (url) => url.endsWith("/icon.svg");
    const record = (url) => isIcon(url) || requests.push(url);
    const session = await inspector.page.context().newCDPSession(inspector.page);
    await session.send("Network.enable");
    session.on("Network.requestWillBeSent", ({ request }) => record(request.url));
    session.on("Network.webSocketCreated", ({ url }) => record(url));
    inspector.page.context().on("request", (request) => record(request.url()));
    const asked = () => inspector.site.paths.filter((path) => !isIcon(path));
    const before = asked();

    await inspector.field("Access token").fill(await token());
    await inspector.page.getByText("ECDSA on P-256 with SHA-256").waitFor();
    await inspector.tab("Keys");
    await inspector.field("Key set, JWK or PEM").fill(JSON.stringify(publicJwk("ec256-1")));
    await inspector.page.getByText("The signature is right by it.").waitFor();
    await inspector.tab("Providers");
    await inspector.page.getByRole("button", { name: "Add an entry" }).click();
    await inspector.field("As JSON").fill(JSON.stringify(ENTRY));
    await inspector.tab("Request");
    await inspector.field("Project").fill("p1");
    await inspector.field("Path").fill("/data-recorder-service/v2/p1/x");
    await inspector.verdict("Permitted as access");
    await inspector.tab("Roles");
    await inspector.tab("Suggest");
    await inspector.page.getByLabel("The suggested entry").waitFor();
    await inspector.page.getByRole("button", { name: "Copy a link" }).click();

    assert.deepEqual(requests, []);
    assert.deepEqual(asked(), before);

    // The recording works: what is asked for is on it.
    await inspector.page.evaluate(() => fetch("style.css"));
    assert.equal(asked().length, before.length + 1);
    assert.ok(requests.length > 0);
  });

  test("sends an owner's token to its own server alone, once for each click, and keeps it nowhere", async () => {
    const { page, site } = inspector;
    const path = "/project-management-service/v1/projects/plant7/custom-idp";
    site.answers = { [path]: { status: 200, body: JSON.stringify([ENTRY]) } };
    const owner = "header-of-an-owner.payload-of-an-owner.signature-of-an-owner";
    const pasted = await token();
    const requests = [];
    // The browser requests the icon when it likes.
    page.context().on("request", (request) => {
      if (!request.url().endsWith("/icon.svg")) requests.push(request.url());
    });
    const said = [];
    page.on("console", (message) => said.push(message.text()));

    await inspector.field("Access token").fill(pasted);
    await inspector.field("Token of an owner").fill(owner);
    await page.getByLabel("Token of an owner").press("Enter");
    await page.getByRole("button", { name: "Copy a link" }).click();
    await page.waitForFunction(() => location.hash.startsWith("#c="));
    assert.deepEqual(requests, []);

    await page.getByRole("button", { name: "Load from this server" }).click();
    await inspector.verdict("Not decided yet: fetch the issuer's keys, or paste them");
    assert.deepEqual(requests, [new URL(path, site.url).href]);
    const [request, ...others] = site.requests.filter(({ url }) => url.startsWith(path));
    assert.deepEqual([others, request.method, request.url], [[], "GET", path]);
    assert.equal(request.headers.authorization, `Bearer ${owner}`);
    assert.deepEqual([request.headers.cookie, request.headers.referer], [undefined, undefined]);
    assert.ok(!JSON.stringify(site.requests).includes(pasted));

    // It is forgotten, and was nowhere but in the page.
    await page.getByRole("button", { name: "Copy a link" }).click();
    const kept = await page.evaluate(async () => ({
      html: document.documentElement.outerHTML,
      values: [...document.querySelectorAll("input, textarea")].map(({ value }) => value),
      address: location.href,
      storage: [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie],
      databases: await indexedDB.databases(),
      caches: await caches.keys(),
      state: history.state,
      resources: performance.getEntriesByType("resource").map(({ name }) => name),
    }));
    assert.ok(!JSON.stringify([kept, said]).includes("of-an-owner"));
    assert.deepEqual([kept.storage, kept.databases, kept.caches], [["{}", "{}", ""], [], []]);
    await inspector.tab("Providers");
    await page.getByRole("button", { name: "Remove" }).click();
    assert.equal(await inspector.field("Token of an owner").inputValue(), "");
  });

  test("forgets an owner's token when told to, and when the entries come from elsewhere", async () => {
    await inspector.field("Access token").fill(await token());
    await inspector.field("Token of an owner").fill("a.b.c");
    await inspector.page.getByRole("button", { name: "Clear" }).click();
    await inspector.field("Access token").fill(await token());
    assert.equal(await inspector.field("Token of an owner").inputValue(), "");

    await inspector.field("Token of an owner").fill("a.b.c");
    await inspector.tab("Providers");
    assert.equal(await inspector.field("Token of an owner").inputValue(), "a.b.c");
    await inspector.page.getByRole("button", { name: "Add an entry" }).click();
    await inspector.page.getByRole("button", { name: "Remove" }).click();
    assert.equal(await inspector.field("Token of an owner").inputValue(), "");
  });

  test("may connect to its own host only, and run its own scripts only", async () => {
    const issuer = await startCorsIssuer();
    try {
      const reached = await inspector.page.evaluate(async (url) => {
        const attempts = {
          fetch: () => fetch(url),
          image: () =>
            new Promise((resolve, reject) => {
              const image = new Image();
              image.onload = image.onerror = () => reject(new Error("refused"));
              image.src = url;
            }),
          beacon: async () => {
            if (!navigator.sendBeacon(url, "x")) throw new Error("refused");
          },
          frame: () =>
            new Promise((resolve, reject) => {
              const frame = document.createElement("iframe");
              frame.onload = () => reject(new Error("refused"));
              frame.src = url;
              document.body.append(frame);
            }),
          script: async () => {
            const script = document.createElement("script");
            script.src = url;
            document.body.append(script);
          },
          inline: async () => {
            const script = document.createElement("script");
            script.textContent = "window.injected = true";
            document.body.append(script);
            if (!window.injected) throw new Error("refused");
          },
          evaluated: async () => new Function("return 1")(),
        };
        const reached = [];
        for (const [name, attempt] of Object.entries(attempts)) {
          try {
            await attempt();
            reached.push(name);
          } catch {
            // Refused, as it should be.
          }
        }
        return reached;
      }, issuer.url);
      // Of a beacon nobody is told whether it was refused; the issuer would have seen it.
      assert.deepEqual(
        reached.filter((name) => name !== "beacon"),
        [],
      );
      assert.deepEqual(issuer.asked, []);
    } finally {
      await issuer.close();
      inspector.page.faults.length = 0; // The browser reports each refusal.
    }
  });

  test("has the same policy in its head and in the file of headers", () => {
    const read = (path) => readFileSync(new URL(`../../www/${path}`, import.meta.url), "utf8");
    const policyOf = (html) => html.match(/http-equiv="Content-Security-Policy"\s+content="([^"]*)"/)[1];
    const [page, keys] = [...read("_headers").matchAll(/Content-Security-Policy: (.*)/g)].map(
      ([, policy]) => policy,
    );
    // What only a header can say.
    const shared = page.split("; ").filter((directive) => directive !== "frame-ancestors 'none'");
    assert.equal(shared.join("; "), policyOf(read("inspector/index.html")));
    const connect = keys.split("; ").find((directive) => directive.startsWith("connect-src"));
    assert.ok(policyOf(read("inspector/keys/index.html")).includes(connect));
    assert.ok(keys.includes("sandbox allow-scripts;"));
  });

  test("gives the frame that fetches keys neither the page nor its storage", async () => {
    const answers = await inspector.page.evaluate(async () => {
      const frame = document.createElement("iframe");
      frame.setAttribute("sandbox", "allow-scripts");
      frame.src = "keys/";
      const origin = new Promise((resolve) =>
        addEventListener(
          "message",
          ({ origin, source }) => source === frame.contentWindow && resolve(origin),
        ),
      );
      document.body.append(frame);
      return { origin: await origin, document: frame.contentDocument };
    });
    assert.deepEqual(answers, { origin: "null", document: null });
  });

  test("makes links that carry the configuration and never the token", async () => {
    const pasted = await token({ secret: "in-the-token" });
    await inspector.field("Access token").fill(pasted);
    await inspector.tab("Keys");
    await inspector.field("Key set, JWK or PEM").fill(JSON.stringify(publicJwk("ec256-1")));
    await inspector.tab("Providers");
    await inspector.page.getByRole("button", { name: "Add an entry" }).click();
    await inspector.field("As JSON").fill(JSON.stringify({ ...ENTRY, id: "shared" }));
    await inspector.tab("Request");
    await inspector.field("Project").fill("p1");
    await inspector.field("Path").fill("/data-recorder-service/v2/p1/shared");
    await inspector.page.getByLabel("Method").selectOption("PUT");
    await inspector.page.getByRole("button", { name: "Copy a link" }).click();
    await inspector.page.waitForFunction(() => location.hash.startsWith("#c="));
    const link = inspector.page.url();
    assert.equal(new URL(link).search, "");
    const text = await inspector.page.evaluate(async () => {
      const bytes = Uint8Array.from(
        atob(location.hash.slice(3).replaceAll("-", "+").replaceAll("_", "/")),
        (character) => character.charCodeAt(0),
      );
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
      return new Response(stream).text();
    });
    assert.deepEqual(Object.keys(JSON.parse(text)).sort(), [
      "entries",
      "method",
      "path",
      "project",
      "routes",
    ]);
    for (const part of [...pasted.split("."), "in-the-token", publicJwk("ec256-1").x]) {
      assert.ok(!text.includes(part) && !link.includes(part));
    }

    const other = await openInspector(inspector.browser, link);
    assert.equal(await other.getByLabel("Access token").inputValue(), "");
    await other.getByLabel("Access token").fill(pasted);
    await other.getByRole("tab", { name: "Request" }).click();
    assert.equal(
      await other.getByLabel("Path", { exact: true }).inputValue(),
      "/data-recorder-service/v2/p1/shared",
    );
    assert.equal(await other.getByLabel("Method").inputValue(), "PUT");
    await other.getByRole("tab", { name: "Providers" }).click();
    assert.match(await other.getByLabel("As JSON").inputValue(), /"id":\s*"shared"/);
    await other.context().close();
  });

  test("takes no harm from a link that is none", async () => {
    for (const fragment of ["#c=", "#c=%%%", "#c=AAAA", `#c=${"A".repeat(300_000)}`, "#x"]) {
      const page = await openInspector(inspector.browser, inspector.site.url + fragment);
      await page.getByText("What becomes of a request").waitFor();
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  });
});
