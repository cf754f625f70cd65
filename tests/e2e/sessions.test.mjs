// Sessions at the company's provider while several things happen at once, and while it is down. SESSION_ROUNDS says how often
// each race is run (20).
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { endAtProvider, openBrowser, signIn } from "./browser.mjs";
import { pass } from "./clock.mjs";
import { send } from "./gateway.mjs";
import { loginFixture } from "./login.mjs";
import { watchTokenEndpoint } from "./token-endpoint-watch.mjs";

const ROUNDS = Number(process.env.SESSION_ROUNDS ?? 20);
const PARALLEL = 50;
const ACCEPTED = 200;
const REFUSED = 401;

/** What `loginFixture` gives, with time that passes at once and two edges. */
function timedFixture(more) {
  const world = loginFixture({ more, options: { isTimed: true, hasSecond: true } });
  before(async () => {
    world.tokens = watchTokenEndpoint(world.provider);
    await world.pass(0);
    const own = world.federation({ sessionHours: 168 });
    assert.equal((await world.call("PUT", "/federation?force=true", own)).status, 200);
  });
  world.pass = (seconds) => pass(seconds, world.gateway);
  /** The session of a login. */
  world.newSession = async () => {
    const { browser, page } = await world.signedIn("bob");
    assert.equal(page.status, ACCEPTED, page.text);
    return { browser, cookie: sessionIn(browser) };
  };
  const sessionIn = (browser) => `__Host-session=${browser.cookie(world.url, "__Host-session")}`;
  const ask = async (edge, path, cookie) => {
    const headers = { cookie, "sec-fetch-mode": "cors" };
    return (await send(world.gateway[edge], path, { headers })).status;
  };
  /** Uses a session at an edge: the status of the answer. */
  world.use = (cookie, edge = "url") => ask(edge, "/app/p1/x", cookie);
  /** Asks the control plane about a session. */
  world.look = (cookie, edge = "url") => ask(edge, "/auth/session", cookie);
  return world;
}

/** Both edges, and both ways in which a session is looked up. */
const lookups = (world, cookie) =>
  ["url", "secondUrl"].flatMap((edge) => [() => world.use(cookie, edge), () => world.look(cookie, edge)]);

describe("sessions while several things happen at once", () => {
  const world = timedFixture();

  /** Runs a race again and again. */
  async function rounds(race) {
    for (let round = 0; round < ROUNDS; round += 1) await race(round);
  }

  /** A session that nobody refreshed for so long that the provider must be asked. */
  async function dueSession() {
    const session = await world.newSession();
    await world.pass(301);
    return session;
  }

  async function assertEnded(cookie, round) {
    const statuses = await Promise.all(lookups(world, cookie).map((look) => look()));
    assert.deepEqual(statuses, [REFUSED, REFUSED, REFUSED, REFUSED], `round ${round}`);
  }

  test(`${PARALLEL} requests at the moment of expiry refresh once, ${ROUNDS} times`, async () => {
    const { cookie } = await world.newSession();
    const ways = lookups(world, cookie);
    await rounds(async (round) => {
      // The provider is due, or required.
      await world.pass(round % 2 ? 241 : 301);
      const before = world.tokens.refreshes;
      const held = world.tokens.hold();
      const asked = Array.from({ length: PARALLEL }, (_, number) => ways[number % ways.length]());
      await held.arrived;
      held.release();
      assert.deepEqual(await Promise.all(asked), Array(PARALLEL).fill(ACCEPTED), `round ${round}`);
      assert.equal(world.tokens.refreshes, before + 1, `round ${round}`);
    });
  });

  test(`a logout while a refresh is under way is final, ${ROUNDS} times`, async () => {
    await rounds(async (round) => {
      const { browser, cookie } = await dueSession();
      const held = world.tokens.hold();
      const used = lookups(world, cookie).map((look) => look());
      await held.arrived;
      const logOut = () =>
        browser.send(`${world.url}/auth/logout`, {
          method: "POST",
          headers: { "sec-fetch-site": "same-origin" },
        });
      // The provider answers after the logout, or while it is under way.
      const isAfter = round % 2 === 0;
      if (!isAfter) held.release();
      const { status } = await logOut();
      held.release();
      assert.equal(status, 303);
      const statuses = await Promise.all(used);
      if (isAfter) assert.deepEqual(statuses, Array(used.length).fill(REFUSED), `round ${round}`);
      // An edge that was answered before the logout may go on for a minute.
      else await world.pass(61);
      await assertEnded(cookie, round);
    });
  });

  test(`a logout at the provider while a refresh is under way is final, ${ROUNDS} times`, async () => {
    await rounds(async (round) => {
      const { browser, cookie } = await dueSession();
      const held = world.tokens.hold();
      const used = lookups(world, cookie).map((look) => look());
      await held.arrived;
      const isAfter = round % 2 === 0;
      if (!isAfter) held.release();
      await endAtProvider(browser, world.provider.issuer);
      held.release();
      const statuses = await Promise.all(used);
      if (isAfter) assert.deepEqual(statuses, Array(used.length).fill(REFUSED), `round ${round}`);
      else await world.pass(61);
      await assertEnded(cookie, round);
    });
  });

  test(`a logout token before the end of a login leaves no session, ${ROUNDS} times`, async () => {
    let sent = 0;
    const count = () => (sent += 1);
    world.provider.provider.on("backchannel.success", count);
    try {
      await rounds(async (round) => {
        const browser = openBrowser();
        const held = world.tokens.hold();
        const login = signIn(browser, `${world.url}/app/p1/x`, "bob");
        await held.arrived;
        const before = sent;
        await endAtProvider(browser, world.provider.issuer);
        assert.equal(sent, before + 1, "the gateway has accepted the logout token");
        held.release();
        const page = await login;
        assert.equal(page.status, 400, page.text);
        assert.match(world.gateway.lines.at(-1), /the session at the provider has ended meanwhile/);
        assert.equal(browser.cookie(world.url, "__Host-session"), undefined, `round ${round}`);
      });
    } finally {
      world.provider.provider.off("backchannel.success", count);
    }
  });
});

describe("a provider that is down", () => {
  const world = timedFixture();

  test("is not missed for 300 seconds, then sessions are unavailable, and accepted as soon as it is back", async () => {
    const { cookie } = await world.newSession();
    const ways = lookups(world, cookie);
    const statuses = () => Promise.all(ways.map((look) => look()));
    const all = (status) => Array(ways.length).fill(status);
    world.tokens.isDown = true;
    for (const seconds of [100, 100, 90]) {
      await world.pass(seconds);
      assert.deepEqual(await statuses(), all(ACCEPTED));
    }
    await world.pass(11);
    assert.deepEqual(await statuses(), all(503));
    await world.pass(600);
    assert.deepEqual(await statuses(), all(503));
    const before = world.tokens.refreshes;
    world.tokens.isDown = false;
    assert.deepEqual(await statuses(), all(ACCEPTED));
    assert.equal(world.tokens.refreshes, before + 1);
  });
});

describe("a provider that does not say when its sessions end", () => {
  const world = timedFixture({
    features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: false } },
  });

  test("ends a session that is used within 300 seconds", async () => {
    const { browser, cookie } = await world.newSession();
    const other = await world.newSession();
    await endAtProvider(browser, world.provider.issuer);
    assert.equal(await world.use(cookie), ACCEPTED, "nothing has said that it ended");
    let seconds = 0;
    for (; seconds < 300 && (await world.use(cookie)) === ACCEPTED; seconds += 20) await world.pass(20);
    assert.ok(seconds < 300, `${seconds} seconds`);
    assert.deepEqual(await Promise.all(lookups(world, cookie).map((look) => look())), Array(4).fill(REFUSED));
    assert.equal(await world.use(other.cookie), ACCEPTED, "that of another browser goes on");
  });
});
