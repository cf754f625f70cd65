// The vectors of tests/vectors/, through the worker in workerd. tests/vectors.rs runs the same files natively.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startOrigin } from "../../demo/origin.mjs";
import { send, startGateway } from "./gateway.mjs";
import { publishing } from "./issuer.mjs";
import { keyRecord } from "./tokens.mjs";
import { allVectors, authorizationOf, keysOf } from "./vectors.mjs";

for (const [file, vectors] of allVectors()) {
  describe(file, () => {
    let origin;
    let gateway;

    before(async () => {
      origin = await startOrigin();
      const { config, jwks } = stored(vectors, origin.url);
      gateway = await startGateway({ config, jwks, outbound: publishing(jwks) });
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
    }
  });
}

function stored(vectors, originUrl) {
  const { routes, projects, keys } = vectors;
  const config = { gateway: { origins: { insights: { url: originUrl } }, routes } };
  for (const [project, idps] of Object.entries(projects)) config[`project/${project}`] = { version: 1, idps };
  const jwks = {};
  for (const issuer of Object.keys(keys)) jwks[issuer] = keyRecord(keysOf(vectors, issuer));
  return { config, jwks };
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
