// What the page can do, by clicking and typing as a person would.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { publicJwk } from "../e2e/tokens.mjs";
import { ENTRY, inspectorFixture, token } from "./fixture.mjs";
import { startCorsIssuer } from "./issuer.mjs";
import { certificate, pem } from "./pem.mjs";

describe("the page", () => {
  const inspector = inspectorFixture();

  /** Puts a whole case in. */
  async function put({ claims, header, entries = [ENTRY], keys = [publicJwk("ec256-1")] } = {}) {
    await inspector.field("Access token").fill(await token(claims, header));
    await inspector.tab("Keys");
    await inspector.field("Key set, JWK or PEM").fill(JSON.stringify({ keys }));
    await inspector.tab("Providers");
    await inspector.page.getByRole("button", { name: "Add an entry" }).click();
    await inspector.field("As JSON").fill(JSON.stringify(entries));
    await inspector.tab("Request");
    await inspector.field("Project").fill("p1");
    await inspector.field("Path").fill("/data-recorder-service/v2/p1/things");
  }

  const row = (name) =>
    inspector.page.getByRole("row").filter({ has: inspector.page.getByText(name, { exact: true }) });

  test("shows header, payload and signature in a person's words", async () => {
    const now = Math.floor(Date.now() / 1000);
    await inspector
      .field("Access token")
      .fill(`Authorization: Bearer ${await token({ exp: now - 190, oid: "o" })}`);
    for (const [name, words] of [
      ["exp", /Expires.*expired 3 minutes ago \(\d+ \w+ \d{4}, .* UTC\)/s],
      ["iss", /Issuer.*https:\/\/issuer\.example/s],
      ["oid", /Object id.*Entra ID/s],
      ["alg", /ECDSA on P-256 with SHA-256/],
      ["roles", /p1\.access\s+p2\.access/],
    ]) {
      assert.match(await row(name).innerText(), words);
    }
    await inspector.page.getByText("There are no keys yet to check it by.").waitFor();
  });

  test("marks faults at their place", async () => {
    const good = await token();
    const [header, payload, signature] = good.split(".");
    const faulty = Buffer.from('{"iss":7,"exp":"soon","iat":1}').toString("base64url");
    await inspector.field("Access token").fill(`${header}.${faulty}.${signature}=`);
    await inspector.page.getByRole("heading", { name: "3 faults" }).waitFor();
    assert.match(await row("iss").innerText(), /has to be a string/);
    assert.match(await row("exp").innerText(), /has to be a number/);
    assert.equal(await inspector.page.locator(".spelling mark").innerText(), "=");

    await inspector.field("Access token").fill(`${header}.${payload.slice(0, 8)}.${signature}`);
    await inspector.page.getByText(/^Payload, byte \d+/).waitFor();
    const broken = Buffer.from('{"iss": "ä", oops}').toString("base64url");
    await inspector.field("Access token").fill(`${header}.${broken}.${signature}`);
    await inspector.page.getByText("Payload, byte 15").waitFor();
    assert.equal(await inspector.page.locator("pre mark").innerText(), "o");
    await inspector.field("Access token").fill("no token at all");
    await inspector.page.getByText("has to have three parts with dots between, not 1").waitFor();
  });

  test("tells what becomes of the request, and why", async () => {
    await put();
    await inspector.verdict("Permitted as access");
    const trace = await inspector.trace();
    assert.match(trace, /Passed: The path leads to the route \/data-recorder-service\/v2\/\{project\}/);
    assert.match(trace, /Passed: The signature is right by the key ec256-1\./);
    assert.match(trace, /Passed: p1\.access gives the role access\./);
    assert.match(trace, /Left aside: p2\.access does not have that form\./);
    assert.match(await inspector.page.locator(".headers").innerText(), /X-Auth-Subject\s+someone/);

    await inspector.page.getByLabel("Method").selectOption("POST");
    await inspector.verdict("Refused: 403 role_missing");
    await inspector.field("Path").fill("/data-recorder-service/v2/p1/../p2");
    await inspector.verdict("Refused: 400 path_ambiguous");
    await inspector.field("Path").fill("/data-recorder-service/v2/p2/x");
    await inspector.verdict("Refused: 401 token_untrusted");
    assert.match(await inspector.trace(), /The path does not name the project p1/);
  });

  test("decides as of a time", async () => {
    await put();
    await inspector.field("Decide as of").fill("2001-01-01T00:00:00Z");
    await inspector.verdict("Refused: 401 token_not_yet_valid");
    await inspector.field("Decide as of").fill(String(Math.floor(Date.now() / 1000) + 700));
    await inspector.verdict("Refused: 401 token_expired");
    await inspector.field("Decide as of").fill("whenever");
    await inspector.page.getByText("expected a date, or seconds since 1970").waitFor();
  });

  test("explains claims that nobody signed", async () => {
    const now = Math.floor(Date.now() / 1000);
    await put();
    await inspector.tab("Token");
    const claims = { iss: ENTRY.iss, sub: "s", iat: now, exp: now + 60, roles: ["p1.admin"] };
    await inspector.field("Access token").fill(JSON.stringify(claims));
    await inspector.verdict("Refused: 403 role_missing");
    assert.match(await inspector.trace(), /Nobody signed them/);
  });

  test("verifies with a key set, a JWK, a public key in PEM and a certificate, key by key", async () => {
    await put({
      keys: [publicJwk("ec256-1"), publicJwk("ec256-2"), publicJwk("rsa-1"), { kty: "oct", k: "AA" }],
    });
    await inspector.tab("Keys");
    const results = inspector.page.locator(".keys li");
    await results.nth(3).waitFor();
    const texts = await results.allInnerTexts();
    assert.match(texts[0], /ec256-1.*The signature is right by it/s);
    assert.match(texts[1], /ec256-2.*wrong by it, and the token names another key/s);
    assert.match(texts[2], /It is not for the token’s algorithm/);
    assert.match(texts[3], /It cannot be used: not a public RSA, EC or Ed25519 key/);

    for (const text of [JSON.stringify(publicJwk("ec256-1")), pem("ec256-1"), certificate("ec256-1")]) {
      await inspector.tab("Token");
      await inspector.field("Access token").fill(await token({}, { kid: undefined }));
      await inspector.tab("Keys");
      await inspector.field("Key set, JWK or PEM").fill("");
      await inspector.verdict("Not decided yet: fetch the issuer's keys, or paste them");
      await inspector.field("Key set, JWK or PEM").fill('{"keys": []}');
      await inspector.verdict("Refused: 503 keys_unavailable");
      await inspector.field("Key set, JWK or PEM").fill(text);
      await inspector.verdict("Permitted as access");
    }
    await inspector
      .field("Key set, JWK or PEM")
      .fill("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----");
    await inspector.page.getByText("a public key that is not one of RSA, EC or Ed25519").waitFor();
  });

  test("fetches the keys of an issuer when the button is pressed, told nothing but the issuer", async () => {
    const issuer = await startCorsIssuer();
    try {
      await put({ claims: { iss: issuer.url }, entries: [{ ...ENTRY, iss: issuer.url }], keys: [] });
      await inspector.tab("Keys");
      assert.equal(await inspector.field("Issuer").inputValue(), issuer.url);
      assert.deepEqual(issuer.asked, []);
      await inspector.page.getByRole("button", { name: "Fetch the issuer’s keys" }).click();
      await inspector.page.getByText("Fetched one key.").waitFor();
      await inspector.verdict("Permitted as access");
      assert.deepEqual(
        issuer.asked.map(({ url, headers }) => [url, headers.origin, headers.referer, headers.cookie]),
        ["/.well-known/openid-configuration", "/keys"].map((url) => [url, "null", undefined, undefined]),
      );

      await inspector.field("Issuer").fill(`${issuer.url}/other`);
      await inspector.page.getByRole("button", { name: "Fetch the issuer’s keys" }).click();
      await inspector.page.getByText("the configuration is that of the issuer").waitFor();
    } finally {
      await issuer.close();
    }
    await inspector.page.getByRole("button", { name: "Fetch the issuer’s keys" }).click();
    await inspector.page.getByText("An issuer may keep pages out.").waitFor();
    inspector.page.faults.length = 0; // The browser reports the connection that failed.
  });

  test("edits an entry as a form and as JSON, and shows all faults at their fields", async () => {
    await put();
    await inspector.tab("Providers");
    await inspector.field("id").fill("x");
    await inspector.field("Form of each role (roleTemplate)").fill("{project}");
    await inspector.field("Algorithms (allowedAlgs)").fill("none");
    await inspector.page.getByRole("heading", { name: "3 faults" }).waitFor();
    for (const [label, fault] of [
      ["id", /2 to 16 of/],
      ["Form of each role (roleTemplate)", /\{roleName\} exactly once/],
      ["Algorithms (allowedAlgs)", /one of RS256, .*, not "none"/],
    ]) {
      const field = inspector.field(label);
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      const described = (await field.getAttribute("aria-describedby")).split(" ").at(-1);
      assert.match(await inspector.page.locator(`[id="${described}"]`).innerText(), fault);
    }
    await inspector.verdict("The documents have faults");

    await inspector.field("As JSON").fill(JSON.stringify({ ...ENTRY, allowedAzp: ["a", "b"] }));
    assert.equal(await inspector.field("Clients (allowedAzp)").inputValue(), "a\nb");
    await inspector.page.getByLabel("defined here").click();
    await inspector.field("Roles (definedRoles)").fill("access\nadmin");
    await inspector.field("Clients (allowedAzp)").fill("");
    assert.deepEqual(JSON.parse(await inspector.field("As JSON").inputValue()), {
      ...{ id: "apps", iss: ENTRY.iss, label: { en: "Apps" }, idClaim: "sub" },
      ...{ roleDetection: "DEFINED", definedRoles: ["access", "admin"] },
    });
    await inspector.verdict("Permitted as access, admin");
    await inspector.field("As JSON").fill("{");
    await inspector.page.getByText("The JSON cannot be read, so there is no form for it.").waitFor();
  });

  test("types a list line by line", async () => {
    await put();
    await inspector.tab("Providers");
    await inspector.field("Roles that count (allowedRoles)").pressSequentially("admin\naccess");
    assert.deepEqual(JSON.parse(await inspector.field("As JSON").inputValue()).allowedRoles, [
      "admin",
      "access",
    ]);
  });

  test("asks entries in their order, which can be changed", async () => {
    await put({
      entries: [
        { ...ENTRY, id: "first" },
        { ...ENTRY, id: "second" },
      ],
    });
    await inspector.verdict("Permitted");
    const entry = () => inspector.page.locator(".facts code").first().innerText();
    assert.equal(await entry(), "first");
    await inspector.tab("Providers");
    await inspector.page.getByRole("button", { name: "Ask later" }).click();
    await inspector.page.locator(".facts code", { hasText: "second" }).waitFor();
    await inspector.page.getByRole("button", { name: "Remove" }).click();
    await inspector.page.getByRole("button", { name: "1 second" }).waitFor();
    assert.equal(await inspector.page.getByRole("button", { name: "first" }).count(), 0);
  });

  test("shows the faults of the routes", async () => {
    await put();
    await inspector.field("Routes").fill('{"origins":{},"routes":[{"path":"x","origin":"y"}]}');
    await inspector.page.getByText("/routes/0/origin").waitFor();
    await inspector.verdict("The documents have faults");
    await inspector.field("Project").fill("-");
    await inspector.page.getByText("expected 1 to 63 of [A-Za-z0-9_-]").waitFor();
  });

  test("tries role templates live", async () => {
    await put({ claims: { realm_access: { roles: ["p1.admin", "role_x"] } } });
    await inspector.tab("Roles");
    await inspector.page.getByText("Roles: access.").waitFor();
    await inspector.page.getByLabel("Values of the token’s claim").selectOption("realm_access.roles");
    await inspector.page.getByText("Roles: admin.").waitFor();
    await inspector.field("Template").fill("role_{roleName}");
    await inspector.field("More values").pressSequentially("role_y\nrole_a b");
    await inspector.page.getByText("Roles: x, y.").waitFor();
    assert.match(await row("role_a b").innerText(), /of that form, but no role/);
    await inspector.field("Template").fill("{roleName}{roleName}");
    await inspector.page.getByText("expected a text with {roleName} exactly once").waitFor();
    await inspector.field("Template").fill("{project}.{roleName}");
    await inspector.page.getByRole("button", { name: "Put it into the entry apps" }).click();
    await inspector.verdict("Refused: 403 role_missing");
    assert.match(await inspector.trace(), /p1\.admin gives the role admin/);
  });

  test("suggests an entry that works, and the line that saves it", async () => {
    const api = "https://edge.example";
    await put({ entries: [{ ...ENTRY, iss: "https://other.example" }], claims: { aud: "it's", azp: "app" } });
    await inspector.verdict("Refused: 401 token_untrusted");
    await inspector.tab("Suggest");
    await inspector.field("API").fill(api);
    const suggested = JSON.parse(await inspector.page.getByLabel("The suggested entry").innerText());
    assert.equal(suggested.roleTemplate, "{project}.{roleName}");
    assert.deepEqual(suggested.allowedAud, ["it's"]);
    const line = await inspector.page.getByLabel("The request that saves the entry").innerText();
    const script = `curl() { printf '%s\\n' "$@"; }; TOKEN=t; ${line}`;
    const words = execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split("\n");
    assert.deepEqual(words.slice(0, 7), [
      ...["-X", "POST", `${api}/project-management-service/v1/projects/p1/custom-idp`],
      ...["-H", "Authorization: Bearer t", "-H", "Content-Type: application/json"],
    ]);
    assert.deepEqual(JSON.parse(words.at(-1)), suggested);
    await inspector.page.getByRole("button", { name: "Use it alone" }).click();
    await inspector.verdict("Permitted as access");
  });

  for (const name of ["Keycloak", "Entra ID v1", "Entra ID v2", "Okta", "Auth0"]) {
    test(`has an example of ${name}, fresh and rightly signed, whose provider is known`, async () => {
      await inspector.example(name);
      await inspector.verdict("Permitted as access");
      await inspector.tab("Suggest");
      await inspector.page.locator("strong", { hasText: name.replace(/ v\d/, "") }).waitFor();
      await inspector.page.getByRole("button", { name: "Use it alone" }).click();
      await inspector.verdict("Permitted as access");
    });
  }

  test("has an example of a refusal, and forgets all when told to", async () => {
    await inspector.example("A refusal");
    await inspector.verdict("Refused: 401 token_untrusted");
    assert.match(await inspector.trace(), /the client \(azp\) is another-app, and allowedAzp accepts/);
    await inspector.page.getByRole("button", { name: "Clear" }).click();
    await inspector.verdict("No token yet");
    assert.equal(await inspector.field("Access token").inputValue(), "");
  });
});
