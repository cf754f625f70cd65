// What becomes of a session in a real browser: refreshes, logout at the provider, and passwords where no federation is active.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { newHookSecret, startMailbox } from "../../demo/mailbox.mjs";
import { pass } from "../e2e/clock.mjs";
import { expect, loginFixture } from "../e2e/login.mjs";
import { until } from "../e2e/own-issuer.mjs";
import { linkIn } from "../e2e/people.mjs";
import { watchTokenEndpoint } from "../e2e/token-endpoint-watch.mjs";
import { signIn, visitors } from "./visitors.mjs";

/** For how long the provider's tokens live, in seconds: less than it takes until the gateway refreshes. */
const TOKEN_LIFE = 60;
const PASSWORD = "a horse with a staple";
const OTHER = "a staple with a horse";

const button = (page, name) => page.getByRole("button", { name });
const heading = (page, name) => page.getByRole("heading", { name }).waitFor();

/** Opens an origin's page, which shows who is signed in. */
async function openApp(page, url) {
  await page.goto(url);
  await page.waitForURL(url);
  assert.match(await page.locator("body").innerText(), /x-auth-subject/);
}

describe("a session at the provider", () => {
  const world = loginFixture({
    options: { isTimed: true },
    more: { ttl: { AccessToken: TOKEN_LIFE, IdToken: TOKEN_LIFE } },
  });
  const open = visitors();
  before(() => (world.tokens = watchTokenEndpoint(world.provider)));

  test("goes on after the provider's tokens have expired, with one refresh for two tabs", async () => {
    await open({}, async (page, context) => {
      await page.goto(`${world.url}/app/p1/x`);
      await signIn(page, "bob");
      await page.waitForURL(`${world.url}/app/p1/x`);
      assert.equal(world.tokens.refreshes, 0);
      await pass(301, world.gateway);
      const second = await context.newPage();
      await Promise.all([openApp(page, `${world.url}/app/p1/y`), openApp(second, `${world.url}/app/p1/z`)]);
      assert.equal(world.tokens.refreshes, 1);
      await pass(120, world.gateway);
      await openApp(page, `${world.url}/app/p1/x`);
      assert.equal(world.tokens.refreshes, 1, "it was refreshed a while ago");
    });
  });

  test("ends when the user logs out at the provider", async () => {
    await open({}, async (page, context) => {
      await page.goto(`${world.url}/app/p1/x`);
      await signIn(page, "bob");
      await page.waitForURL(`${world.url}/app/p1/x`);
      const { refreshes } = world.tokens;
      const other = await context.newPage();
      await other.goto(`${world.provider.issuer}/session/end`);
      await button(other, /yes/i).click();
      await other
        .getByText(/success/i)
        .first()
        .waitFor();
      assert.equal((await page.goto(`${world.url}/auth/session`)).status(), 401, "at once");
      // The edge has seen the session, and may take it for another minute.
      await pass(61, world.gateway);
      await page.goto(`${world.url}/app/p1/x`);
      await page.locator("input[name=login]").waitFor();
      assert.equal(world.tokens.refreshes, refreshes, "the provider has said so, and was not asked");
    });
  });
});

describe("passwords", () => {
  const variables = { MAIL_HOOK_SECRET: newHookSecret(randomBytes(32)) };
  let mailbox;
  before(async () => {
    mailbox = await startMailbox(0, variables.MAIL_HOOK_SECRET);
    variables.MAIL_HOOK_URL = mailbox.hook;
  });
  const world = loginFixture({ variables, isActive: false, options: { isTimed: true } });
  const open = visitors();
  after(() => mailbox?.close());

  const activate = (active) =>
    expect(200, world.call("PUT", "/federation?force=true", world.federation({ active })));
  before(async () => {
    // The provider's clock is this process's, which the tests before have moved on.
    await pass(0, world.gateway);
    await expect(201, world.call("PUT", "/federation?force=true", world.federation()));
  });

  /** Opens the newest mail to somebody after `count` others by the link that it has, as the mailbox shows it. */
  async function openMail(page, email, count) {
    const mail = await until(`mail ${count + 1} to ${email}`, () => {
      const mails = mailbox.mails.filter(({ to }) => to === email);
      return mails.length > count && mails[0];
    });
    await page.goto(mailbox.url);
    // An invitation is in both languages.
    await page
      .locator(`a[href$="${linkIn(mail)}"]`)
      .first()
      .click();
    await page.waitForURL(/\/auth\/activation/);
  }

  async function choosePassword(page, password) {
    await page.getByLabel("New password").fill(password);
    await button(page, "Save the password").click();
    await heading(page, "The password is saved");
  }

  async function logIn(page, path, password) {
    await page.goto(world.url + path);
    await page.getByLabel("Email address").fill("bob@example.com");
    await page.getByLabel("Password").fill(password);
    await button(page, "Sign in").click();
  }

  test("a user of a federation that was deactivated signs in by password, and again after it was active meanwhile", async () => {
    await open({}, async (page) => {
      await page.goto(`${world.url}/app/p1/x`);
      await signIn(page, "bob");
      await page.waitForURL(`${world.url}/app/p1/x`);
      await activate(false);
      await openMail(page, "bob@example.com", 0);
      await choosePassword(page, PASSWORD);
      assert.equal((await page.goto(`${world.url}/auth/session`)).status(), 401, "all sessions have ended");
    });
    const signsIn = () =>
      open({}, async (page) => {
        await logIn(page, "/app/p1/deep?year=2026#part-2", PASSWORD);
        await page.waitForURL(`${world.url}/app/p1/deep?year=2026#part-2`);
        assert.match(await page.locator("body").innerText(), /x-auth-subject/);
      });
    await signsIn();
    await activate(true);
    await open({}, async (page) => {
      await page.goto(`${world.url}/auth/recovery`);
      await heading(page, "You sign in at your company's login");
      await page.goto(`${world.url}/app/p1/x`);
      await page.locator("input[name=login]").waitFor();
    });
    await activate(false);
    await signsIn();
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`a forgotten password is replaced by the link of a mail, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      await open({ javaScriptEnabled }, async (page) => {
        const sent = mailbox.mails.filter(({ to }) => to === "bob@example.com").length;
        await page.goto(`${world.url}/app/p1/x`);
        await page.getByRole("link", { name: "Forgotten password" }).click();
        await page.getByLabel("Email address").fill("bob@example.com");
        await button(page, "Send the link").click();
        await heading(page, "Look into your mailbox");
        await openMail(page, "bob@example.com", sent);
        const link = page.url();
        await choosePassword(page, OTHER);
        await logIn(page, "/app/p1/x", PASSWORD);
        await page.getByRole("alert").getByText("is wrong").waitFor();
        await logIn(page, "/app/p1/x", OTHER);
        await page.waitForURL(`${world.url}/app/p1/x`);
        await page.goto(link);
        await heading(page, "This link does not work");
      });
    });
  }
});
