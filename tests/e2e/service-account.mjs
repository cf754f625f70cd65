// Service accounts of a test's project, and requests for their tokens.
import assert from "node:assert/strict";
import { PUBLIC_URL, send } from "./gateway.mjs";

export const ISSUER = `${PUBLIC_URL}/auth`;

/** Makes an account in a project: `{client, secret, secretId, account}`. */
export async function newAccount(api, project, settings = {}) {
  const document = { id: "ci", label: { en: "CI" }, roles: ["access"], ...settings };
  const answer = await api.call("POST", `/projects/${project}/service-accounts`, document);
  assert.equal(answer.status, 201, answer.text);
  return { client: `${project}/${document.id}`, ...answer.json() };
}

/** The value of `Authorization` for a client (RFC 6749, section 2.3.1). */
export const basic = (client, secret) =>
  `Basic ${Buffer.from([client, secret].map(encodeURIComponent).join(":")).toString("base64")}`;

/** The headers of a form, by default from an address of its own, whose failures count for no other test. */
export const formHeaders = (more = {}) => ({
  "content-type": "application/x-www-form-urlencoded",
  "cf-connecting-ip": newAddress(),
  ...more,
});

let addresses = 0;

/** An address that no other request came from. */
export function newAddress() {
  addresses += 1;
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

/** Requests a token. */
export const requestToken = (url, form, headers = {}) =>
  send(url, "/auth/token", {
    method: "POST",
    headers: formHeaders(headers),
    body: typeof form === "string" ? form : new URLSearchParams(form).toString(),
  });

export const GRANT = { grant_type: "client_credentials" };
