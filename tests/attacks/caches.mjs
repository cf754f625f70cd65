// Caches: what was true a moment ago. Each attack repeats a request that was permitted before.
import {
  AMBIGUOUS,
  EXPIRED,
  INVALID_REQUEST,
  NO_KEY,
  NO_METHOD,
  NO_TOKEN,
  WRONG_SIGNATURE,
  arrives,
  malformed,
  noRole,
  skipped,
} from "./expectations.mjs";
import { AS_ADMIN, AS_OWNER, AS_USER, OWNERS, USERS } from "./fixture-management.mjs";
import { base64url, fromNow } from "./forge.mjs";
import { bent } from "./issuer.mjs";

const GONE = { status: 401, code: "token_untrusted", because: { step: "project", outcome: "unknown" } };
const EMPTY = { ...GONE, because: { step: "token" } };
const inOther = { path: "/api/{other}/x" };
const done = (status) => ({ status, reaches: 0 });

/** A change by the administrator, after which the users' request is tried again. */
const change = (method, path, status, body) => ({
  ...AS_ADMIN,
  method,
  path: `{api}/projects/{own}${path}`,
  body,
  expected: done(status),
});
const replaceUsers = (changes) => change("PUT", "/custom-idp/users", 200, { ...USERS, ...changes });

const CLAIM = {
  ...USERS,
  roleDetection: "CLAIM",
  definedRoles: null,
  rolesClaim: "roles",
  roleTemplate: "{roleName}",
  allowedRoles: ["access", "reader"],
};
const READER = { claims: { azp: "user-app", roles: ["access"] } };

const FORGED = { "X-Author": "forged" };

const use = {};
const warmed = (...changes) => [use, use, ...changes];
const still = { ...AS_OWNER };

/** A token that was just used in one project, in another that sees it differently. */
const crossing = (name, otherEntries, refused, more) => ({
  about: "a token of one project, presented to another right after",
  given: AS_USER,
  entries: [OWNERS, USERS],
  before: warmed(),
  refused,
  otherEntries,
  attacks: { [name]: [inOther, {}] },
  ...more,
});

/** A token that was just used, after a change; the owners' is still good. */
const after = (name, changes, refused, more) => ({
  about: "a token that was good until a moment ago",
  given: AS_USER,
  entries: [OWNERS, USERS],
  before: warmed(...changes),
  control: still,
  refused,
  attacks: { [name]: {} },
  ...more,
});

/** A token that was just used, and one that is like it in part. */
const alike = (name, refused, attack) => ({
  about: "a token like one that was just good",
  given: AS_USER,
  entries: [OWNERS, USERS],
  before: warmed(),
  refused,
  attacks: { [name]: attack },
});

export const groups = [
  crossing(
    "which trusts the issuer for another client",
    [{ ...USERS, allowedAzp: ["other-app"] }],
    skipped("azp_not_allowed"),
  ),
  crossing(
    "which trusts the issuer for another audience",
    [{ ...USERS, allowedAzp: null, allowedAud: ["other"] }],
    skipped("aud_not_allowed"),
  ),
  crossing(
    "which trusts another issuer",
    [{ ...USERS, iss: bent({ name: "another" }) }],
    skipped("other_issuer"),
  ),
  crossing("which trusts nobody", [], EMPTY),
  crossing("which gives it other roles", [{ ...USERS, definedRoles: ["reader"] }], {
    status: 403,
    code: "role_missing",
    because: { step: "key", outcome: "verified" },
  }),
  crossing(
    "which calls its caller by another name, whom it does not know",
    [{ ...USERS, idClaim: "oid" }],
    skipped("no_subject"),
  ),
  crossing(
    "whose roles have its own name in them",
    [{ ...CLAIM, roleTemplate: "{project}.{roleName}", allowedRoles: null }],
    noRole("no_match"),
    {
      entries: [OWNERS, { ...CLAIM, roleTemplate: "{project}.{roleName}", allowedRoles: null }],
      given: { claims: { azp: "user-app", roles: ["{own}.access"] } },
    },
  ),
  crossing("which does not exist", undefined, GONE, {
    attacks: { "which does not exist": [{ path: "/api/{own}-none/x" }, {}] },
  }),
  crossing("the other way round", [{ ...USERS, allowedAzp: ["other-app"] }], skipped("azp_not_allowed"), {
    given: { claims: { azp: "other-app" } },
    before: [inOther, inOther],
    attacks: { "the other way round": [{ path: "/api/{own}/x" }, inOther] },
  }),
  {
    about: "a token that opens one route, on another right after",
    given: AS_USER,
    entries: [OWNERS, USERS],
    before: warmed(),
    refused: { status: 403, code: "role_missing", because: { step: "key", outcome: "verified" } },
    attacks: {
      "which wants another role": [{ path: "/api/{own}/admin" }, {}],
      "by another method": [{ method: "POST", path: "/api/{own}/read/x" }, { path: "/api/{own}/read/x" }],
    },
  },
  {
    about: "a token that opens routes, and manages nothing",
    given: AS_USER,
    entries: [OWNERS, USERS],
    before: warmed(),
    refused: { status: 403, code: "role_missing" },
    accepted: { status: 200 },
    attacks: {
      "right after": [
        { path: "{api}/projects/{own}/custom-idp" },
        { ...AS_OWNER, path: "{api}/projects/{own}/custom-idp", expected: done(200) },
      ],
    },
  },
  {
    about: "what was prepared for a token does not carry one request into the next",
    given: AS_USER,
    entries: [OWNERS, USERS],
    before: [{ headers: FORGED }, { headers: FORGED }],
    accepted: { status: 200 },
    attacks: {
      "its headers": { expected: arrives({ url: "/api/{own}/x", without: "forged" }) },
      "its path": { path: "/api/{own}/y?z", expected: arrives({ url: "/api/{own}/y?z" }) },
      "its method": { method: "PUT", expected: arrives({ method: "PUT" }) },
      "its host": {
        headers: { host: "another.example" },
        expected: arrives({ headers: { "x-forwarded-host": "another.example" } }),
      },
      "its token": {
        before: [{ path: "/token/{own}/x" }, { path: "/token/{own}/x" }],
        expected: arrives({ headers: { authorization: undefined }, without: "eyJ" }),
      },
    },
  },
  {
    about: "what was prepared for a token lets nothing more through",
    given: AS_USER,
    entries: [OWNERS, USERS],
    before: warmed(),
    attacks: {
      "identity headers": {
        headers: { "X-Auth-Roles": "forged", x_auth_subject: "forged" },
        expected: arrives({
          headers: { "x-auth-roles": "access", "x-auth-subject": "someone" },
          without: "forged",
        }),
      },
      "what Connection names": {
        lines: [
          "GET /api/{own}/x HTTP/1.1",
          "Authorization: Bearer {token}",
          "Connection: x-auth-roles, x-author",
          "X-Author: forged",
        ],
        expected: arrives({ headers: { "x-auth-roles": "access" }, without: "forged" }),
      },
      "a way out of the route": { path: "/api/{own}/../{own}/admin", expected: AMBIGUOUS },
      "another method's name": { method: "TRACE", expected: NO_METHOD },
      "a second token": {
        authorization: (token) => `Bearer ${token}, Bearer ${token}`,
        expected: INVALID_REQUEST,
      },
      "another scheme": { authorization: (token) => `Basic ${token}`, expected: NO_TOKEN },
    },
  },
  after("its entry is gone", [change("DELETE", "/custom-idp/users", 204)], skipped("azp_not_allowed")),
  after(
    "its entry asks for another client",
    [replaceUsers({ allowedAzp: ["new-app"] })],
    skipped("azp_not_allowed"),
  ),
  after(
    "its entry asks for an audience",
    [replaceUsers({ allowedAud: ["api"] })],
    skipped("aud_not_allowed"),
  ),
  after(
    "its entry allows other algorithms",
    [replaceUsers({ allowedAlgs: ["RS256"] })],
    skipped("algorithm_not_allowed"),
  ),
  after(
    "its entry wants another type",
    [replaceUsers({ allowedTyp: ["at+jwt"] })],
    skipped("type_not_allowed"),
  ),
  after(
    "its entry has another issuer",
    [replaceUsers({ iss: bent({ name: "moved" }) })],
    skipped("other_issuer"),
  ),
  after(
    "its entry reads the caller's id elsewhere",
    [replaceUsers({ idClaim: "oid" })],
    skipped("no_subject"),
  ),
  after("its entry gives other roles", [replaceUsers({ definedRoles: ["reader"] })], {
    status: 403,
    code: "role_missing",
    because: { step: "key", outcome: "verified" },
  }),
  after(
    "its entry's `allowedRoles` are fewer",
    [change("PUT", "/custom-idp/users", 200, { ...CLAIM, allowedRoles: ["reader"] })],
    noRole({ not_allowed: "access" }),
    { given: READER, entries: [OWNERS, CLAIM] },
  ),
  after(
    "its entry's template is another",
    [change("PUT", "/custom-idp/users", 200, { ...CLAIM, roleTemplate: "role_{roleName}" })],
    noRole("no_match"),
    { given: READER, entries: [OWNERS, CLAIM] },
  ),
  after("its project is gone", [change("DELETE", "", 204)], GONE, {
    otherEntries: [USERS],
    control: inOther,
  }),
  after(
    "its project is gone, and there is one of the same name",
    [change("DELETE", "", 204), change("PUT", "", 201, {})],
    EMPTY,
    { otherEntries: [USERS], control: inOther },
  ),
  after("it has expired", [{ wait: 3100 }], EXPIRED, {
    given: { claims: { azp: "user-app", exp: fromNow(3) } },
    control: { claims: { azp: "user-app", exp: fromNow(60) } },
  }),
  alike("its signature over other claims", WRONG_SIGNATURE, {
    bend: (token) => {
      const [header, payload, signature] = token.split(".");
      const claims = { ...JSON.parse(Buffer.from(payload, "base64url")), sub: "admin" };
      return [header, base64url(JSON.stringify(claims)), signature].join(".");
    },
  }),
  alike("its header and claims, another signature", WRONG_SIGNATURE, {
    bend: (token) => token.replace(/[^.]*$/, base64url(Buffer.alloc(64, 1))),
  }),
  alike("its header and claims, no signature", WRONG_SIGNATURE, {
    bend: (token) => token.replace(/[^.]*$/, ""),
  }),
  alike("one bit of its signature", WRONG_SIGNATURE, {
    bend: (token) =>
      token.replace(/[^.]*$/, (signature) => {
        const bytes = Buffer.from(signature, "base64url");
        bytes[40] ^= 1;
        return base64url(bytes);
      }),
  }),
  alike("letters in another case", WRONG_SIGNATURE, {
    bend: (token) =>
      token.replace(/[^.]*$/, (signature) => signature.replace(/[a-z]/, (c) => c.toUpperCase())),
  }),
  alike("one letter more", malformed("not_a_jws"), { bend: (token) => `${token}=` }),
  alike("its claims under another key's id", NO_KEY, {
    bend: (token) => token.replace(/^[^.]*/, base64url('{"alg":"ES256","kid":"other","typ":"JWT"}')),
  }),
  alike("its claims unsigned", malformed("algorithm"), {
    bend: (token) => token.replace(/^[^.]*/, base64url('{"alg":"none"}')),
  }),
];
