// The token endpoint: known ways around the authentication of clients are tried, fail, and fail for their own reason.
import assert from "node:assert/strict";
import { createHash, createHmac, KeyObject, randomUUID, sign } from "node:crypto";
import { before, describe, test } from "node:test";
import { generateClientKey } from "../e2e/client-assertion.mjs";
import { managementFixture } from "../e2e/fixture-management.mjs";
import { PUBLIC_URL, send } from "../e2e/gateway.mjs";
import { basic, formHeaders, GRANT, ISSUER, newAccount, requestToken } from "../e2e/service-account.mjs";
import { rows } from "./table.mjs";
import * as requests from "./token-endpoint.mjs";
import * as assertions from "./token-endpoint-assertions.mjs";

const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const TABLE = rows(
  [...requests.groups, ...assertions.groups].map((group) => ({ accepted: requests.ISSUED, ...group })),
);

describe("token endpoint", { concurrency: 8 }, () => {
  const api = managementFixture();
  const place = {};
  const keys = {};

  before(async () => {
    for (const [name, kid] of [["own"], ["owner"], ["foreign"], ["second", "other-key"]])
      keys[name] = await generateClientKey("ES256", kid);
    const [project, otherProject] = ["targeted", "neighbour"];
    for (const id of [project, otherProject])
      assert.equal((await api.call("PUT", `/projects/${id}`, { label: { en: "x" } })).status, 201);
    const base = `/projects/${project}/service-accounts`;
    const own = await newAccount(api, project, { jwks: keys.own.jwks });
    const owner = await newAccount(api, project, { id: "owner", roles: ["owner"] });
    const other = await newAccount(api, otherProject, { jwks: keys.second.jwks });
    const two = await newAccount(api, project, {
      id: "two",
      jwks: { keys: [...keys.own.jwks.keys, ...keys.second.jwks.keys] },
    });
    const off = await newAccount(api, project, { id: "off", jwks: keys.own.jwks });
    const disabled = { label: { en: "x" }, roles: ["access"], jwks: keys.own.jwks, disabled: true };
    assert.equal((await api.call("PUT", `${base}/off`, disabled)).status, 200);
    const rotated = await newAccount(api, project, { id: "rotated" });
    const fresh = (await api.call("POST", `${base}/rotated/secrets`, { overlapSeconds: 0 })).json();
    const removed = await newAccount(api, project, { id: "removed" });
    const removal = await api.call("DELETE", `${base}/removed/secrets/${removed.secretId}?force=true`);
    assert.ok(removal.status < 300, removal.text);
    const deleted = await newAccount(api, project, { id: "deleted" });
    assert.ok((await api.call("DELETE", `${base}/deleted?force=true`)).status < 300);
    const platform = await api.call("POST", "/service-accounts", {
      id: "ci",
      label: { en: "CI" },
      roles: ["auditor"],
    });
    assert.equal(platform.status, 201, platform.text);
    Object.assign(place, { project, otherProject, issuer: ISSUER, publicUrl: PUBLIC_URL });
    Object.assign(place, { ISSUER: ISSUER.toUpperCase(), secret: own.secret, secretId: own.secretId });
    Object.assign(place, { ownerSecret: owner.secret, otherSecret: other.secret, offSecret: off.secret });
    Object.assign(place, { expiredSecret: rotated.secret, freshSecret: fresh.secret });
    Object.assign(place, { removedSecret: removed.secret, deletedSecret: deleted.secret });
    Object.assign(place, { platform: "platform/ci", platformSecret: platform.json().secret });
    Object.assign(place, { own: own.client, owner: owner.client, other: other.client, two: two.client });
    Object.assign(place, { off: off.client, rotated: rotated.client, removed: removed.client });
    Object.assign(place, { deleted: deleted.client, "secret<": own.secret.slice(0, -1) });
    Object.assign(place, { OWN: own.client.toUpperCase(), SECRET: own.secret.toUpperCase() });
    place.basic = basic(own.client, own.secret).slice("Basic ".length);
    place.othersBasic = basic(other.client, other.secret).slice("Basic ".length);
    place.unpadded = Buffer.from(`${encodeURIComponent(own.client)}:${own.secret}+`).toString("base64");
    if (!place.unpadded.endsWith("=")) place.unpadded += "=";
    place.unpadded = place.unpadded.replace(/=+$/, "");
    if (place.unpadded.length % 4 === 0) place.unpadded = place.unpadded.slice(0, -1);
    place.spaced = `${place.basic.slice(0, 8)} ${place.basic.slice(8)}`;
    place.digest = createHash("sha256").update(own.secret).digest("base64url");
    place.token = (
      await requestToken(api.gateway.url, GRANT, { authorization: basic(own.client, own.secret) })
    ).json().access_token;
  });

  /** The text with the names in braces filled in: `{own%}` is encoded, `{own%%}` encoded twice. */
  const fill = (text) =>
    text.replace(/{([\w<]+)(%*)}/g, (whole, name, encodings) =>
      place[name] === undefined
        ? whole
        : [...encodings].reduce((value) => encodeURIComponent(value), place[name]),
    );
  const filled = (value) => {
    if (typeof value === "function") return value();
    if (value === "{foreignJwk}") return keys.foreign.jwks.keys[0];
    if (typeof value === "string") return fill(value);
    return Array.isArray(value) ? value.map(filled) : value;
  };
  const merge = (target, changes = {}) =>
    Object.fromEntries(
      Object.entries({ ...target, ...changes })
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, filled(value)]),
    );
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

  function signAssertion({ client = "{own}", claims, header, key = "own", dsaEncoding = "ieee-p1363" }) {
    const now = Math.floor(Date.now() / 1000);
    const id = fill(client);
    const payload = { iss: id, sub: id, aud: ISSUER, iat: now, exp: now + 60, jti: randomUUID() };
    const input = `${encode(merge({ alg: "ES256", kid: "client-key" }, header))}.${encode(merge(payload, claims))}`;
    const { n: _, ...publicJwk } = keys.own.jwks.keys[0];
    const shared = { hmac: JSON.stringify(publicJwk), secret: place.secret }[key];
    const signature = shared
      ? createHmac("sha256", shared).update(input).digest()
      : sign("sha256", Buffer.from(input), { key: KeyObject.from(keys[key].privateKey), dsaEncoding });
    return `${input}.${signature.toString("base64url")}`;
  }

  async function assertionForm({ sent, bend = (text) => text, replayed, ...recipe }) {
    let assertion = bend(signAssertion(recipe), signAssertion(recipe), place.token);
    if (replayed) {
      const claims = { jti: randomUUID() };
      const used = signAssertion({ ...recipe, claims });
      assert.equal((await requestToken(api.gateway.url, formOf(used))).status, 200);
      assertion = replayed(used, (changes) =>
        signAssertion({ ...recipe, claims: { ...claims, ...changes } }),
      );
    }
    return { ...formOf(assertion), ...merge(sent ?? {}) };
  }

  const formOf = (assertion) => ({
    ...GRANT,
    client_assertion_type: JWT_BEARER,
    client_assertion: assertion,
  });

  async function request(side) {
    const { basic: credentials = side.assertion ? null : "{own%}:{secret}", method = "POST" } = side;
    let { form = {} } = side;
    if (side.assertion) form = await assertionForm(side.assertion);
    const body =
      Buffer.isBuffer(form) || typeof form === "string"
        ? form
        : new URLSearchParams(merge(side.assertion ? {} : GRANT, form)).toString();
    const headers = {};
    if (credentials !== null)
      headers.authorization = `Basic ${Buffer.from(fill(credentials)).toString("base64")}`;
    if (side.assertion?.basic) headers.authorization = `Basic ${place.basic}`;
    for (const [name, value] of Object.entries(side.headers ?? {})) headers[name] = filled(value);
    return send(api.gateway.url, fill(side.path ?? "/auth/token"), {
      method,
      headers: formHeaders(headers),
      body: typeof body === "string" ? fill(body) : body,
    });
  }

  for (const { name, attack, control } of TABLE) {
    test(name, async () => {
      for (const side of [attack, control]) {
        const answer = await request(side);
        const said = `${answer.status} ${answer.text}`;
        assert.equal(answer.status, side.expected.status, said);
        if (side.expected.status === 200) {
          assert.ok(answer.json().access_token, said);
          continue;
        }
        const { error, error_description: description, ...rest } = answer.json();
        assert.deepEqual(rest, {}, said);
        assert.equal(error, side.expected.error, said);
        if (side.expected.about) assert.match(description, side.expected.about);
        assert.equal("www-authenticate" in answer.headers, answer.status === 401);
        assert.equal(answer.headers["cache-control"], "no-store");
      }
    });
  }

  test("there are at least 40 attacks", () => assert.ok(TABLE.length >= 40, String(TABLE.length)));
});
