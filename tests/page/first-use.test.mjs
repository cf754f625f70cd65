// The page as a newcomer sees it: what is not given yet is asked for, and nothing is refused before something was decided.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { publicJwk } from "../e2e/tokens.mjs";
import { ENTRY, inspectorFixture, token } from "./fixture.mjs";

const LIST = "/project-management-service/v1/projects/plant7/custom-idp";
const UNDECIDED = "Not decided yet: paste the project's entries";
const OWNER = "owner-header.owner-payload.owner-signature";

describe("at first", () => {
  const inspector = inspectorFixture();
  const intake = () => inspector.field("The project’s entries");
  const headline = () => inspector.page.locator(".headline");

  /** Nothing on the page says that something failed. */
  async function assertNeutral() {
    assert.equal(await inspector.page.locator(".failed, .faulty").count(), 0);
  }

  const paste = async (claims) => inspector.field("Access token").fill(await token(claims));

  test("a token alone is not refused: the entries are asked for, and what is known is shown", async () => {
    await paste();
    await inspector.verdict(UNDECIDED);
    assert.equal(await headline().getAttribute("data-verdict"), "undecided");
    await assertNeutral();
    assert.match(
      await inspector.trace(),
      /Passed: The token is well-formed, of the issuer https:\/\/issuer\.example/,
    );
    await inspector.page.getByText("There are no keys yet to check it by. Fetch those").waitFor();
    await inspector.page.getByText("names the project plant7").waitFor();
  });

  test("claims alone are not refused either", async () => {
    const now = Math.floor(Date.now() / 1000);
    await inspector.field("Access token").fill(JSON.stringify({ iss: ENTRY.iss, iat: now, exp: now + 60 }));
    await inspector.verdict(UNDECIDED);
    await assertNeutral();
  });

  test("what the entries cannot change is decided without them", async () => {
    const now = Math.floor(Date.now() / 1000);
    await paste({ exp: now - 100 });
    await inspector.verdict("Refused: 401 token_expired");
    await inspector.tab("Request");
    await inspector.field("Path").fill("/nowhere");
    await inspector.verdict("Refused: 404 route_not_found");
  });

  test("entries are pasted beside the token, then keys are asked for, then there is a verdict", async () => {
    await paste({ roles: ["plant7.access"] });
    await intake().fill("[{");
    await inspector.page.getByText("expected JSON: a list of entries").waitFor();
    await intake().fill(JSON.stringify([ENTRY]));
    await inspector.verdict("Not decided yet: fetch the issuer's keys, or paste them");
    assert.equal(await inspector.page.evaluate(() => document.activeElement.id), "verdict");
    assert.match(await inspector.trace(), /Passed: Entry apps applies/);
    await assertNeutral();
    await inspector.page.locator(".verdict").getByRole("button", { name: "Open Keys" }).click();
    await inspector.page.getByText("There are no keys yet. Fetch those of the issuer").waitFor();
    await inspector.field("Key set, JWK or PEM").fill("no keys");
    await inspector.verdict("Not decided yet: fetch the issuer's keys, or paste them");
    await inspector.field("Key set, JWK or PEM").fill(JSON.stringify(publicJwk("ec256-1")));
    await inspector.verdict("Permitted as access");
  });

  for (const [what, text, expected] of [
    ["one entry", ENTRY, "Not decided yet: fetch the issuer's keys, or paste them"],
    ["a snapshot", { version: 1, idps: [ENTRY] }, "Not decided yet: fetch the issuer's keys, or paste them"],
    ["an empty list", [], "Refused: 401 token_untrusted"],
  ]) {
    test(`${what} can be pasted`, async () => {
      await paste();
      await intake().fill(JSON.stringify(text));
      await inspector.verdict(expected);
    });
  }

  test("removing the last entry leads back to where entries are pasted", async () => {
    await paste();
    await intake().fill(JSON.stringify([ENTRY]));
    await inspector.tab("Providers");
    await inspector.page.getByRole("button", { name: "Remove" }).click();
    await inspector.verdict(UNDECIDED);
    await assertNeutral();
    assert.equal(await intake().count(), 1);
  });

  test("each panel says what to do without a token", async () => {
    for (const [tab, words] of [
      ["Token", "A token, a whole Authorization header, or claims as JSON"],
      ["Keys", "Paste a token first, and its issuer is filled in"],
      ["Providers", "Paste the project’s entries, add one by hand, or let one be suggested"],
      ["Roles", "Paste a token, or type values here"],
      ["Suggest", "Paste a token, and an entry"],
    ]) {
      await inspector.tab(tab);
      await inspector.page.getByText(words).waitFor();
      await assertNeutral();
    }
  });

  test("a curl line lists the entries", async () => {
    await paste();
    const line = await inspector.page.getByLabel("The request that lists the entries").innerText();
    const script = `curl() { printf '%s\\n' "$@"; }; TOKEN=t; ${line}`;
    const words = execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split("\n");
    assert.deepEqual(words, [new URL(LIST, inspector.site.url).href, "-H", "Authorization: Bearer t"]);
  });

  test("an owner loads the entries from the server that the page is from", async () => {
    inspector.site.answers = { [LIST]: { status: 200, body: JSON.stringify([ENTRY]) } };
    await paste();
    const load = inspector.page.getByRole("button", { name: "Load from this server" });
    assert.ok(await load.isDisabled());
    await inspector.field("Token of an owner").fill(`Bearer ${OWNER}`);
    await inspector.page.keyboard.press("Tab");
    await inspector.page.keyboard.press("Enter");
    await inspector.verdict("Not decided yet: fetch the issuer's keys, or paste them");
    await inspector.tab("Providers");
    await inspector.page.getByRole("button", { name: "1 apps" }).waitFor();
  });

  test("a project that turns out to have no entries is refused", async () => {
    inspector.site.answers = { [LIST]: { status: 200, body: "[]" } };
    await paste();
    await inspector.field("Token of an owner").fill(OWNER);
    await inspector.page.getByRole("button", { name: "Load from this server" }).click();
    await inspector.verdict("Refused: 401 token_untrusted");
    assert.match(await inspector.trace(), /The project plant7 has no entries/);
    await inspector.tab("Providers");
    await inspector.page.getByText("The project has no entries: it accepts no token.").waitFor();
  });

  const problem = (status, code) => ({ status, body: JSON.stringify({ status, code }) });
  for (const [what, answer, words] of [
    [
      "401",
      problem(401, "token_untrusted"),
      /does not accept the token for the project plant7 \(401\): check/,
    ],
    ["an expired token", problem(401, "token_expired"), /has expired \(401\): get a new one/],
    ["403", problem(403, "role_missing"), /not an owner of the project plant7 \(403\): use the token of/],
    ["404", problem(404, "not_found"), /has no project plant7 \(404\): check its name/],
    ["503", problem(503, "store_unavailable"), /cannot read the project now \(503\): load again/],
    ["a static site", undefined, /not the management API: paste the entries/],
    ["a broken connection", null, /did not answer: check the connection/],
  ]) {
    test(`loading explains ${what}`, async () => {
      inspector.site.answers = { [LIST]: answer };
      await paste();
      await inspector.field("Token of an owner").fill(OWNER);
      await inspector.page.getByRole("button", { name: "Load from this server" }).click();
      const status = inspector.page.locator(".intake").getByRole("status").last();
      await status.filter({ hasText: "Not loaded:" }).waitFor();
      assert.match(await status.innerText(), words);
      await inspector.verdict(UNDECIDED);
      await assertNeutral();
      inspector.page.faults.length = 0; // The browser reports each answer that is not 200.
    });
  }

  test("what is no token is not sent", async () => {
    await paste();
    inspector.site.paths.length = 0;
    await inspector.field("Token of an owner").fill("Basic YTpi");
    await inspector.page.getByRole("button", { name: "Load from this server" }).click();
    await inspector.page.getByText("this is not a bearer token").waitFor();
    assert.ok(!inspector.site.paths.includes(LIST));
  });
});
