// Revocations: tokens that were good until they were revoked, and what a revocation must not become.
import { answered, malformed, notYetValid, PERMITTED, refused, REVOKED } from "./expectations.mjs";
import { AS_ADMIN, AS_OWNER, AS_USER, OWNERS, USERS } from "./fixture-management.mjs";
import { fromNow } from "./forge.mjs";
import { each } from "./table.mjs";

const REVOCATIONS = "{api}/projects/{own}/revocations";
const done = (status) => ({ status, reaches: 0 });

/** The administrator revokes tokens of the project, which were issued up to now. */
const revoke = (named, path = `${REVOCATIONS}?force=true`) => ({
  ...AS_ADMIN,
  method: "POST",
  path,
  body: { issuedBefore: fromNow(1), reason: "stolen", ...named },
  expected: done(201),
});

/** A token of the users' client with claims besides, used twice before the project revokes it. */
const revoked = (claims, named, control = {}) => {
  const given = { claims: { azp: "user-app", ...claims } };
  return [
    { ...given, before: [given, given, revoke(named)] },
    { claims: { azp: "user-app", ...claims, ...control } },
  ];
};
const STOLEN = { sub: "thief", jti: "stolen" };
const LATER = { iat: fromNow(0) };

/** Read once: two looks may fall into two seconds. */
const BEGAN = Math.floor(Date.now() / 1000);
const NINE_SECONDS_AGO = BEGAN - 9;

const FORMS = {
  "without a reason": [{ subject: "x" }, ["/reason"]],
  "of all tokens by mistake": [{ reason: "x" }, [""]],
  "of an entry of another project": [{ idp: "other", reason: "x" }, ["/idp"]],
  "of an entry by a pattern": [{ idp: "*", reason: "x" }, ["/idp"]],
  "of nobody": [{ subject: "", reason: "x" }, ["/subject"]],
  "of a list": [{ subject: ["x"], reason: "x" }, ["/subject"]],
  "of a long subject": [{ subject: "x".repeat(257), reason: "x" }, ["/subject"]],
  "of a long client": [{ client: "😀".repeat(257), reason: "x" }, ["/client"]],
  "with an id of its own": [{ subject: "x", reason: "x", id: "r1" }, ["/id"]],
  "with a misspelt name": [{ subject: "x", sub: "y", reason: "x" }, ["/sub"]],
  "with a time in milliseconds": [{ subject: "x", reason: "x", issuedBefore: Date.now() }, ["/issuedBefore"]],
  "with a time of a year ago": [
    { subject: "x", reason: "x", issuedBefore: fromNow(-365 * 86400) },
    ["/issuedBefore"],
  ],
  "with a time of tomorrow": [{ subject: "x", reason: "x", issuedBefore: fromNow(86400) }, ["/issuedBefore"]],
  "with a time with a fraction": [
    { subject: "x", reason: "x", issuedBefore: 1.8e9 + 0.5 },
    ["/issuedBefore"],
  ],
  "with a time that is negative": [{ subject: "x", reason: "x", issuedBefore: -1 }, ["/issuedBefore"]],
  "with a time that is text": [{ subject: "x", reason: "x", issuedBefore: "now" }, ["/issuedBefore"]],
};

/** Subjects that look like others, or like more than text. */
const SUBJECTS = {
  "letters of another script": "аdmin",
  "a composed letter": "zo\u00eb",
  "a decomposed letter": "zoe\u0308",
  "a surrogate pair": "😀",
  "letters from the right": "a\u202eb",
  NUL: "a\0b",
  "256 characters": "😀".repeat(256),
  "a pointer": "/subject",
  "a name of a property": "__proto__",
};

export const groups = [
  {
    about: "a token that was good until it was revoked",
    given: {},
    entries: [OWNERS, USERS],
    refused: REVOKED,
    attacks: {
      "by its subject": revoked(STOLEN, { subject: "thief" }, { sub: "someone" }),
      "by its client": revoked(STOLEN, { client: "user-app" }, { azp: "owner-app" }),
      "by its id": revoked(STOLEN, { tokenId: "stolen" }, { jti: "other" }),
      "by its entry": revoked(STOLEN, { idp: "users" }, { azp: "owner-app" }),
      "by everything": revoked(
        STOLEN,
        { idp: "users", client: "user-app", subject: "thief", tokenId: "stolen" },
        { jti: "other" },
      ),
      ...each(SUBJECTS, (sub) => revoked({ sub }, { subject: sub }, { sub: "another" })),
    },
  },
  {
    about: "the time at which a revoked token was issued",
    before: [revoke({ subject: "thief", issuedBefore: BEGAN - 5 })],
    entries: [OWNERS, USERS],
    refused: REVOKED,
    control: { claims: { azp: "user-app", sub: "thief", ...LATER } },
    attacks: {
      ...each(
        {
          "years ago": 1e9,
          zero: 0,
          "a negative number": -1e9,
          "minus 1e300": -1e300,
          "a second before": BEGAN - 6,
        },
        (iat) => ({ claims: { azp: "user-app", sub: "thief", iat } }),
      ),
      missing: { claims: { azp: "user-app", sub: "thief", iat: undefined }, expected: malformed("time") },
      "text of now": {
        claims: { azp: "user-app", sub: "thief", iat: String(Math.floor(Date.now() / 1000)) },
        expected: malformed("time"),
      },
      "far ahead": {
        claims: { azp: "user-app", sub: "thief", iat: fromNow(3600) },
        expected: notYetValid("iat"),
      },
    },
  },
  {
    about: "what one project revokes",
    given: AS_USER,
    entries: [OWNERS, USERS],
    otherEntries: [OWNERS, USERS],
    refused: PERMITTED,
    accepted: PERMITTED,
    attacks: {
      "is good in another": [
        { path: "/api/{other}/x", before: [revoke({})] },
        { path: "/api/{other}/y", claims: { azp: "owner-app" } },
      ],
    },
  },
  {
    about: "an owner's token that is revoked",
    given: { ...AS_OWNER, method: "GET", path: "{api}/projects/{own}/custom-idp" },
    refused: refused(401, "token_untrusted"),
    accepted: answered(200),
    attacks: {
      "manages nothing": [
        { before: [revoke({ subject: "someone" })] },
        { claims: { azp: "owner-app", sub: "another" } },
      ],
    },
  },
  {
    about: "a revocation",
    given: { ...AS_OWNER, method: "POST", path: REVOCATIONS },
    control: { body: { subject: "x", reason: "x" } },
    accepted: done(201),
    attacks: {
      ...each(FORMS, ([body, faults]) => ({
        body,
        expected: { status: 422, code: "document_invalid", faults },
      })),
      "that is there already": [
        {
          body: { subject: "x", issuedBefore: NINE_SECONDS_AGO, reason: "again" },
          before: [
            {
              body: { subject: "x", issuedBefore: NINE_SECONDS_AGO, reason: "x" },
              expected: done(201),
            },
          ],
          expected: refused(409, "already_exists"),
        },
        { body: { subject: "y", reason: "x" } },
      ],
      "of the owner's own token": {
        body: { subject: "someone", reason: "x" },
        expected: refused(409, "would_lock_out"),
      },
      "of 60 KB": {
        body: { subject: "x", reason: "x".repeat(60_000) },
        expected: { status: 422, code: "document_invalid", faults: ["/reason"] },
      },
      "of 70 KB": {
        body: { subject: "x", reason: "x".repeat(70_000) },
        expected: refused(413, "body_too_large"),
      },
    },
  },
];
