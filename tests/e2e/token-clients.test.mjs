// Clients of others get tokens: libraries for Node.js and Python, and curl.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { KeyObject } from "node:crypto";
import { before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { generateClientKey } from "./client-assertion.mjs";
import { managementFixture } from "./fixture-management.mjs";
import { PUBLIC_URL } from "./gateway.mjs";
import { ISSUER, newAccount } from "./service-account.mjs";

const run = promisify(execFile);
const PYTHON = fileURLToPath(new URL("../../scripts/python-clients.sh", import.meta.url));
const CLIENTS = fileURLToPath(new URL("token-clients.py", import.meta.url));

describe("clients of others", () => {
  const api = managementFixture();
  let key, account;

  before(async () => (key = await generateClientKey()));
  beforeEach(async () => (account = await newAccount(api, api.id, { jwks: key.jwks })));

  /** `fetch`, which reaches the gateway where the test started it. */
  const customFetch = (url, options) => fetch(String(url).replace(PUBLIC_URL, api.gateway.url), options);
  const assertOpens = async (token) =>
    assert.equal(await api.use({ authorization: `Bearer ${token}` }), 200, token);

  test("oauth4webapi finds the endpoint and validates each answer", async () => {
    const options = { [oauth.customFetch]: customFetch };
    const issuer = new URL(ISSUER);
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...options }),
    );
    const client = { client_id: account.client };
    const methods = [
      oauth.ClientSecretBasic(account.secret),
      oauth.ClientSecretPost(account.secret),
      oauth.PrivateKeyJwt({ key: key.privateKey, kid: key.kid }),
    ];
    for (const method of methods) {
      const response = await oauth.clientCredentialsGrantRequest(
        server,
        client,
        method,
        { scope: "access" },
        options,
      );
      const answer = await oauth.processClientCredentialsResponse(server, client, response);
      assert.deepEqual([answer.token_type, answer.scope], ["bearer", "access"]);
      await assertOpens(answer.access_token);
      const claims = await oauth.validateJwtAccessToken(
        server,
        new Request(PUBLIC_URL, { headers: { authorization: `Bearer ${answer.access_token}` } }),
        PUBLIC_URL,
        options,
      );
      assert.equal(claims.client_id, account.client);
    }
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretBasic("wrong"),
      {},
      options,
    );
    await assert.rejects(oauth.processClientCredentialsResponse(server, client, response), {
      name: "WWWAuthenticateChallengeError",
    });
  });

  test("openid-client", async () => {
    for (const method of [
      openid.ClientSecretBasic(account.secret),
      openid.PrivateKeyJwt({ key: key.privateKey, kid: key.kid }),
    ]) {
      const config = await openid.discovery(new URL(ISSUER), account.client, undefined, method, {
        [openid.customFetch]: customFetch,
      });
      const answer = await openid.clientCredentialsGrant(config, { scope: "access" });
      await assertOpens(answer.access_token);
    }
  });

  test("curl", async () => {
    const encoded = `${account.client.replace("/", "%2F")}:${account.secret}`;
    for (const user of [encoded, `${account.client}:${account.secret}`]) {
      const { stdout } = await run("curl", [
        ...["-s", "-u", user, "-d", "grant_type=client_credentials"],
        `${api.gateway.url}/auth/token`,
      ]);
      await assertOpens(JSON.parse(stdout).access_token);
    }
  });

  test("Authlib and requests-oauthlib", async () => {
    const pem = KeyObject.from(key.privateKey).export({ type: "pkcs8", format: "pem" });
    const question = {
      token_url: `${api.gateway.url}/auth/token`,
      issuer: ISSUER,
      client: account.client,
      secret: account.secret,
      kid: key.kid,
      pem,
    };
    const { stdout } = await run(PYTHON, [CLIENTS, JSON.stringify(question)]);
    const tokens = JSON.parse(stdout);
    assert.deepEqual(Object.keys(tokens), [
      "authlib client_secret_basic",
      "authlib client_secret_post",
      "authlib private_key_jwt",
      "requests-oauthlib",
    ]);
    for (const token of Object.values(tokens)) await assertOpens(token);
  });
});
