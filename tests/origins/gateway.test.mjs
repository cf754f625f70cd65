// What the gateway itself signs in workerd, verified by others from the key sets that it publishes: access tokens by Envoy and
// jose, assertions by each verifier of docs/origins.md.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { close, listen } from "../../demo/origin.mjs";
import { ADMIN, BASE } from "../e2e/fixture-management.mjs";
import { send, startGateway } from "../e2e/gateway.mjs";
import { startTestOrigin } from "../e2e/origin.mjs";
import { basic, GRANT, newAccount, requestToken } from "../e2e/service-account.mjs";
import { PROXIES, startEnvoyForTokens } from "./proxies.mjs";
import { isSkipped } from "./skipped.mjs";
import { VERIFIERS } from "./verifiers.mjs";

const CLIENT = "p1/ci";
const access = { "*": ["access"] };
let origin, gateway, door, publicUrl, issuer, accessToken;

const api = {
  call: (method, path, body) =>
    send(gateway.url, BASE + path, {
      method,
      headers: { ...ADMIN, "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
};

before(async () => {
  origin = await startTestOrigin();
  // Its address is part of the gateway's settings, and so is there before the gateway.
  door = createServer(async (request, response) => {
    const { status, headers, text } = await send(gateway.url, request.url);
    response.writeHead(status, { "content-type": headers["content-type"] }).end(text);
  });
  await listen(door, 0);
  publicUrl = `http://127.0.0.1:${door.address().port}`;
  issuer = `${publicUrl}/auth`;
  const ADMIN_TOKEN = ADMIN.authorization.replace("Bearer ", "");
  gateway = await startGateway({ bindings: { ADMIN_TOKEN, PUBLIC_URL: publicUrl } });
  const routes = ["insights", "other"].map((audience) => ({
    path: `/${audience}/{project}/{*rest}`,
    origin: "origin",
    access,
    assertion: { audience },
  }));
  const origins = { origin: { url: origin.url } };
  assert.equal((await api.call("PUT", "/gateway", { origins, routes })).status, 201);
  assert.equal((await api.call("PUT", "/projects/p1", {})).status, 201);
  const { secret } = await newAccount(api, "p1");
  const answer = await requestToken(gateway.url, GRANT, { authorization: basic(CLIENT, secret) });
  assert.equal(answer.status, 200, answer.text);
  accessToken = answer.json().access_token;
});

after(async () => {
  for (const server of [gateway, origin]) await server?.close();
  await close(door);
});

/** What the gateway sends to an origin of an audience. */
async function assertionFor(audience) {
  const headers = { authorization: `Bearer ${accessToken}` };
  const answer = await send(gateway.url, `/${audience}/p1/x`, { headers });
  assert.equal(answer.status, 200, answer.text);
  return answer.json().headers["x-auth-assertion"];
}

/** The same with another signature. */
function tampered(jws) {
  const [header, claims, signature] = jws.split(".");
  const bytes = Buffer.from(signature, "base64url");
  bytes[10] ^= 1;
  return [header, claims, bytes.toString("base64url")].join(".");
}

async function assertVerdicts(verifier, good, bad) {
  const { isAccepted, text } = await verifier.verify(good);
  assert.deepEqual([isAccepted, text], [true, CLIENT]);
  for (const [what, jws] of Object.entries(bad)) {
    const verdict = await verifier.verify(jws);
    assert.equal(verdict.isAccepted, false, what);
  }
}

for (const [name, { missing, start }] of Object.entries({ ...VERIFIERS, ...PROXIES })) {
  test(`${name}: verifies assertions that the gateway signed, by its key set`, async (t) => {
    if (isSkipped(t, name, missing())) return;
    const verifier = await start(issuer);
    t.after(verifier.stop);
    const good = await assertionFor("insights");
    await assertVerdicts(verifier, good, {
      "for another origin": await assertionFor("other"),
      "another signature": tampered(good),
      "an access token": accessToken,
    });
  });
}

const badTokens = async () => ({
  "another signature": tampered(accessToken),
  "an assertion": await assertionFor("insights"),
});

test("Envoy: verifies access tokens that the gateway signed, by its key set", async (t) => {
  if (isSkipped(t, "Envoy", PROXIES.Envoy.missing())) return;
  const verifier = await startEnvoyForTokens(issuer);
  t.after(verifier.stop);
  await assertVerdicts(verifier, accessToken, await badTokens());
});

test("jose: verifies access tokens that the gateway signed, by its key set", async () => {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  const options = { issuer, audience: publicUrl, typ: "at+jwt", algorithms: ["ES256"] };
  const verify = async (token) => {
    try {
      return { isAccepted: true, text: (await jwtVerify(token, keys, options)).payload.sub };
    } catch (error) {
      return { isAccepted: false, text: String(error) };
    }
  };
  await assertVerdicts({ verify }, accessToken, await badTokens());
});
