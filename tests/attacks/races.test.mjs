// Races: what is acknowledged counts from then on, whatever else is under way.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AS_ADMIN, AS_OWNER, AS_USER, OWNERS, USERS, startManagementFixture } from "./fixture-management.mjs";
import { send } from "./send.mjs";

const ROUNDS = 10;
const OWN = "{api}/projects/{own}";
const KEEPERS = { ...OWNERS, id: "keepers", allowedAzp: ["keeper-app"] };

describe("races", () => {
  let fixture;

  before(async () => {
    fixture = await startManagementFixture();
  });

  after(() => fixture?.close());

  /** A project and a way to send requests to it. */
  async function project(entries) {
    const place = (await fixture.prepare({ entries }))();
    const request = async (side) => (await send(fixture, side, place)).answer;
    const audit = async () => (await request({ ...AS_ADMIN, path: `${OWN}/audit-log` })).json().items;
    return { request, audit };
  }

  const rounds = (name, round) =>
    test(`${name}, ${ROUNDS} times`, async () => {
      for (let count = 0; count < ROUNDS; count += 1) await round();
    });

  const codeOf = ({ status, text }) => (status >= 400 ? JSON.parse(text).code : status);
  const add = (id) => ({ method: "POST", path: `${OWN}/custom-idp`, body: { ...USERS, id } });

  rounds("an owner's changes and the end of their ownership", async () => {
    const { request, audit } = await project([OWNERS, KEEPERS]);
    const ids = Array.from({ length: 6 }, (_, index) => `trial-${index}`);
    const changes = ids.map((id) => request({ ...AS_OWNER, ...add(id) }));
    const end = request({ ...AS_ADMIN, method: "DELETE", path: `${OWN}/custom-idp/owners` });
    const [{ status }, ...answers] = await Promise.all([end, ...changes]);
    assert.equal(status, 204);
    for (const answer of answers) assert.ok([201, "token_untrusted"].includes(codeOf(answer)), answer.text);

    const items = (await audit()).filter(({ outcome }) => !outcome.refusal);
    const ended = items.find(({ change }) => change.remove_idp).number;
    const made = items.filter(({ author }) => author.who.idp === "owners");
    assert.equal(made.length, answers.filter(({ status }) => status === 201).length);
    assert.ok(
      made.every(({ number }) => number < ended),
      "a change after the end",
    );
    assert.equal(codeOf(await request({ ...AS_OWNER, ...add("later") })), "token_untrusted");
  });

  rounds("a user's requests and the end of their entry", async () => {
    const { request } = await project([OWNERS, USERS]);
    let isGone = false;
    const use = async () => {
      const wasGone = isGone;
      const answer = await request(AS_USER);
      if (wasGone) assert.equal(codeOf(answer), "token_untrusted", "a request after the end");
      return answer.status;
    };
    assert.equal(await use(), 200);
    const users = Array.from({ length: 8 }, async () => {
      for (let count = 0; count < 10; count += 1) await use();
    });
    const { status } = await request({ ...AS_ADMIN, method: "DELETE", path: `${OWN}/custom-idp/users` });
    isGone = true;
    assert.equal(status, 204);
    await Promise.all(users);
    assert.equal(await use(), 401);
  });

  rounds("a user's requests and the end of the project", async () => {
    const { request } = await project([OWNERS, USERS]);
    const before = await Promise.all(Array.from({ length: 5 }, () => request(AS_USER)));
    assert.ok(before.every(({ status }) => status === 200));
    const meanwhile = Array.from({ length: 10 }, () => request(AS_USER));
    assert.equal((await request({ ...AS_ADMIN, method: "DELETE", path: OWN })).status, 204);
    const later = await Promise.all(Array.from({ length: 10 }, () => request(AS_USER)));
    assert.ok(later.every((answer) => codeOf(answer) === "token_untrusted"));
    for (const answer of await Promise.all(meanwhile))
      assert.ok([200, "token_untrusted"].includes(codeOf(answer)), answer.text);
    assert.equal(codeOf(await request({ ...AS_OWNER, ...add("later") })), "token_untrusted");
  });

  rounds("one entry deleted twice at once", async () => {
    const { request } = await project([OWNERS, USERS]);
    const deletion = { ...AS_OWNER, method: "DELETE", path: `${OWN}/custom-idp/users` };
    const answers = await Promise.all([1, 2, 3].map(() => request(deletion)));
    assert.deepEqual(answers.map(codeOf).sort(), [204, "not_found", "not_found"]);
  });

  rounds("one id taken twice at once", async () => {
    const { request } = await project([OWNERS]);
    const answers = await Promise.all([1, 2, 3].map(() => request({ ...AS_OWNER, ...add("trial") })));
    assert.deepEqual(answers.map(codeOf).sort(), [201, "already_exists", "already_exists"]);
  });

  rounds("one entity tag used twice at once", async () => {
    const { request } = await project([OWNERS, USERS]);
    const path = `${OWN}/custom-idp/users`;
    const { headers } = await request({ ...AS_OWNER, path });
    const put = (role) =>
      request({
        ...AS_OWNER,
        method: "PUT",
        path,
        headers: { "if-match": headers.etag },
        body: { ...USERS, definedRoles: [role] },
      });
    const answers = await Promise.all([put("a"), put("b"), put("c")]);
    assert.deepEqual(answers.map(codeOf).sort(), [200, "precondition_failed", "precondition_failed"]);
  });

  rounds("two owners who end each other", async () => {
    const { request } = await project([OWNERS, KEEPERS]);
    const answers = await Promise.all([
      request({ ...AS_OWNER, method: "DELETE", path: `${OWN}/custom-idp/keepers` }),
      request({ claims: { azp: "keeper-app" }, method: "DELETE", path: `${OWN}/custom-idp/owners` }),
    ]);
    assert.equal(answers.filter(({ status }) => status === 204).length, 1, answers.map(codeOf).join());
  });
});
