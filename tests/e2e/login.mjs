// A gateway whose users sign in at a real OpenID Provider, and an origin behind a route of sessions.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before } from "node:test";
import { gatewayClient } from "../../demo/people.mjs";
import { startProvider } from "../../demo/provider.mjs";
import { openBrowser, signIn } from "./browser.mjs";
import { send, startGateway } from "./gateway.mjs";
import { startTestOrigin } from "./origin.mjs";

export const BASE = "/project-management-service/v1";
const ADMIN_TOKEN = "the-admin-token-of-all-the-tests";
const ROUTES = [
  { path: "/app/{project}/{*rest}", origin: "origin", session: true, access: { "*": ["access"] } },
  { path: "/control/{project}/{*rest}", origin: "origin", session: true, access: { "*": ["operator"] } },
  { path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } },
];

/** The users that are declared, an administrator and a member of the project `p1`. */
const ADA = {
  email: "ada@example.com",
  name: "Ada",
  roles: ["admin"],
  projects: { p1: ["access", "owner"] },
};
const BOB = { email: "bob@example.com", roles: ["access"] };

/** A port that is free. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Registers what the tests of a suite need; it is filled when they run. `more` is the provider's configuration besides, `options` are
 * `startGateway`'s.
 */
export function loginFixture({ variables = {}, more = {}, isActive = true, options = {} } = {}) {
  const world = {
    /** Calls the management API as the platform's administrator. */
    call(method, path, body, headers = { authorization: `Bearer ${ADMIN_TOKEN}` }) {
      const json = body === undefined ? {} : { "content-type": "application/json" };
      const text = body === undefined ? undefined : JSON.stringify(body);
      return send(world.url, BASE + path, { method, headers: { ...json, ...headers }, body: text });
    },
    /** A browser in which `name` has signed in, by opening `path`. */
    async signedIn(name, path = "/app/p1/x") {
      const browser = openBrowser();
      const page = await signIn(browser, world.url + path, name);
      return { browser, page };
    },
    /** The configuration of the federation. */
    federation: (changes = {}) => ({
      issuer: world.provider.issuer,
      clientId: gatewayClient(world.url).client_id,
      clientSecret: gatewayClient(world.url).client_secret,
      active: true,
      ...changes,
    }),
  };

  before(async () => {
    world.origin = await startTestOrigin();
    const port = await freePort();
    world.url = `http://127.0.0.1:${port}`;
    world.provider = await startProvider(0, undefined, world.url, more);
    world.gateway = await startGateway({
      port,
      bindings: {
        ADMIN_TOKEN,
        PUBLIC_URL: world.url,
        INSECURE_ISSUER_HOSTS: new URL(world.provider.issuer).host,
        ...variables,
      },
      ...options,
    });
    await expect(
      201,
      world.call("PUT", "/gateway", { origins: { origin: { url: world.origin.url } }, routes: ROUTES }),
    );
    await expect(201, world.call("PUT", "/projects/p1", { label: { en: "P1" } }));
    const declare = async (path, user) => (await expect(201, world.call("POST", path, user))).json().id;
    world.users = {
      ada: await declare("/users", ADA),
      bob: await declare("/users", { email: BOB.email, name: "Bob" }),
    };
    // The edge learns at once what is changed of a project through it: the member comes last.
    await expect(201, world.call("POST", "/projects/p1/members", BOB));
    if (isActive) await expect(201, world.call("PUT", "/federation?force=true", world.federation()));
  });
  after(async () => {
    await world.gateway?.close();
    await world.provider?.close();
    await world.origin?.close();
  });
  return world;
}

/** The answer, which must have that status. */
export async function expect(status, sent) {
  const answer = await sent;
  assert.equal(answer.status, status, answer.text);
  return answer;
}
