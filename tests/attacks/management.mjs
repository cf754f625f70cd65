// The management API: who may do what with which project.
import { createHash } from "node:crypto";
import { answered, refused } from "./expectations.mjs";
import { AS_ADMIN, AS_OWNER, OTHERS, OWNERS, USERS } from "./fixture-management.mjs";
import { each } from "./table.mjs";

const UNTRUSTED = refused(401, "token_untrusted");
const MISSING = refused(401, "token_missing");

const OWN = "{api}/projects/{own}";
const OTHER = "{api}/projects/{other}";
const TRIAL = { ...USERS, id: "trial" };

/** What an owner may do with their project, with the answer. */
const OWNED = {
  "reads the entries": ["GET", "/custom-idp", 200],
  "asks for the entries": ["HEAD", "/custom-idp", 200],
  "adds an entry": ["POST", "/custom-idp", 201, TRIAL],
  "tries an entry": ["POST", "/custom-idp?dryRun=true", 200, TRIAL],
  "reads an entry": ["GET", "/custom-idp/owners", 200],
  "changes an entry": ["PUT", "/custom-idp/owners", 200, { ...OWNERS, label: { en: "Changed" } }],
  "deletes an entry": ["DELETE", "/custom-idp/owners?force=true", 204],
  "reads the keys": ["GET", "/custom-idp/owners/keys", 200],
  "has the keys fetched, which they were just now": ["POST", "/custom-idp/owners/keys/refresh", 429],
  "distrusts a key": ["PUT", "/custom-idp/owners/keys/ec384-1/distrust", 201],
  "distrusts one no more that was never distrusted": ["DELETE", "/custom-idp/owners/keys/x/distrust", 404],
  "reads the order": ["GET", "/custom-idp-order", 200],
  "changes the order": ["PUT", "/custom-idp-order", 200, ["owners"]],
  "reads the revocations": ["GET", "/revocations", 200],
  "revokes tokens": ["POST", "/revocations", 201, { client: "some-app", reason: "x" }],
  "tries a revocation": ["POST", "/revocations?dryRun=true", 200, { client: "some-app", reason: "x" }],
  "revokes all tokens": ["POST", "/revocations?force=true", 201, { reason: "x" }],
  "removes a revocation that is not there": ["DELETE", "/revocations/r1", 404],
  "reads the audit log": ["GET", "/audit-log", 200],
  "has a request explained": ["POST", "/explain", 200, { method: "GET", path: "/public/x" }],
};

/** The same request to another project and to the owner's own. */
const crossing = each(OWNED, ([method, path, status, body]) => [
  { method, path: OTHER + path, body },
  { method, path: OWN + path, body, expected: answered(status) },
]);

const PLATFORM = {
  "reads the routes": ["GET", "{api}/gateway", 200],
  "changes the routes": ["PUT", "{api}/gateway?dryRun=true", 200, { origins: {}, routes: [] }],
  "reads who changed the routes": ["GET", "{api}/gateway/audit-log", 200],
  "lists the projects": ["GET", "{api}/projects", 200],
  "reads the project": ["GET", OWN, 200],
  "changes the project": ["PUT", OWN, 200, { label: { en: "Mine" } }],
  "deletes the project": ["DELETE", OWN, 204],
  "makes a project": ["PUT", `${OWN}-new`, 201, {}],
};
const platform = (as) =>
  each(PLATFORM, ([method, path, status, body]) => [
    { ...as, method, path, body },
    { ...AS_ADMIN, method, path, body, expected: answered(status) },
  ]);

const READ = { path: `${OWN}/custom-idp`, expected: answered(200) };
const withToken = (token) => ({ path: `${OWN}/custom-idp`, token });
const withHeaders = (headers) => ({ path: `${OWN}/custom-idp`, token: null, headers });

/** An entry whose tokens say which roles they have. */
const claiming = (changes) => ({
  ...OWNERS,
  roleDetection: "CLAIM",
  rolesClaim: "roles",
  roleTemplate: "{roleName}",
  definedRoles: null,
  ...changes,
});
const withRoles = (...roles) => ({ claims: { azp: "owner-app", roles } });
const NAMING = claiming({ allowedRoles: ["owner", "access"] });

export const groups = [
  {
    about: "the owner of another project",
    given: AS_OWNER,
    otherEntries: [OTHERS, USERS],
    refused: UNTRUSTED,
    attacks: crossing,
  },
  {
    about: "a user of the project, who is no owner",
    given: withRoles("access"),
    entries: [NAMING],
    refused: refused(403, "role_missing"),
    attacks: each(OWNED, ([method, path, status, body]) => [
      { method, path: OWN + path, body },
      { ...withRoles("owner"), method, path: OWN + path, body, expected: answered(status) },
    ]),
  },
  {
    about: "an owner, where only the platform's administrator may",
    refused: refused(403, "administrator_only"),
    attacks: platform(AS_OWNER),
  },
  { about: "nobody", refused: MISSING, attacks: platform({ token: null }) },
  {
    about: "a project that does not exist is like one of others",
    given: AS_OWNER,
    refused: UNTRUSTED,
    attacks: { "its entries": [{ path: "{api}/projects/{own}-none/custom-idp" }, READ] },
  },
  {
    about: "the role `owner` in a token, which the entry does not name",
    entries: [
      claiming({ id: "silent" }),
      claiming({ id: "naming", allowedAzp: ["naming-app"], allowedRoles: ["owner"] }),
    ],
    given: { path: `${OWN}/custom-idp` },
    refused: refused(403, "role_missing"),
    accepted: answered(200),
    attacks: {
      "where every role is allowed": [
        withRoles("owner"),
        { claims: { azp: "naming-app", roles: ["owner"] } },
      ],
    },
  },
  {
    about: "the role `owner` by a name that is almost it",
    entries: [NAMING],
    given: { path: `${OWN}/custom-idp` },
    control: withRoles("owner"),
    accepted: answered(200),
    refused: refused(403, "role_missing"),
    attacks: each(
      ["Owner", "OWNER", "owner ", "owner,owner", "owner\0", "оwner", "owners", "own", "platform-admin", "*"],
      (role) => withRoles(role),
    ),
  },
  {
    about: "credentials",
    refused: MISSING,
    control: { ...AS_ADMIN, ...READ },
    attacks: {
      none: withHeaders({}),
      "a cookie": withHeaders({
        cookie:
          "Authorization=Bearer the-admin-token-of-all-the-tests; token=the-admin-token-of-all-the-tests",
      }),
      Basic: withHeaders({
        authorization: `Basic ${Buffer.from("x:the-admin-token-of-all-the-tests").toString("base64")}`,
      }),
      "Basic with the bare token": withHeaders({ authorization: "Basic the-admin-token-of-all-the-tests" }),
      "the token alone": withHeaders({ authorization: "the-admin-token-of-all-the-tests" }),
      "in the query": {
        token: null,
        path: `${OWN}/custom-idp?access_token=the-admin-token-of-all-the-tests`,
        expected: refused(400, "parameter_invalid"),
      },
      "in X-Authorization": withHeaders({ "x-authorization": "Bearer the-admin-token-of-all-the-tests" }),
      "in Proxy-Authorization": withHeaders({
        "proxy-authorization": "Bearer the-admin-token-of-all-the-tests",
      }),
      "an identity header": withHeaders({ "x-auth-roles": "owner", "x-auth-project": "own" }),
    },
  },
  {
    about: "the administrator's token, almost",
    refused: refused(401, "token_malformed"),
    control: { ...AS_ADMIN, ...READ },
    attacks: {
      "its beginning": withToken("the-admin-toke"),
      "its beginning and more": withToken("the-admin-token-of-all-the-tests2"),
      "another case": withToken("The-Admin-Token"),
      twice: withToken("the-admin-token-of-all-the-tests the-admin-token-of-all-the-tests"),
      "in quotes": withToken('"the-admin-token-of-all-the-tests"'),
      "a missing value's name": withToken("undefined"),
      "another missing value's name": withToken("null"),
      "a pattern": withToken("*"),
      "its SHA-256": withToken(createHash("sha256").update("the-admin-token-of-all-the-tests").digest("hex")),
    },
  },
  {
    about: "the administrator's token, which means nothing to an origin's routes",
    refused: refused(401, "token_malformed"),
    attacks: {
      "on a guarded route": [
        { ...AS_ADMIN, path: "/api/{own}/x" },
        { ...AS_OWNER, path: "/api/{own}/x" },
      ],
    },
  },
  {
    about: "several credentials",
    refused: refused(400, "request_invalid"),
    given: { path: `${OWN}/custom-idp` },
    control: { ...AS_ADMIN, ...READ },
    attacks: {
      "the administrator's and another's": withHeaders({
        authorization: "Bearer the-admin-token-of-all-the-tests, Bearer x",
      }),
      "nothing after the scheme": withHeaders({ authorization: "Bearer " }),
    },
  },
  {
    about: "a token that is not good enough for any route",
    given: { path: `${OWN}/custom-idp` },
    control: { ...AS_OWNER, ...READ },
    refused: refused(401, "token_expired"),
    attacks: { expired: { claims: { azp: "owner-app", exp: 1 } } },
  },
  {
    about: "a token of another key",
    given: { path: `${OWN}/custom-idp` },
    control: { ...AS_OWNER, ...READ },
    refused: UNTRUSTED,
    attacks: {
      "with the same id": { ...AS_OWNER, key: "ec256-2", jose: { kid: "ec256-1" } },
      "with its own key": { ...AS_OWNER, key: "ec256-2", jose: { kid: "ec256-1", jku: "{trap}/keys" } },
    },
  },
];
