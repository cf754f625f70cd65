// An issuer at any path below its address, that publishes the keys and misbehaves in the ways that it is told.
import { createServer } from "node:http";
import { Response, fetch } from "miniflare";
import { close, listen } from "../../demo/origin.mjs";
import { publicJwk } from "./tokens.mjs";

/**
 * Starts the issuer on a free port. `asked` lists the targets that it was asked for; `keys` is what it publishes;
 * `answers` has functions that answer in the place of it: `configuration(response, issuer)` and `keys(response)`.
 */
export async function startIssuer(port = 0) {
  const server = createServer((request, response) => {
    issuer.asked.push(request.url);
    const [named] = `${issuer.url}${request.url}`.split("/.well-known/");
    const isConfiguration = request.url.endsWith("/.well-known/openid-configuration");
    const answer = isConfiguration ? issuer.answers.configuration : issuer.answers.keys;
    if (answer) return answer(response, named);
    sendJson(
      response,
      isConfiguration ? { issuer: named, jwks_uri: `${issuer.url}/keys` } : { keys: issuer.keys },
    );
  });
  await listen(server, port);
  const issuer = {
    url: `http://127.0.0.1:${server.address().port}`,
    asked: [],
    keys: [publicJwk("ec256-1")],
    answers: {},
    /** Answers so while `work` is under way. */
    behave: async (answers, work) => {
      issuer.answers = answers;
      try {
        return await work();
      } finally {
        issuer.answers = {};
      }
    },
    close: () => close(server),
  };
  return issuer;
}

/** Answers with a document. */
export const sendJson = (response, body, headers = {}) =>
  response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

/** The answers of an issuer that is down. */
export const DOWN = {
  configuration: (response) => response.destroy(),
  keys: (response) => response.destroy(),
};

/** The answers of one that speaks for another issuer. */
export const OTHER_ISSUER = {
  configuration: (response, named) => sendJson(response, { issuer: `${named}/`, jwks_uri: `${named}/keys` }),
};

/** A network in which issuers publish the keys that KV has of them; `jwks` is what it has, by issuer. */
export function publishing(jwks) {
  const documents = new Map();
  for (const [issuer, record] of Object.entries(jwks)) {
    const configuration = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
    documents.set(configuration, { issuer, jwks_uri: `${configuration}/keys` });
    documents.set(`${configuration}/keys`, record.jwks);
  }
  return (request) =>
    documents.has(request.url) ? Response.json(documents.get(request.url)) : fetch(request);
}
