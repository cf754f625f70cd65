// Logins at hostile and careless providers: tests/provider_vectors.json and the flow around it.
// service/tests/hostile_provider.rs has the same natively, tests/login.rs says which rule refuses.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setClock } from "./clock.mjs";
import { ADMIN, BASE } from "./fixture-management.mjs";
import { send, startGateway } from "./gateway.mjs";
import { hostileProvider, VECTORS } from "./hostile-provider.mjs";
import { goingOn } from "./browser.mjs";

const GOOD = { name: "good" };
const ADMIN_TOKEN = ADMIN.authorization.replace("Bearer ", "");
/** How far time goes on from vector to vector, in seconds: caches of the one before are old. */
const STEP = 1000;

describe("a hostile provider", () => {
  const provider = hostileProvider();
  let gateway, user;
  let now = VECTORS.now;
  let count = 0;

  before(async () => {
    gateway = await startGateway({
      isTimed: true,
      bindings: { ADMIN_TOKEN },
      outbound: (request) => provider.answer(request),
    });
    await pass(0);
    user = await manage("POST", "/users", { email: "ada@example.com" });
  });
  after(() => gateway?.close());

  /** Lets time pass; it stands still in between, as the vectors' times are to the second. */
  function pass(seconds) {
    now += seconds;
    return setClock(gateway, `${now * 1000} stopped`);
  }

  async function manage(method, path, document) {
    const headers = { ...ADMIN, "content-type": "application/json" };
    const answer = await send(gateway.url, BASE + path, { method, headers, body: JSON.stringify(document) });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
    return answer.json();
  }

  /** Makes the provider that of a vector, and the user one who has not signed in there. */
  async function become(vector = {}) {
    await pass(STEP);
    provider.become((count += 1), vector);
    const blank = { roles: [], projects: {}, disabled: false, identities: [] };
    await manage("PUT", `/users/${user.id}`, { email: "ada@example.com", ...blank });
    const federation = { issuer: provider.issuer, clientId: "gateway", clientSecret: "s", active: true };
    await manage("PUT", "/federation?force=true", federation);
  }

  const ask = (path, { cookie, form, ...headers } = {}) =>
    send(gateway.url, path, {
      method: form === undefined ? "GET" : "POST",
      headers: {
        "sec-fetch-mode": "navigate",
        ...(cookie && { cookie }),
        ...(form && { "content-type": "application/x-www-form-urlencoded" }),
        ...headers,
      },
      body: form,
    });

  /** What an answer leads to at the provider: the login that is under way. */
  function begun(answer) {
    const link = goingOn(answer);
    assert.ok(link?.startsWith("https://op.example/auth?"), answer.text);
    const { searchParams } = new URL(link);
    return {
      state: searchParams.get("state"),
      nonce: searchParams.get("nonce"),
      cookie: cookieIn(answer, "__Host-login"),
    };
  }

  const cookieIn = ({ headers }, name) =>
    headers["set-cookie"]?.map((line) => line.split(";")[0]).find((pair) => pair.startsWith(`${name}=`));

  const begin = async () => begun({ ...(await ask("/auth/login?return_to=/app/p1/x")), url: gateway.url });

  const end = ({ state, cookie }, parameters = { code: "c" }) =>
    ask(`/auth/federation-callback?${new URLSearchParams({ state, ...parameters })}`, { cookie });

  /** How a login ended. */
  function outcome(answer) {
    if (cookieIn(answer, "__Host-session")) return "signed in";
    if (goingOn({ ...answer, url: gateway.url })?.startsWith("https://op.example/auth?")) return "begun anew";
    return answer.status === 503 ? "unavailable" : "refused";
  }

  /** A login whose ID Token is that of a vector. */
  async function logIn(vector = GOOD, changes) {
    const login = await begin();
    provider.give(provider.idToken(vector, now, login.nonce), changes);
    return end(login);
  }

  async function session() {
    const answer = await logIn({ ...GOOD, claims: { sid: "s1" } });
    assert.equal(outcome(answer), "signed in", answer.text);
    return cookieIn(answer, "__Host-session");
  }

  const look = async (cookie) => (await ask("/auth/session", { cookie, "sec-fetch-mode": "cors" })).status;

  /** Publishes newer keys, once those of before were fetched. */
  async function rotate({ newer }) {
    if (!newer) return;
    await logIn({ ...GOOD, claims: { sub: "" } });
    provider.keys = newer;
    await pass(600);
  }

  for (const vector of VECTORS.id_token) {
    test(`an ID Token: ${vector.name}`, async () => {
      await become(vector);
      await rotate(vector);
      const answer = await logIn(vector);
      const isGood = vector.expect === "accepted";
      assert.equal(outcome(answer) === "signed in", isGood, answer.text);
      if (isGood) assert.equal(await look(cookieIn(answer, "__Host-session")), 200);
      else assert.ok(answer.status >= 400, answer.text);
    });
  }

  for (const vector of VECTORS.user_info) {
    test(`userinfo: ${vector.name}`, async () => {
      await become();
      const { body, status = 200 } = vector;
      provider.userInfo = { status, body: typeof body === "string" ? body : JSON.stringify(body) };
      const answer = await logIn({ ...GOOD, claims: { email: null, email_verified: null } });
      assert.equal(outcome(answer) === "signed in", typeof vector.expect === "object", answer.text);
    });
  }

  for (const vector of VECTORS.refresh) {
    test(`a refresh: ${vector.name}`, async () => {
      await become(vector);
      const cookie = await session();
      await pass(301);
      provider.give(vector.id_token === false ? null : provider.idToken(vector, now, "n"));
      assert.equal(await look(cookie), vector.expect === "accepted" ? 200 : 401);
    });
  }

  for (const vector of VECTORS.logout) {
    test(`a logout token: ${vector.name}`, async () => {
      await become();
      const cookie = await session();
      if (vector.newer) {
        provider.keys = vector.newer;
        await pass(90);
      }
      const form = `logout_token=${provider.logoutToken(vector, now)}`;
      const isGood = ["session", "subject_only"].includes(vector.expect);
      const answer = await ask("/auth/backchannel-logout", { form });
      assert.equal(answer.status, isGood ? 200 : 400, answer.text);
      assert.equal((await ask("/auth/backchannel-logout", { form })).status, 400, "once more");
      assert.equal(await look(cookie), isGood ? 401 : 200);
    });
  }

  test("a response belongs to a login of this browser, and is used once", async () => {
    await become();
    const login = await begin();
    provider.give(provider.idToken(GOOD, now, login.nonce));
    const state = encodeURIComponent(login.state);
    for (const query of [
      "",
      "code=c",
      `state=${state}`,
      "state=x&code=c",
      `state=x${state}&code=c`,
      `state=${state}A&code=c`,
      `state=${state}&code=c&code=c`,
      `state=${state}&state=${state}&code=c`,
      `state=${state}&code=c&error=access_denied`,
      `state=${state}&code=%zz`,
    ]) {
      const answer = await ask(`/auth/federation-callback?${query}`, { cookie: login.cookie });
      assert.equal(outcome(answer), "refused", `${query}: ${answer.text}`);
    }
    for (const cookie of [undefined, (await begin()).cookie, `${login.cookie}; ${login.cookie}`])
      assert.equal(outcome(await end({ ...login, cookie })), "begun anew", cookie);
    const answer = await end(login);
    assert.equal(outcome(answer), "signed in", answer.text);
    assert.equal(outcome(await end(login)), "begun anew", "used twice, without a session");
    const cookie = `${login.cookie}; ${cookieIn(answer, "__Host-session")}`;
    const again = await end({ ...login, cookie });
    assert.deepEqual([again.status, again.headers.location], [303, "/app/p1/x"]);
  });

  for (const [isAnnounced, iss, expected] of [
    [true, "its own", "signed in"],
    [true, undefined, "refused"],
    [true, "https://evil.example", "refused"],
    [false, "its own", "signed in"],
    [false, undefined, "signed in"],
    [false, "https://evil.example", "refused"],
  ]) {
    test(`the parameter iss: ${iss}, ${isAnnounced ? "announced" : "not announced"}`, async () => {
      await become({ metadata: { authorization_response_iss_parameter_supported: isAnnounced } });
      const login = await begin();
      provider.give(provider.idToken(GOOD, now, login.nonce));
      const value = iss === "its own" ? provider.issuer : iss;
      const answer = await end(login, { code: "c", ...(value && { iss: value }) });
      assert.equal(outcome(answer), expected, answer.text);
    });
  }

  const long = "x".repeat(8 * 1024);
  for (const [name, changes, expected] of [
    ["token_type in other letters", { token_type: "BEARER", expires_in: 3600 }, "signed in"],
    ["no expires_in", { expires_in: null }, "signed in"],
    ["no refresh token", { refresh_token: null }, "signed in"],
    ["tokens of 8 KiB", { access_token: long, refresh_token: long }, "signed in"],
    ["another token_type", { token_type: "mac" }, "refused"],
    ["no access token", { access_token: null }, "refused"],
    ["no ID Token", { id_token: null }, "refused"],
  ]) {
    test(`an answer of the token endpoint: ${name}`, async () => {
      await become();
      assert.equal(outcome(await logIn(GOOD, changes)), expected);
    });
  }

  test("a provider that is slow is not waited for", async () => {
    await become();
    const login = await begin();
    provider.token = "never";
    const answer = await end(login);
    assert.deepEqual([answer.status, outcome(answer)], [503, "unavailable"]);
  });

  for (const metadata of [
    { issuer: "https://op.example/realms/b" },
    { authorization_endpoint: "http://op.example/auth" },
    { id_token_signing_alg_values_supported: ["none", "HS256"] },
  ]) {
    test(`no browser is sent to a provider that says of itself ${JSON.stringify(metadata)}`, async () => {
      await become();
      await pass(601);
      provider.metadata = metadata;
      const answer = await ask("/auth/login");
      assert.equal(answer.status, 503);
      assert.ok(!answer.text.includes("op.example"), answer.text);
      // The same is not saved either.
      const headers = { ...ADMIN, "content-type": "application/json" };
      const federation = { issuer: provider.issuer, clientId: "gateway", clientSecret: "s", active: true };
      const body = JSON.stringify(federation);
      const saved = await send(gateway.url, `${BASE}/federation?force=true`, {
        method: "PUT",
        headers,
        body,
      });
      assert.ok(saved.status >= 400, saved.text);
    });
  }
});
