// An issuer for each test, whose keys the test makes: what the tests of keys share.
import assert from "node:assert/strict";
import { beforeEach } from "node:test";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { send } from "./gateway.mjs";
import { sendJson } from "./issuer.mjs";

let made = 0;

/** A new key pair: its public JWK, and a way to sign with it. */
export async function newKey(kid = `key-${(made += 1)}`) {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" }, privateKey };
}

export async function tokenOf({ jwk, privateKey }, iss, kid = jwk.kid) {
  const claims = { iss, sub: "someone", azp: "user-app" };
  const token = new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid });
  return token.setIssuedAt().setExpirationTime("10m").sign(privateKey);
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Answers of an issuer that holds back its key set: `answers`, and `release`, which ends that. */
export function heldBack(issuer) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const keys = async (response) => {
    await released;
    sendJson(response, { keys: issuer.keys });
  };
  return { answers: { keys }, release };
}

/** Waits until `look` answers something true, for 15 seconds at most. */
export async function until(what, look) {
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    const seen = await look();
    if (seen) return seen;
    await pause(50);
  }
  assert.fail(`in vain: ${what}`);
}

/** What the suites share: an issuer of its own for each test, named by the entry `idp` of the test's project. */
export function withIssuer(api) {
  const own = { count: 0 };
  own.ask = (token, agent) =>
    send(api.gateway.url, `/api/${api.id}/x`, { headers: { authorization: `Bearer ${token}` }, agent });
  own.use = async (token) => {
    const answer = await own.ask(token);
    return answer.status === 200 ? 200 : `${answer.status} ${answer.json().code}`;
  };
  own.record = async () => JSON.parse(await api.gateway.get("JWKS", own.iss));
  own.asked = () => api.issuer.asked.filter((target) => target.startsWith(`/${own.tenant}/.well`)).length;
  own.keysPath = () => `${api.project}/custom-idp/idp/keys`;
  own.refresh = () =>
    until("the cooldown is over", async () => {
      const answer = await api.call("POST", `${own.keysPath()}/refresh`);
      return answer.status !== 429 && answer;
    });
  beforeEach(async () => {
    own.count += 1;
    own.tenant = `tenant-${own.count}`;
    own.iss = `${api.issuer.url}/${own.tenant}`;
    own.key = await newKey();
    api.issuer.keys = [own.key.jwk];
    api.issuer.answers = {};
    const saved = await api.call("POST", `${api.project}/custom-idp`, { ...api.ENTRY, iss: own.iss });
    assert.equal(saved.status, 201, saved.text);
    own.token = await tokenOf(own.key, own.iss);
  });
  return own;
}
