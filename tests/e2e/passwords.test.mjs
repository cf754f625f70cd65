// Passwords where no federation is active: from the invitation to the session.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "./own-issuer.mjs";
import { linkIn, peopleFixture, sessionOf } from "./people.mjs";

const PASSWORD = "horse staple battery";
const OTHER = "another good sentence";

describe("passwords", () => {
  const api = peopleFixture();
  let count = 0;
  const newEmail = () => `user${(count += 1)}@example.com`;
  const sessionAnswer = (cookie) => api.browse("/auth/session", { cookie });

  test("an invited user chooses a password, signs in and signs out", async () => {
    const user = await api.newUser({ email: newEmail(), roles: ["auditor"] }, PASSWORD);
    const form = await api.browse("/auth/login?return_to=/app/x");
    assert.match(form.text, /name="return_to" value="\/app\/x"/);
    const answer = await api.logIn(user, { form: { return_to: "/app/x?y=1" } });
    assert.deepEqual([answer.status, answer.headers.location], [303, "/app/x?y=1"]);
    assert.match(answer.headers["set-cookie"].join(), /; Secure; HttpOnly; SameSite=Lax|HttpOnly; Secure/);
    const cookie = sessionOf(answer);
    const session = await sessionAnswer(cookie);
    assert.equal(session.json().user.email, user.email);
    assert.equal((await api.browse("/auth/logout", { method: "POST", cookie })).status, 303);
    assert.equal((await sessionAnswer(cookie)).status, 401);
  });

  test("a link works once, and ends all sessions", async () => {
    const user = await api.newUser({ email: newEmail() }, PASSWORD);
    const cookie = sessionOf(await api.logIn(user));
    const asked = await api.browse("/auth/recovery", { form: { email: user.email.toUpperCase() } });
    assert.equal(asked.status, 200);
    const link = linkIn(await api.mailTo(user.email, 1));
    assert.match((await api.browse(`/auth/activation?link=${link}`)).text, /type="password"/);
    assert.equal((await sessionAnswer(cookie)).status, 200, "to look uses nothing");
    const choose = (password) => api.browse("/auth/activation", { form: { link, password } });
    assert.equal((await choose("password1234")).status, 422);
    assert.equal((await choose(OTHER)).status, 200);
    assert.equal((await choose(OTHER)).status, 404);
    assert.equal((await sessionAnswer(cookie)).status, 401);
    assert.equal((await api.logIn(user)).status, 403);
    assert.equal((await api.logIn({ ...user, password: OTHER })).status, 303);
  });

  test("a password is the same however a keyboard composes its letters", async () => {
    const user = await api.newUser({ email: newEmail() }, "a cafe\u0301 with staples");
    assert.equal((await api.logIn({ ...user, password: "a caf\u00e9 with staples" })).status, 303);
  });

  test("recovery says the same of an unknown address, and sends nothing", async () => {
    const user = await api.newUser({ email: newEmail() }, PASSWORD);
    const ask = (email) => api.browse("/auth/recovery", { form: { email } });
    const [known, unknown] = [await ask(user.email), await ask("nobody@example.com")];
    assert.deepEqual([unknown.status, unknown.text], [known.status, known.text]);
    await api.mailTo(user.email, 1);
    assert.ok(!api.mailbox.mails.some(({ to }) => to === "nobody@example.com"));
  });

  test("wrong passwords delay who guesses, not the user elsewhere", async () => {
    const user = await api.newUser({ email: newEmail() }, PASSWORD);
    const headers = { "cf-connecting-ip": "192.0.2.77" };
    const statuses = [];
    for (let guess = 0; guess < 6; guess += 1) {
      const answer = await api.logIn({ ...user, password: `wrong password ${guess}` }, { headers });
      statuses.push(answer.status);
    }
    assert.deepEqual(statuses.slice(0, 3), [403, 403, 403]);
    assert.ok(statuses.includes(429), String(statuses));
    const throttled = await until("a delay", async () => {
      const answer = await api.logIn({ ...user, password: "wrong password" }, { headers });
      return answer.status === 429 && answer;
    });
    assert.match(throttled.headers["retry-after"], /^\d+$/);
    assert.equal((await api.logIn(user)).status, 303);
  });

  test("a mail that the hook refuses is sent again", async () => {
    const user = await api.newUser({ email: newEmail() }, PASSWORD);
    api.mailbox.status = 500;
    const attempts = api.mailbox.attempts;
    await api.browse("/auth/recovery", { form: { email: user.email } });
    await until("an attempt", () => api.mailbox.attempts > attempts);
    api.mailbox.status = undefined;
    await api.mailTo(user.email, 1);
    const lines = api.gateway.lines.filter((line) => line.includes('"event":"mail"'));
    assert.ok(
      lines.some((line) => line.includes("status 500")),
      lines.join("\n"),
    );
  });

  test("no log line has a password, a link or a session", async () => {
    const user = await api.newUser({ email: newEmail() }, PASSWORD);
    await api.logIn({ ...user, password: "a wrong password" });
    const cookie = sessionOf(await api.logIn(user));
    await api.browse("/auth/recovery", { form: { email: user.email } });
    const secrets = api.mailbox.mails.map(linkIn);
    const log = await until(
      "the lines",
      () => api.gateway.log().includes("recovery_queued") && api.gateway.log(),
    );
    for (const secret of [PASSWORD, "a wrong password", cookie.split("=")[1], ...secrets])
      assert.ok(!log.includes(secret), secret);
  });
});
