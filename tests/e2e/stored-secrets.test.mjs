// What the stores have on disk, after people have signed in in each way, shows no secret in any of the usual encodings.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { newHookSecret, startMailbox } from "../../demo/mailbox.mjs";
import { pass } from "./clock.mjs";
import { send } from "./gateway.mjs";
import { expect, loginFixture } from "./login.mjs";
import { until } from "./own-issuer.mjs";
import { linkIn, sessionOf } from "./people.mjs";
import { watchTokenEndpoint } from "./token-endpoint-watch.mjs";

const DUMP = fileURLToPath(new URL("dump.py", import.meta.url));
const PASSWORD = "a horse with a staple";
const WRONG = "a horse without staples";

/** Something public that is stored as it is, and in each encoding as the name of a user. */
const PUBLIC = "a phrase that is public";

const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** What base64 has of some bytes wherever they begin in what is encoded. */
const within = (bytes) =>
  [0, 1, 2].map((before) => {
    const text = base64(Buffer.concat([Buffer.alloc(before), Buffer.from(bytes)]));
    return text.slice(before && before + 1, -4);
  });
const urlSafe = (text) => text.replaceAll("+", "-").replaceAll("/", "_");
const hex = (bytes) => Buffer.from(bytes).toString("hex");

/** The forms in which bytes may be written. */
const ENCODINGS = {
  "as they are": (bytes) => [bytes],
  base64: (bytes) => within(bytes),
  base64url: (bytes) => within(bytes).map(urlSafe),
  hex: (bytes) => [hex(bytes), hex(bytes).toUpperCase()],
  "percent-encoded": (bytes) => [
    encodeURIComponent(Buffer.from(bytes).toString("latin1")),
    hex(bytes).replaceAll(/../g, "%$&"),
  ],
};

/** The encodings in which the bytes are in the dump. */
function encodingsIn(dump, bytes) {
  const isThere = (form) => dump.includes(Buffer.from(form));
  return Object.keys(ENCODINGS).filter((name) => ENCODINGS[name](bytes).some(isThere));
}

/** The secret, and the bytes that it stands for. */
const formsOf = (secret) => [
  secret,
  ...(/^[\w-]{20,}$/.test(secret) ? [Buffer.from(secret, "base64url")] : []),
];

describe("what is stored", () => {
  const variables = { MAIL_HOOK_SECRET: newHookSecret(randomBytes(32)) };
  const secrets = new Map();
  let folder, mailbox, dump;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"));
    options.persist = folder;
    mailbox = await startMailbox(0, variables.MAIL_HOOK_SECRET);
    variables.MAIL_HOOK_URL = mailbox.hook;
  });
  const options = { isTimed: true };
  const world = loginFixture({ variables, isActive: false, options });
  after(async () => {
    await mailbox?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const note = (name, ...values) => secrets.set(name, [...(secrets.get(name) ?? []), ...values]);

  /** Sends a form of the gateway's own page. */
  const submit = (path, form) =>
    send(world.url, path, {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
    });

  const mailTo = async (email, count) => {
    const link = linkIn(
      await until(`mail ${count} to ${email}`, () => {
        const mails = mailbox.mails.filter(({ to }) => to === email);
        return mails.length >= count && mails[0];
      }),
    );
    note("links of mails", link);
    return link;
  };

  /** Sessions by password, links that were used, and links that were not. */
  async function usePasswords() {
    const invite = (name) =>
      expect(201, world.call("POST", "/users", { email: `${name}@example.com`, name }));
    await invite("carol");
    const form = { link: await mailTo("carol@example.com", 1), password: PASSWORD };
    await expect(200, submit("/auth/activation", form));
    await expect(403, submit("/auth/login", { email: "carol@example.com", password: WRONG }));
    note("passwords", PASSWORD, WRONG);
    const signedIn = await expect(
      303,
      submit("/auth/login", { email: "carol@example.com", password: PASSWORD }),
    );
    note("cookies", sessionOf(signedIn).split("=")[1]);
    await invite("dave");
    await mailTo("dave@example.com", 1);
    await submit("/auth/recovery", { email: "carol@example.com" });
    await mailTo("carol@example.com", 2);
    // A mail that waits is stored, too.
    mailbox.status = 503;
    await submit("/auth/recovery", { email: "carol@example.com" });
    note("links of mails", linkIn(await until("an attempt", () => mailbox.refused[0])));
  }

  /** Sessions at the provider: one that was refreshed, one that was ended. */
  async function useProvider() {
    const tokens = watchTokenEndpoint(world.provider);
    const federation = world.federation();
    await expect(201, world.call("PUT", "/federation?force=true", federation));
    note("client secrets", federation.clientSecret);
    const { browser } = await world.signedIn("bob");
    const { browser: other } = await world.signedIn("ada");
    for (const { cookie } of [browser, other]) note("cookies", cookie(world.url, "__Host-session"));
    note("cookies of logins", browser.cookie(world.url, "__Host-login"));
    await pass(301, world.gateway);
    assert.equal((await browser.send(`${world.url}/auth/session`)).status, 200);
    assert.equal(tokens.refreshes, 1);
    await other.send(`${world.url}/auth/logout`, {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin" },
    });
    await world.signedIn("eve");
    for (const { refresh_token, access_token, id_token } of tokens.answers) {
      note("refresh tokens", refresh_token);
      note("access tokens", access_token);
      note("ID Tokens", id_token, id_token.split(".")[2]);
    }
  }

  test("shows public values in each encoding, so that the search finds what is there", async () => {
    await usePasswords();
    await useProvider();
    const names = [PUBLIC, base64(PUBLIC), base64(`x${PUBLIC}`), hex(PUBLIC), encodeURIComponent(PUBLIC)];
    for (const [number, name] of names.entries()) {
      const user = { email: `public${number}@example.com`, name };
      await expect(201, world.call("POST", "/users", user));
    }
    await world.gateway.close();
    world.gateway = undefined;
    dump = execFileSync("python3", [DUMP, folder], { maxBuffer: 1 << 30 });
    assert.deepEqual(encodingsIn(dump, Buffer.from(PUBLIC)), Object.keys(ENCODINGS));
    for (const part of ["refreshToken", "$argon2id$", `"recovery":"`]) assert.ok(dump.includes(part), part);
  });

  for (const name of [
    "cookies",
    "cookies of logins",
    "refresh tokens",
    "access tokens",
    "ID Tokens",
    "client secrets",
    "passwords",
    "links of mails",
  ]) {
    test(`shows no ${name}`, () => {
      const values = secrets.get(name);
      assert.ok(values.length > 0 && values.every((value) => value?.length > 10), String(values));
      for (const value of values)
        for (const form of formsOf(value)) assert.deepEqual(encodingsIn(dump, Buffer.from(form)), [], value);
    });
  }
});
