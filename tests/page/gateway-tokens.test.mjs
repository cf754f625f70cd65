// Tokens that the gateway itself signs, in the page: access tokens of service accounts, and assertions for origins.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { close, listen } from "../../demo/origin.mjs";
import { publicJwk } from "../e2e/tokens.mjs";
import { ENTRY, inspectorFixture, token } from "./fixture.mjs";

const ACCESS_KEY = "ec256-1";
const ASSERTION_KEY = "ec256-2";

/** The documents of a gateway's own issuer, on a free port. `asked` has the paths that were requested. */
async function startOwnIssuer() {
  const asked = [];
  const server = createServer(({ url: path }, response) => {
    asked.push(path);
    const documents = {
      "/auth/.well-known/openid-configuration": { issuer: `${url}/auth`, jwks_uri: `${url}/auth/jwks` },
      "/auth/jwks": { keys: [publicJwk(ACCESS_KEY)] },
      "/auth/assertion-jwks": { keys: [publicJwk(ASSERTION_KEY)] },
    };
    response.setHeader("access-control-allow-origin", "*");
    response.end(JSON.stringify(documents[path]));
  });
  await listen(server, 0);
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, asked, close: () => close(server) };
}

const accessToken = (url, client = "plant7/ci", roles = ["plant7.access"]) =>
  token(
    { iss: `${url}/auth`, aud: url, sub: client, client_id: client, azp: client, jti: "j", roles },
    { typ: "at+jwt" },
    ACCESS_KEY,
  );

const assertionToken = (url, claims = {}) => {
  const now = Math.floor(Date.now() / 1000);
  return token(
    {
      ...{ iss: `${url}/auth`, aud: "insights", sub: "device-0017", idp: "apps", project: "plant7" },
      ...{ roles: ["access"], iat: now, exp: now + 60, ...claims },
    },
    { typ: "edge-assertion+jwt" },
    ASSERTION_KEY,
  );
};

describe("tokens of the gateway", () => {
  const inspector = inspectorFixture();
  const notice = () => inspector.page.getByRole("group", { name: /Access token of|Assertion for/ });

  async function fetchKeys() {
    await inspector.tab("Keys");
    await inspector.page.getByRole("button", { name: "Fetch the issuer’s keys" }).click();
    await inspector.page.getByText("Fetched one key.").waitFor();
  }

  test("a service account's token is named, decided by the built-in entry, and linked to its account", async () => {
    const gateway = await startOwnIssuer();
    try {
      await inspector.field("Access token").fill(await accessToken(gateway.url));
      const text = await notice().innerText();
      assert.match(text, /Access token of the service account plant7\/ci/);
      assert.match(text, /the role access in this one/);
      assert.match(text, /valid for 10 minutes/);
      const account = `${gateway.url}/project-management-service/v1/projects/plant7/service-accounts/ci`;
      assert.equal(await notice().getByRole("link").getAttribute("href"), account);
      // No entry has to be given: the built-in one alone accepts the token.
      await inspector.verdict("Not decided yet: fetch the issuer's keys, or paste them");
      await fetchKeys();
      await inspector.verdict("Permitted as access");
      assert.deepEqual(gateway.asked, ["/auth/.well-known/openid-configuration", "/auth/jwks"]);
      const trace = await inspector.trace();
      assert.match(trace, /an access token of the gateway itself, for the service account plant7\/ci/);
      assert.match(trace, /The built-in entry accounts decides/);

      // It is the last one among others, and what revokes the account's tokens is found.
      await inspector.tab("Providers");
      await inspector.field("The project’s entries").fill(JSON.stringify([ENTRY]));
      await inspector.verdict("Permitted as access");
      assert.match(await inspector.trace(), /Entry apps is for another issuer.*The built-in entry accounts/s);
      const issuedBefore = Math.floor(Date.now() / 1000) + 5;
      const revocation = { id: "r1", idp: "accounts", client: "plant7/ci", issuedBefore };
      await inspector.field("Revocations").fill(JSON.stringify([revocation]));
      await inspector.verdict("Refused: 401 token_untrusted");
      assert.match(await inspector.trace(), /revoked the token, by its revocation r1/);
      await inspector.field("Revocations").fill("[7]");
      await inspector.verdict("The documents have faults");
      await inspector.page.getByText("expected a list of revocations").waitFor();
    } finally {
      await gateway.close();
    }
  });

  test("an account of the platform is linked where it is, and opens no route", async () => {
    const url = "https://gateway.example.com";
    await inspector.field("Access token").fill(await accessToken(url, "platform/ops", ["platform.admin"]));
    assert.match(await notice().innerText(), /The management API accepts it, and no route does/);
    const account = `${url}/project-management-service/v1/service-accounts/ops`;
    assert.equal(await notice().getByRole("link").getAttribute("href"), account);
    await inspector.tab("Suggest");
    await inspector.page.getByText("no entry of this issuer can be saved").waitFor();
  });

  test("an assertion is named, verified by its own keys, and refused as a bearer token", async () => {
    const gateway = await startOwnIssuer();
    try {
      await inspector.field("Access token").fill(await assertionToken(gateway.url));
      const text = await notice().innerText();
      assert.match(text, /Assertion for the origin insights/);
      assert.match(
        text,
        /device-0017 calls the project plant7 with the role access, identified by the entry apps/,
      );
      assert.match(text, /It is no bearer token\. The gateway refuses it/);
      assert.match(text, /valid for 60 seconds/);
      assert.equal(await notice().getByRole("link").count(), 0);
      await inspector.verdict("Refused: 401 token_untrusted");
      assert.match(await inspector.trace(), /The built-in entry accounts is skipped: the audience/);
      await fetchKeys();
      assert.deepEqual(gateway.asked, ["/auth/assertion-jwks"]);
      await inspector.page.getByText("The signature is right by it.").waitFor();

      // An entry that would accept it does not: its keys are not those of access tokens.
      await inspector.tab("Providers");
      const entry = { ...ENTRY, iss: `${gateway.url}/auth`, allowedTyp: ["edge-assertion+jwt"] };
      await inspector.field("The project’s entries").fill(JSON.stringify([entry]));
      await inspector.page.getByText("No usable key of the issuer has the token's key id").waitFor();
      await inspector.verdict("Refused: 401 token_untrusted");

      // Its keys are not taken for those of an access token of the same issuer.
      await inspector.tab("Token");
      await inspector.field("Access token").fill(await accessToken(gateway.url));
      await inspector.tab("Keys");
      await inspector.page.getByText("They do not count for a token of another kind or issuer").waitFor();
    } finally {
      await gateway.close();
    }
  });

  test("what merely resembles them is not named so", async () => {
    const url = "https://gateway.example.com";
    for (const other of [
      await token({ iss: `${url}/auth`, aud: url, sub: "someone" }, { typ: "at+jwt" }),
      await token({ iss: `${url}/auth/x`, aud: "insights" }, { typ: "edge-assertion+jwt" }),
      await token(),
    ]) {
      await inspector.field("Access token").fill(other);
      await inspector.page.getByRole("heading", { name: "Payload" }).waitFor();
      assert.equal(await notice().count(), 0);
    }
  });
});

describe("characters that a reader does not see", () => {
  const inspector = inspectorFixture({ permissions: ["clipboard-read", "clipboard-write"] });
  const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

  test("are escaped wherever the page shows them", async () => {
    const evil = "nimda\u202e\u0085\u2066x";
    const claims = { sub: evil, [evil]: 1, roles: [`p1.access`, `p1.${evil}`], deep: { [evil]: [evil, 1] } };
    await inspector.field("Access token").fill(await token(claims));
    const tables = () => inspector.page.locator("main").innerText();
    // Until the page shows this token, its lists are those of the one before.
    await inspector.page
      .getByRole("row", { name: /nimda\\u202e/ })
      .first()
      .waitFor();
    for (const summary of await inspector.page.getByText("As JSON").all()) await summary.click();
    const text = await tables();
    assert.match(text, /nimda\\u202e\\u0085\\u2066x/);
    assertVisible(text);
    const json = await inspector.page.locator(".part.payload pre").innerText();
    assert.deepEqual(JSON.parse(json).deep, claims.deep);

    await inspector.tab("Providers");
    await inspector.field("The project’s entries").fill(JSON.stringify([{ ...ENTRY, label: { en: evil } }]));
    assertVisible(await inspector.field("As JSON").inputValue());
    await inspector.tab("Roles");
    await inspector.page.getByRole("cell", { name: /p1\.nimda\\u202e/ }).waitFor();
    assertVisible(await tables());
    await inspector.tab("Keys");
    await inspector.field("Key set, JWK or PEM").fill(JSON.stringify({ ...publicJwk("ec256-1"), kid: evil }));
    await inspector.page.getByText(/^nimda\\u202e/).waitFor();
    assertVisible(await tables());
    await inspector.tab("Token");
    await inspector.field("Access token").fill(JSON.stringify({ iss: ENTRY.iss, [evil]: evil }));
    await inspector.page.getByRole("row", { name: /nimda\\u202e/ }).waitFor();
    assertVisible(await tables());
  });

  /** Line breaks and tabs are the page's own layout. */
  function assertVisible(text) {
    assert.doesNotMatch(text.replace(/[\n\t]/g, ""), HIDDEN);
  }
});
