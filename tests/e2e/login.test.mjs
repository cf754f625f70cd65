import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openBrowser, signIn } from "./browser.mjs";
import { loginFixture } from "./login.mjs";

describe("a login at the company's provider", () => {
  const world = loginFixture();

  test("a declared user comes back to the page that was opened", async () => {
    const { browser, page } = await world.signedIn("bob", "/app/p1/report?year=2026");
    assert.equal(page.status, 200, page.text);
    assert.equal(page.url, `${world.url}/app/p1/report?year=2026`);
    const received = JSON.parse(page.text);
    assert.equal(received.headers["x-auth-subject"], world.users.bob);
    assert.ok(!("cookie" in received.headers), received.headers.cookie);
    const session = await browser.send(`${world.url}/auth/session`);
    const { user, projects } = JSON.parse(session.text);
    assert.deepEqual([user.email, projects], ["bob@example.com", { p1: ["access"] }]);
  });

  test("an undeclared person is refused, and an administrator sees why", async () => {
    const { page } = await world.signedIn("eve");
    assert.equal(page.status, 403, page.text);
    assert.match(page.text, /You have no access yet/);
    const refusedLogins = (await world.call("GET", "/federation/refused-logins")).json();
    assert.equal(refusedLogins[0].code, "user_unknown");
    assert.equal(refusedLogins[0].email, "eve@example.com");
  });

  test("an address that is not verified proves nothing", async () => {
    const { page } = await world.signedIn("mallory");
    assert.equal(page.status, 403);
    assert.match(page.text, /not verified/);
  });

  test("two tabs sign in side by side", async () => {
    const browser = openBrowser();
    const first = await browser.visit(`${world.url}/app/p1/one`, {
      stop: (next) => next.includes("/interaction/"),
    });
    const second = await signIn(browser, `${world.url}/app/p1/two`, "bob");
    assert.equal(second.url, `${world.url}/app/p1/two`);
    const page = await signIn(browser, first.next, "bob");
    assert.equal(page.url, `${world.url}/app/p1/one`);
    assert.equal(page.status, 200);
  });

  test("an API call without a session is refused, not redirected", async () => {
    const answer = await openBrowser().send(`${world.url}/app/p1/x`, {
      headers: { "sec-fetch-mode": "cors" },
    });
    assert.equal(answer.status, 401);
    assert.equal(JSON.parse(answer.text).login, "/auth/login?return_to=%2Fapp%2Fp1%2Fx");
  });

  test("who has no role that opens a page is told so on a page, and a program in JSON", async () => {
    const { browser, page } = await world.signedIn("bob", "/control/p1/valve?unit=7");
    assert.equal(page.status, 403, page.text);
    assert.equal(page.url, `${world.url}/auth/?refused=%2Fcontrol%2Fp1%2Fvalve%3Funit%3D7`);
    assert.match(page.text, /You may not open this page/);
    assert.ok(page.text.includes('href="/control/p1/valve?unit=7"'), page.text);
    const answer = await browser.send(`${world.url}/control/p1/valve`, {
      headers: { "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" },
    });
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [403, "role_missing"]);
  });

  test("a logout ends the session here and at the provider", async () => {
    const { browser } = await world.signedIn("bob");
    const cookie = browser.cookie(world.url, "__Host-session");
    const answer = await browser.send(`${world.url}/auth/logout`, {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin" },
    });
    assert.equal(answer.status, 303);
    assert.ok(answer.location.startsWith(`${world.provider.issuer}/session/end?`), answer.location);
    const again = await openBrowser().send(`${world.url}/app/p1/x`, {
      headers: { cookie: `__Host-session=${cookie}`, "sec-fetch-mode": "cors" },
    });
    assert.equal(again.status, 401);
  });
});
