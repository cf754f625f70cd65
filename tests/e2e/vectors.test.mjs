// The vectors of tests/vectors/, through the worker in workerd and through its explain API. tests/vectors.rs runs the
// same files natively, tests/page/vectors.test.mjs in the page.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startOrigin } from "../../demo/origin.mjs";
import { send, startGateway } from "./gateway.mjs";
import { publishing } from "./issuer.mjs";
import { allVectors, assertExplained, authorizationOf, keyRecordsOf, revocationsOf } from "./vectors.mjs";

const ADMIN_TOKEN = "the-admin-token-of-all-the-tests";

for (const [file, vectors] of allVectors()) {
  describe(file, () => {
    let origin;
    let gateway;

    before(async () => {
      origin = await startOrigin();
      const jwks = keyRecordsOf(vectors);
      // Some issuers differ in a slash alone, and no network has both: each answers while its entries are saved.
      let network = publishing(jwks);
      const outbound = (request) => network(request);
      gateway = await startGateway({ jwks, bindings: { ADMIN_TOKEN }, outbound });
      await configure(gateway, vectors, origin.url, ({ iss }) => {
        network = publishing({ [iss]: jwks[iss] });
      });
      network = publishing(jwks);
    });

    after(async () => {
      await gateway?.close();
      await origin?.close();
    });

    for (const vector of vectors.cases) {
      test(vector.name, async () => {
        const authorization = await authorizationOf(vectors, vector);
        const headers = authorization === undefined ? {} : { authorization };
        // The second time the token is known, and the third time what was prepared for it is used.
        for (let time = 0; time < 3; time += 1) {
          const answer = await send(gateway.url, vector.path, { method: vector.method, headers });
          assertExpected(answer, vector);
        }
      });

      test(`explained: ${vector.name}`, async () => {
        const { path, method = "GET", expect } = vector;
        const authorization = await authorizationOf(vectors, vector);
        // Another scheme than Bearer brings no token.
        const token = authorization?.match(/^Bearer (.*)$/)?.[1];
        const project = path.match(/\/(\w[\w-]*)\/(data|x|admin)$/)?.[1] ?? Object.keys(vectors.projects)[0];
        const answer = await call(gateway, "POST", `/projects/${project}/explain`, { token, method, path });
        // Of a project that does not exist nobody can ask.
        if (!vectors.projects[project]) return assert.equal(answer.status, 404);
        assert.equal(answer.status, 200, answer.text);
        assertExplained(answer.json(), expect);
      });
    }
  });
}

/** Routes, projects and entries, by the management API; `prepare` is told of each entry before it is saved. */
async function configure(gateway, vectors, originUrl, prepare) {
  const { routes, projects } = vectors;
  const made = async (...request) => {
    const answer = await call(gateway, ...request);
    assert.equal(answer.status, 201, answer.text);
    return answer.json();
  };
  await made("PUT", "/gateway", { origins: { insights: { url: originUrl } }, routes });
  for (const [project, entries] of Object.entries(projects)) {
    await made("PUT", `/projects/${project}`, {});
    for (const entry of entries) {
      prepare(entry);
      await made("POST", `/projects/${project}/custom-idp`, entry);
    }
  }
  for (const [project, list] of revocationsOf(vectors)) {
    for (const { id, ...document } of list) {
      const path = `/projects/${project}/revocations?force=true`;
      const { revocation } = await made("POST", path, { ...document, reason: "a vector" });
      assert.equal(revocation.id, id);
    }
  }
}

function call(gateway, method, path, document) {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };
  const body = JSON.stringify(document);
  return send(gateway.url, `/project-management-service/v1${path}`, { method, headers, body });
}

function assertExpected(answer, { method, expect }) {
  assert.equal(answer.status, expect.status, answer.text);
  if (expect.status !== 200) return assert.equal(answer.json().code, expect.code);
  if (method === "HEAD") return;
  const { headers } = answer.json();
  if (expect.idp) assert.equal(headers["x-auth-idp"], expect.idp);
  if (expect.subject) assert.equal(headers["x-auth-subject"], expect.subject);
  if (expect.roles) assert.equal(headers["x-auth-roles"], expect.roles.join(","));
}
