// The configurations of docs/proxies.md: the vectors fare behind each proxy as they do at the gateway, and nothing that a client
// sends changes what is decided, or who the origin takes it for.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startOrigin } from "../../demo/origin.mjs";
import { send } from "../e2e/gateway.mjs";
import { startNode } from "../e2e/node.mjs";
import { allVectors, authorizationOf, keyRecordsOf, publishedOf } from "../e2e/vectors.mjs";
import { isSkipped } from "../origins/skipped.mjs";
import { ATTACKS } from "./attacks.mjs";
import { freePort, PROXIES } from "./proxies.mjs";

const portOf = (url) => Number(new URL(url).port);

/** A node, an origin and a proxy in front of both. */
async function startAll(start, { jwks, configOf, trusted = "127.0.0.1" }) {
  const origin = await startOrigin();
  const variables = { TRUSTED_PROXIES: trusted, AUTHZ_LISTEN: "127.0.0.1:0" };
  const node = await startNode({ variables, config: configOf(origin.url), jwks, port: 0 });
  const ports = { node: portOf(node.url), checks: portOf(node.checksUrl), origin: portOf(origin.url) };
  const proxy = await start({ ...ports, port: await freePort() });
  const stop = () => Promise.all([proxy.stop(), node.close(), origin.close()]);
  return { proxy, node, stop };
}

for (const [name, { missing, start, dropsMisleading }] of Object.entries(PROXIES)) {
  for (const [file, vectors] of allVectors()) {
    describe(`${name}: ${file}`, { skip: skipped(name, missing) }, () => {
      let all;
      before(async () => {
        all = await startAll(start, {
          jwks: keyRecordsOf(vectors),
          configOf: (origin) => publishedOf(vectors, origin),
        });
      });
      after(() => all.stop());

      for (const vector of vectors.cases) {
        // An unknown `kid` has the issuer asked, which does not exist.
        const skip = vector.name === "a kid that the issuer does not have";
        test(vector.name, { skip }, async () => {
          const authorization = await authorizationOf(vectors, vector);
          const headers = authorization === undefined ? {} : { authorization };
          const { method, path, expect } = vector;
          assertVector(await send(all.proxy.url, path, { method, headers }), vector);
          // What a client claims to be makes no difference.
          const spoofed = {
            ...headers,
            "x-auth-subject": "spoofed",
            "X-Auth-Roles": "spoofed",
            x_auth_project: "spoofed",
          };
          const answer = await send(all.proxy.url, path, { method, headers: spoofed });
          const isPermitted = expect.status === 200;
          if (dropsMisleading || !isPermitted) return assertVector(answer, vector);
          assert.equal(answer.status, 400, answer.text);
        });
      }
    });
  }

  describe(`${name}: attacks`, { skip: skipped(name, missing) }, () => {
    let all, authorization;
    const [, vectors] = allVectors().find(([file]) => file === "reference.json");
    before(async () => {
      authorization = await authorizationOf(vectors, { name: "good" });
      all = await startAll(start, {
        jwks: keyRecordsOf(vectors),
        configOf: (origin) => {
          const config = publishedOf(vectors, origin);
          const free = [
            { path: "/public/{*rest}", origin: "insights", public: true },
            {
              path: "/cors/{project}/{*rest}",
              origin: "insights",
              access: { "*": ["access"] },
              cors: { origins: ["https://app.example"] },
            },
          ];
          return { ...config, gateway: { ...config.gateway, routes: [...config.gateway.routes, ...free] } };
        },
      });
    });
    after(() => all.stop());

    for (const attack of ATTACKS) {
      test(attack.name, async () => {
        const headers = { ...(attack.hasToken ? { authorization } : {}), ...attack.headers };
        const answer = await send(all.proxy.url, attack.path, { method: attack.method, headers });
        attack.assert(answer, { dropsMisleading });
      });
    }

    test("nothing is permitted once the node is gone", async () => {
      assert.equal((await send(all.proxy.url, "/public/x")).status, 200);
      await all.node.close();
      const answer = await send(all.proxy.url, "/public/x");
      assert.ok(answer.status >= 400, answer.text);
    });
  });

  test(`${name} that is not trusted gets nothing`, async (t) => {
    if (isSkipped(t, name, missing)) return;
    const [, vectors] = allVectors().find(([file]) => file === "entries.json");
    const configOf = (origin) => ({
      gateway: { origins: { o: { url: origin } }, routes: [{ path: "/{*rest}", origin: "o", public: true }] },
    });
    const all = await startAll(start, { jwks: keyRecordsOf(vectors), configOf, trusted: "10.0.0.1" });
    const answer = await send(all.proxy.url, "/x");
    await all.stop();
    assert.ok(answer.status >= 400, answer.text);
    assert.doesNotMatch(answer.text, /"url"/);
  });
}

/** Says loudly what is not tested. */
function skipped(name, reason) {
  if (reason) console.error(`\x1b[1;33mNOT TESTED: ${name} of docs/proxies.md: ${reason}\x1b[0m`);
  return reason;
}

function assertVector(answer, { method, path, expect }) {
  assert.equal(answer.status, expect.status, answer.text);
  if (method === "HEAD") return;
  if (expect.status !== 200) return assert.equal(answer.json().code, expect.code);
  const { method: sent, url, headers } = answer.json();
  assert.deepEqual([sent, url], [method ?? "GET", path]);
  assert.equal(headers.authorization || undefined, undefined);
  const identity = { idp: expect.idp, subject: expect.subject, roles: expect.roles?.join(",") };
  for (const [member, value] of Object.entries(identity)) {
    if (value !== undefined) assert.equal(headers[`x-auth-${member}`], value);
  }
  const others = Object.keys(headers).filter((header) => /^x[-_]auth[-_]/.test(header));
  for (const header of others) assert.notEqual(headers[header], "spoofed", header);
  assert.equal(headers.x_auth_project, undefined);
}
