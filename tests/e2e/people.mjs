// People whom the gateway knows by a password: the mails that they get, and what they do in their browsers.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before } from "node:test";
import { newHookSecret, startMailbox } from "../../demo/mailbox.mjs";
import { managementFixture } from "./fixture-management.mjs";
import { PUBLIC_URL, send } from "./gateway.mjs";
import { until } from "./own-issuer.mjs";
import { newAddress } from "./service-account.mjs";

/** What `managementFixture` gives, with a mailbox that gets the gateway's mails. */
export function peopleFixture(variables = {}, options = {}) {
  const hook = { MAIL_HOOK_SECRET: newHookSecret(randomBytes(32)) };
  let mailbox;
  // Registered first: the mailbox has its port when the gateway starts.
  before(async () => {
    mailbox = await startMailbox(0, hook.MAIL_HOOK_SECRET);
    bindings.MAIL_HOOK_URL = mailbox.hook;
    api.mailbox = mailbox;
  });
  const bindings = { ...hook, ...variables };
  const api = managementFixture(bindings, options);
  after(() => mailbox?.close());

  /** Sends a browser's request; a form is sent from the gateway's own page. A header that is `null` is not sent. */
  api.browse = (path, { form, headers = {}, cookie, method = form === undefined ? "GET" : "POST" } = {}) => {
    const body = form === undefined || typeof form === "string" ? form : new URLSearchParams(form).toString();
    const own = { "sec-fetch-site": "same-origin", origin: PUBLIC_URL, "cf-connecting-ip": newAddress() };
    const type = body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
    const all = Object.entries({ ...own, ...type, ...(cookie && { cookie }), ...headers });
    const sent = Object.fromEntries(all.filter(([, value]) => value !== null));
    return send(api.gateway.url, path, { method, body, headers: sent });
  };

  /** Waits for a mail to an address after `count` others, and gives it. */
  api.mailTo = (email, count = 0) =>
    until(`a mail to ${email}`, () => {
      const mails = mailbox.mails.filter(({ to }) => to === email);
      return mails.length > count && mails[0];
    });

  /** Declares a user, who chooses a password by the link of the mail. */
  api.newUser = async (document, password) => {
    const answer = await api.call("POST", "/users", document);
    assert.equal(answer.status, 201, answer.text);
    const { id } = answer.json();
    if (password === undefined) return { id, email: document.email };
    const link = linkIn(await api.mailTo(document.email));
    const saved = await api.browse("/auth/activation", { form: { link, password } });
    assert.equal(saved.status, 200, saved.text);
    return { id, email: document.email, password };
  };

  /** Keeps a user from logging in. */
  api.disable = async ({ id, email }) => {
    const document = { email, roles: [], projects: {}, disabled: true };
    const answer = await api.call("PUT", `/users/${id}`, document);
    assert.equal(answer.status, 200, answer.text);
  };

  api.logIn = ({ email, password }, { form = {}, ...options } = {}) =>
    api.browse("/auth/login", { form: { email, password, ...form }, ...options });
  return api;
}

/** What is secret in the link of a mail. */
export function linkIn({ text }) {
  const link = /\/auth\/activation\?link=(\S+)/.exec(text);
  assert.ok(link, text);
  return link[1];
}

/** The session that an answer begins, as the browser sends it. */
export const sessionOf = (answer) =>
  answer.headers["set-cookie"]
    ?.map((cookie) => cookie.split(";")[0])
    .find((it) => it.startsWith("__Host-session="));
