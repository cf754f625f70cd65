// Passwords: known ways around logins, links of mails and recovery are tried, fail, and fail for their own reason.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { before, describe, test } from "node:test";
import { PUBLIC_URL } from "../e2e/gateway.mjs";
import { linkIn, peopleFixture, sessionOf } from "../e2e/people.mjs";
import * as table from "./passwords.mjs";
import { rows } from "./table.mjs";

// More than 72 bytes, which is where bcrypt stops, with a letter that Unicode writes in two ways.
const PASSWORD = `the café where we met had ${"very ".repeat(12)}good tea`;

describe("passwords", { concurrency: 4 }, () => {
  const api = peopleFixture();
  const place = {};
  let count = 0;
  const newEmail = () => `user${(count += 1)}@example.com`;

  before(async () => {
    const user = await api.newUser({ email: "keeper@example.com" }, PASSWORD);
    const other = await api.newUser({ email: "other@example.com" }, "another good sentence");
    const disabled = await api.newUser({ email: "disabled@example.com" }, PASSWORD);
    const disabledLink = await newLink(disabled.email, 1);
    await api.disable(disabled);
    const fresh = await api.newUser({ email: "fresh@example.com" });
    const used = await api.newUser({ email: "used@example.com" });
    const usedLink = await newLink(used.email);
    await api.browse("/auth/activation", { form: { link: usedLink, password: PASSWORD } });
    Object.assign(place, { email: user.email, id: user.id, other: other.email, fresh: fresh.email });
    Object.assign(place, { password: PASSWORD, PASSWORD: PASSWORD.toUpperCase() });
    const passwordPlain = PASSWORD.normalize("NFD").replaceAll(/\p{M}/gu, "");
    Object.assign(place, { password72: PASSWORD.slice(0, 71), passwordPlain });
    Object.assign(place, { otherPassword: other.password, disabled: disabled.email, disabledLink, usedLink });
    Object.assign(place, { emailKelvin: user.email.replace("k", "\u212a") });
    Object.assign(place, { emailWide: user.email.replace("@", "\uff20") });
    Object.assign(place, { emailTagged: user.email.replace("@", "+x@") });
    Object.assign(place, { random: randomBytes(32).toString("base64url") });
    place.basic = Buffer.from(`${user.email}:${PASSWORD}`).toString("base64");
  });

  /** The secret of a new link for a user, who has got `sent` mails. */
  async function newLink(email, sent = 0) {
    if (sent) await api.browse("/auth/recovery", { form: { email } });
    return linkIn(await api.mailTo(email, sent));
  }

  const fill = (text, more) =>
    text.replace(/{([\w<]+)(%?)}/g, (whole, name, encoding) => {
      const value = more[name] ?? place[name];
      if (value === undefined) return whole;
      return encoding ? encodeURIComponent(value) : value;
    });
  const merge = (target, changes, more) =>
    Object.fromEntries(
      Object.entries({ ...target, ...changes })
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, fill(value, more)]),
    );

  async function request(path, good, side, more = {}) {
    const { form = {}, headers = {}, method } = side;
    const sent = typeof form === "string" ? fill(form, more) : form && merge(good, form, more);
    const filled = Object.entries(headers).map(([name, value]) => [name, value && fill(value, more)]);
    const answer = await api.browse(fill(side.path ?? path, more), {
      method,
      form: sent ?? undefined,
      headers: Object.fromEntries(filled),
    });
    const { status, about, session = false } = side.expected;
    assert.equal(answer.status, status, answer.text);
    if (about) assert.match(answer.text, about);
    assert.equal(sessionOf(answer) !== undefined, session, answer.text);
    return answer;
  }

  const loginForm = { email: "{email}", password: "{password}" };
  for (const { name, attack, control } of rows(
    table.login.map((group) => ({ accepted: table.SIGNED_IN, ...group })),
  )) {
    test(name, async () => {
      await request("/auth/login", loginForm, attack);
      await request("/auth/login", loginForm, control);
    });
  }

  const linkForm = { link: "{link}", password: "{password}" };
  for (const { name, attack, control } of rows(
    table.activation.map((group) => ({ accepted: table.SAVED, ...group })),
  )) {
    test(name, async () => {
      const { email } = await api.newUser({ email: newEmail() });
      const link = await newLink(email);
      const digest = createHash("sha256").update(link).digest("base64url");
      const more = { link, digest, "link<": link.slice(0, -1), LINK: link.toUpperCase() };
      await request("/auth/activation", linkForm, attack, more);
      await request("/auth/activation", linkForm, control, more);
    });
  }

  const injected = {
    "a header in the address": (email) => `${email}\r\nBcc: eve@evil.example`,
    "a header in the address, encoded": (email) => `${email}%0d%0aBcc:eve@evil.example`,
    "a second address": (email) => `${email},eve@evil.example`,
    "a second address after a semicolon": (email) => `${email};eve@evil.example`,
    "a domain that follows a NUL": (email) => `${email}\0.evil.example`,
  };
  for (const [name, bend] of Object.entries(injected)) {
    test(`a mail to someone else: ${name}`, async () => {
      const { email } = await api.newUser({ email: newEmail() }, PASSWORD);
      const sent = api.mailbox.mails.filter(({ to }) => to === email).length;
      const attack = await api.browse("/auth/recovery", { form: { email: bend(email) } });
      const control = await api.browse("/auth/recovery", { form: { email } });
      assert.deepEqual([attack.status, attack.text], [control.status, control.text]);
      await api.mailTo(email, sent);
      assert.equal(api.mailbox.mails.filter(({ to }) => to === email).length, sent + 1);
      assert.ok(!api.mailbox.mails.some((mail) => JSON.stringify(mail).includes("evil.example")));
    });
  }

  // The link would lead to the attacker, who then uses it.
  for (const headers of [
    { "x-forwarded-host": "evil.example" },
    { forwarded: "host=evil.example" },
    { "x-forwarded-proto": "http", "x-forwarded-host": "evil.example" },
    { "x-original-host": "evil.example", "x-host": "evil.example" },
    { host: "evil.example" },
  ]) {
    test(`a poisoned link: ${Object.keys(headers).join(" and ")}`, async () => {
      const { email } = await api.newUser({ email: newEmail() }, PASSWORD);
      const sent = api.mailbox.mails.filter(({ to }) => to === email).length;
      await api.browse("/auth/recovery", { form: { email }, headers });
      const { text } = await api.mailTo(email, sent);
      assert.ok(text.includes(`${PUBLIC_URL}/auth/activation?link=`) && !text.includes("evil"), text);
    });
  }

  test("a session that the attacker chose is not the one that begins", async () => {
    const cookie = `__Host-session=${randomBytes(48).toString("base64url")}`;
    const answer = await api.logIn({ email: place.email, password: PASSWORD }, { cookie });
    assert.notEqual(sessionOf(answer), cookie);
    assert.equal((await api.browse("/auth/session", { cookie })).status, 401);
    assert.equal((await api.browse("/auth/session", { cookie: sessionOf(answer) })).status, 200);
  });

  test("answers do not say which addresses are known", async () => {
    const page = ({ status, text, headers }) => {
      const { date: _, "x-request-id": id, "content-length": length, ...rest } = headers;
      return {
        status,
        rest,
        text: text.replaceAll(/value="[^"]*"/g, "").replaceAll(id, ""),
        length: !length,
      };
    };
    for (const [path, more] of [
      ["/auth/login", { password: "wrong password" }],
      ["/auth/recovery", {}],
    ]) {
      const answer = async (email) => page(await api.browse(path, { form: { email, ...more } }));
      const known = await answer(place.email);
      for (const email of ["nobody@example.com", place.disabled, place.fresh, "no address"])
        assert.deepEqual(await answer(email), known, `${path} ${email}`);
    }
  });
});
