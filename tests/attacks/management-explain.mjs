// The explain API: what it takes for a question, whom it answers, and that nothing comes of asking.
import { refused } from "./expectations.mjs";
import { AS_OWNER, OTHERS, OWNERS } from "./fixture-management.mjs";
import { each } from "./table.mjs";

const POST = { ...AS_OWNER, method: "POST", path: "{api}/projects/{own}/explain" };
const JSON_TYPE = { "content-type": "application/json" };
const explained = (explanation) => ({ status: 200, reaches: 0, explained: explanation });
const invalid = (...faults) => refused(422, "document_invalid", { faults });

/** A question about a request of the project's own; the asker's token is the request's as well. */
const asking = (changes) => ({ body: { method: "GET", path: "/api/{own}/x", token: "{token}", ...changes } });
const claiming = (claims) =>
  asking({
    token: null,
    claims: { iss: "{issuer}", sub: "someone", azp: "owner-app", iat: 1, exp: 9_999_999_999, ...claims },
  });
const text = (body, type = "application/json") => ({ body, headers: { "content-type": type } });

const PERMITTED = explained({
  verdict: "permit",
  code: null,
  originHeaders: { "X-Auth-Subject": "someone" },
});
const denied = (status, code) =>
  explained({ verdict: "deny", status, code, originHeaders: { "X-Auth-Subject": undefined } });
const QUESTION = '{"method":"GET","path":"/public/x"}';

/** Questions, refused, beside one that is answered. */
const questions = (about, refused, attacks) => ({
  about: `a question ${about}`,
  given: POST,
  control: asking({}),
  accepted: PERMITTED,
  refused,
  attacks,
});

export const groups = [
  {
    ...questions("about another project", invalid("/path"), {
      "by its path": asking({ path: "/api/{other}/x" }),
      "by its path, in escapes": asking({ path: "/%61pi/{other}/x" }),
      "with claims of its own": asking({ path: "/api/{other}/x", token: null, claims: {} }),
      "by another method": asking({ path: "/api/{other}/x", method: "DELETE" }),
    }),
    otherEntries: [OTHERS],
  },
  {
    ...questions("of another project's owner", refused(401, "token_untrusted"), {
      "about that project": { ...asking({}), claims: { azp: "other-owner-app" } },
    }),
    otherEntries: [OTHERS],
  },
  questions("without the right to ask", refused(401, "token_missing"), {
    "nobody's": { body: { method: "GET", path: "/public/x" }, token: null },
    "with the token in it alone": { body: asking({}).body, authorization: () => "" },
  }),
  questions("in another form", refused(415, "media_type_unsupported"), {
    ...each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"], (type) =>
      text(QUESTION, type),
    ),
  }),
  questions("that has two readings", refused(400, "body_malformed"), {
    "its path twice": text('{"method":"GET","path":"/public/x","path":"/api/{own}/x"}'),
    "its token twice": text('{"method":"GET","path":"/public/x","token":"x","t\\u006fken":"y"}'),
    "a claim twice": text('{"method":"GET","path":"/public/x","claims":{"sub":"a","sub":"b"}}'),
    "200 lists in a claim": text(
      `{"method":"GET","path":"/public/x","claims":{"x":${"[".repeat(200)}${"]".repeat(200)}}}`,
    ),
    "cut off": text(QUESTION.slice(0, -1)),
  }),
  questions("that is none", invalid("/path"), { "an empty one": { body: {} } }),
  questions("with more than a question", invalid("/headers"), {
    headers: asking({ headers: { "x-auth-roles": "owner" } }),
  }),
  questions("with token and claims", invalid("/claims"), {
    both: asking({ claims: { sub: "someone" } }),
    "a list of claims": asking({ token: null, claims: [] }),
  }),
  questions("that is too long", refused(413, "body_too_large"), {
    "by its token": asking({ token: "x".repeat(64 * 1024) }),
    "by its claims": claiming({ x: "x".repeat(64 * 1024) }),
  }),
  questions("about a token that is none", denied(401, "token_malformed"), {
    "60 000 dots": asking({ token: ".".repeat(60_000) }),
    "16 KiB and one byte": asking({ token: "x".repeat(16 * 1024 + 1) }),
    "a list in the header": asking({ token: "W10.W10.AA" }),
    "a token with a line's end in it": asking({ token: "{token}\r\nX-Auth-Roles: admin" }),
    "a token in quotes": asking({ token: '"{token}"' }),
  }),
  questions("about several tokens", denied(400, "request_invalid"), {
    "with a comma between": asking({ token: "{token}, Bearer {token}" }),
    "an empty one": asking({ token: "" }),
  }),
  questions("about a path with two readings", denied(400, "path_ambiguous"), {
    ...each(
      [
        "/api/{own}/../x",
        "/api/{own}/%2e%2e/x",
        "//api/{own}/x",
        "/api/{own};x/x",
        "/api/{own}/x\r\nHost: x",
        "",
      ],
      (path) => asking({ path }),
    ),
  }),
  questions("about an address, which is not fetched", denied(404, "route_not_found"), {
    "of a trap": asking({ path: "http://127.0.0.1:{trapPort}/nowhere" }),
  }),
  questions("about what the edge answers itself", denied(404, "route_not_found"), {
    ...each(["/healthz", "/openapi.json", "/nowhere"], (path) => asking({ path })),
  }),
  questions("about what is the administrator's", denied(403, "administrator_only"), {
    ...each(["{api}/projects/{own}", "{api}/gateway", "{api}/projects"], (path) => asking({ path })),
  }),
  questions("about a method that is none", denied(405, "method_not_allowed"), {
    ...each(["TRACE", "CONNECT", "get", "", "GET /"], (method) => asking({ method })),
  }),
  {
    ...questions("about claims that nobody trusts", denied(401, "token_untrusted"), {
      "of an issuer that waits to be asked": claiming({ iss: "{trap}" }),
      "of another client": claiming({ azp: "user-app" }),
      "of a prototype": claiming({ azp: null, ["__proto__"]: { azp: "owner-app" } }),
      "without a subject": claiming({ sub: "" }),
    }),
    control: claiming({}),
  },
  {
    ...questions("about claims that become headers", PERMITTED, {
      "a line's end": {
        ...claiming({ sub: "a\r\nX-Auth-Roles: admin" }),
        expected: explained({ originHeaders: { "X-Auth-Subject": "a%0D%0AX-Auth-Roles: admin" } }),
      },
      "letters beside ASCII": {
        ...claiming({ sub: "ä" }),
        expected: explained({ originHeaders: { "X-Auth-Subject": "%C3%A4" } }),
      },
    }),
    control: claiming({}),
  },
  {
    about: "a question by another method",
    entries: [OWNERS],
    given: { ...POST, ...asking({}), headers: JSON_TYPE },
    control: {},
    accepted: PERMITTED,
    refused: refused(405, "method_not_allowed"),
    attacks: each(["PUT", "PATCH", "DELETE"], (method) => ({ method })),
  },
];
