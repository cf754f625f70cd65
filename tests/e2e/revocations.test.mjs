// Revocations: what the management API revokes, the edge refuses at once; what it lets in again, the edge accepts.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { managementFixture } from "./fixture-management.mjs";
import { send } from "./gateway.mjs";

describe("revocations", () => {
  // What is cached at the edge is as old as it may be: only what is published ends it.
  const api = managementFixture({ CONFIG_TTL_SECONDS: "3600" });

  const call = async (status, ...request) => {
    const answer = await api.call(...request);
    assert.equal(answer.status, status, answer.text);
    return answer;
  };

  /** The code of a request to the test's project, sent until the edge has what is published. */
  const codes = async (headers) => {
    const found = [];
    for (let time = 0; time < 3; time += 1) {
      const answer = await send(api.gateway.url, `/api/${api.id}/x`, { headers });
      found.push(answer.status === 200 ? 200 : answer.json().code);
    }
    return found;
  };
  const ACCEPTED = [200, 200, 200];
  const REFUSED = Array(3).fill("token_untrusted");

  test("a token in use is refused as soon as it is revoked, and accepted once the revocation is removed", async () => {
    await call(201, "POST", `${api.project}/custom-idp`, api.ENTRY);
    await call(201, "POST", `${api.project}/custom-idp`, api.OWNERS);
    const [lost, other] = await Promise.all([api.bearer({ sub: "lost" }), api.bearer({ sub: "other" })]);
    assert.deepEqual([await codes(lost), await codes(other)], [ACCEPTED, ACCEPTED]);

    const document = { subject: "lost", reason: "a lost laptop" };
    const { revocation, published } = (
      await call(201, "POST", `${api.project}/revocations`, document)
    ).json();
    assert.equal(published, true);
    assert.deepEqual([await codes(lost), await codes(other)], [REFUSED, ACCEPTED]);
    const step = `{"step":"revoked","id":"${revocation.id}"}\\],"time":"[^"]+","code":"token_untrusted"`;
    assert.match(api.gateway.log(), new RegExp(step));
    const { revocations } = await api.snapshot();
    assert.deepEqual(revocations, [revocation]);

    const later = await api.bearer({ sub: "lost", iat: revocation.issuedBefore + 1 });
    assert.deepEqual(await codes(later), ACCEPTED);

    await call(204, "DELETE", `${api.project}/revocations/${revocation.id}`);
    assert.deepEqual([await codes(lost), await codes(other)], [ACCEPTED, ACCEPTED]);
    assert.equal((await api.snapshot()).revocations, undefined);
  });

  test("an owner revokes the tokens of a client, and explains one", async () => {
    await call(201, "POST", `${api.project}/custom-idp`, api.OWNERS);
    await call(201, "POST", `${api.project}/custom-idp`, api.ENTRY);
    const headers = await api.bearer({ azp: "leaky-app", jti: "t1" });
    assert.deepEqual(await codes(headers), ACCEPTED);
    const document = { client: "leaky-app", reason: "its secret was in a repository" };
    const saved = await call(201, "POST", `${api.project}/revocations`, document, api.owner);
    const { id } = saved.json().revocation;
    assert.equal(saved.headers.location, `/project-management-service/v1${api.project}/revocations/${id}`);
    assert.deepEqual(await codes(headers), REFUSED);
    const token = headers.authorization.replace("Bearer ", "");
    const question = { token, method: "GET", path: `/api/${api.id}/x` };
    const { trace } = (await call(200, "POST", `${api.project}/explain`, question, api.owner)).json();
    const { text, ...step } = trace.at(-1);
    assert.deepEqual(step, { step: "revoked", id });
    assert.match(text, new RegExp(`revoked .*\`${id}\``));
  });

  test("one project's revocation refuses nothing in another", async () => {
    await call(201, "POST", `${api.project}/custom-idp`, api.ENTRY);
    const [first, headers] = [api.id, await api.bearer({ sub: "someone" })];
    await call(201, "POST", `${api.project}/revocations?force=true`, { reason: "all" });
    assert.deepEqual(await codes(headers), REFUSED);
    await api.newProject();
    await call(201, "POST", `${api.project}/custom-idp`, api.ENTRY);
    assert.notEqual(api.id, first);
    assert.deepEqual(await codes(headers), ACCEPTED);
  });
});
