// Claims: times, issuers, clients, audiences, kinds of tokens, and who the caller is.
import { ENTRY } from "../e2e/project.mjs";
import { publicJwk } from "../e2e/tokens.mjs";
import { EXPIRED, PERMITTED, arrives, malformed, notYetValid, skipped } from "./expectations.mjs";
import { adding, fromNow } from "./forge.mjs";
import { each } from "./table.mjs";

/** A time with its fraction. */
const exactly = (seconds) => ({ toJSON: () => Date.now() / 1000 + seconds });
const inMilliseconds = { toJSON: () => Date.now() };

/** One claim of each value, by what the value is. */
const valuesOf = (claim, values) => each(values, (value) => ({ claims: { [claim]: value } }));

const withSlash = { idp: { iss: `${ENTRY.iss}/` }, keys: [publicJwk("ec256-1")] };
const withPath = { idp: { iss: `${ENTRY.iss}/tenant` }, keys: [publicJwk("ec256-1")] };
const issuer = (iss, setting = {}) => [{ ...setting, claims: { iss } }, setting];

const NO_NUMBERS = {
  text: "9000000000",
  null: null,
  "a list": [9e9],
  "an object": { $date: 9e9 },
  true: true,
};

/** The caller's id as the origin gets it. */
const subject = (value) => arrives({ headers: { "x-auth-subject": value, "x-auth-roles": "access" } });

/** No clocks differ, so that a second is a second. */
export const options = { bindings: { CLOCK_SKEW_SECONDS: "0" } };

export const groups = [
  {
    about: "exp",
    control: { claims: { exp: fromNow(60) } },
    refused: malformed("time"),
    attacks: {
      missing: { claims: { exp: undefined } },
      ...valuesOf("exp", { ...NO_NUMBERS, "no text": "" }),
    },
  },
  {
    about: "exp",
    control: { claims: { exp: exactly(5) } },
    refused: EXPIRED,
    attacks: valuesOf("exp", {
      "equal to now": fromNow(0),
      "half a second ago": exactly(-0.5),
      "a second ago": fromNow(-1),
      zero: 0,
      "a negative number": -9e9,
      "next to nothing": 1e-300,
    }),
  },
  {
    about: "exp without an end",
    refused: PERMITTED,
    control: { claims: { exp: fromNow(60) } },
    attacks: valuesOf("exp", {
      "the year 9999": 253402300799,
      "in milliseconds": inMilliseconds,
      "1e300": 1e300,
    }),
  },
  {
    about: "iat",
    refused: malformed("time"),
    attacks: { missing: { claims: { iat: undefined } }, ...valuesOf("iat", NO_NUMBERS) },
  },
  {
    about: "iat",
    control: { claims: { iat: exactly(-0.5) } },
    refused: notYetValid("iat"),
    attacks: valuesOf("iat", {
      "half a minute ahead": exactly(30),
      "a year ahead": fromNow(365 * 86400),
      "in milliseconds": inMilliseconds,
      "1e300": 1e300,
    }),
  },
  { about: "nbf", refused: malformed("time"), attacks: valuesOf("nbf", NO_NUMBERS) },
  {
    about: "nbf",
    control: { claims: { nbf: exactly(-0.5) } },
    refused: notYetValid("nbf"),
    attacks: valuesOf("nbf", {
      "half a minute ahead": exactly(30),
      "a year ahead": fromNow(365 * 86400),
      "in milliseconds": inMilliseconds,
    }),
  },
  {
    about: "iss",
    advisory: "CVE-2025-30144 (fast-jwt: a list)",
    refused: malformed("issuer"),
    attacks: {
      missing: { claims: { iss: undefined } },
      ...valuesOf("iss", {
        "a list": [ENTRY.iss],
        "a list with the attacker's": ["https://evil.example", ENTRY.iss],
        null: null,
        "a number": 1,
        "an object": { iss: ENTRY.iss },
      }),
    },
  },
  {
    about: "iss",
    advisory: "CVE-2024-53861 (PyJWT: a part of it)",
    refused: skipped("other_issuer"),
    attacks: {
      "with a slash": issuer(`${ENTRY.iss}/`),
      "without the slash": issuer(ENTRY.iss, withSlash),
      "two slashes": issuer(`${ENTRY.iss}//`, withSlash),
      "another case": issuer("https://Issuer.example"),
      "the scheme in another case": issuer("HTTPS://issuer.example"),
      http: issuer("http://issuer.example"),
      "no scheme": issuer("issuer.example"),
      "the default port": issuer("https://issuer.example:443"),
      "another port": issuer("https://issuer.example:8443"),
      "a dot after the host": issuer("https://issuer.example."),
      "user info": issuer("https://issuer.example@evil.example"),
      "its name within another's": issuer("https://issuer.example.evil.example"),
      "the beginning of it": issuer("https://issuer.exampl"),
      "the end of it": issuer("issuer.example"),
      "a path more": issuer("https://issuer.example/tenant"),
      "a path less": issuer("https://issuer.example", withPath),
      "percent-encoded": issuer("https://issuer.example/%74enant", withPath),
      "the path in another case": issuer("https://issuer.example/Tenant", withPath),
      "a dot segment": issuer("https://issuer.example/./tenant", withPath),
      "a way out and in": issuer("https://issuer.example/x/../tenant", withPath),
      "a backslash": issuer("https://issuer.example\\tenant", withPath),
      "a query": issuer("https://issuer.example?"),
      "a fragment": issuer("https://issuer.example#"),
      "a space after it": issuer("https://issuer.example "),
      "a space before it": issuer(" https://issuer.example"),
      "a line's end after it": issuer("https://issuer.example\n"),
      "NUL after it": issuer("https://issuer.example\0"),
      "a look-alike letter": issuer("https://іssuer.example"),
      "full-width letters": issuer("https://ｉssuer.example"),
      "two of them": issuer("https://issuer.example,https://evil.example"),
      empty: issuer(""),
    },
  },
  {
    about: "azp",
    given: { idp: { allowedAzp: ["app-1"] } },
    control: { claims: { azp: "app-1" } },
    refused: skipped("azp_not_allowed"),
    attacks: {
      missing: {},
      ...valuesOf("azp", {
        "a list": ["app-1"],
        null: null,
        "a number": 1,
        "an object": { azp: "app-1" },
        another: "app-2",
        "another case": "App-1",
        "the beginning of it": "app",
        "more than it": "app-11",
        "a space after it": "app-1 ",
        "two of them": "app-1,app-2",
        empty: "",
      }),
      "another claim's word for it": { claims: { client_id: "app-1", appid: "app-1" } },
    },
  },
  {
    about: "azp, where the entry asks another claim",
    given: { idp: { allowedAzp: ["app-1"], azpClaim: "client_id" } },
    refused: skipped("azp_not_allowed"),
    attacks: { "the usual claim": [{ claims: { azp: "app-1" } }, { claims: { client_id: "app-1" } }] },
  },
  {
    about: "aud",
    advisory: "CVE-2020-26160 (jwt-go: an empty list)",
    given: { idp: { allowedAud: ["api"] } },
    control: { claims: { aud: ["other", "api"] } },
    refused: skipped("aud_not_allowed"),
    attacks: {
      missing: {},
      ...valuesOf("aud", {
        another: "other",
        others: ["other", "another"],
        "an empty list": [],
        "a list in a list": [["api"]],
        "an object": { api: true },
        "a number": 0,
        null: null,
        empty: "",
        "the beginning of it": "ap",
        "more than it": "api.evil.example",
        "another case": "API",
        "two in one text": "api other",
      }),
    },
  },
  {
    about: "the kind of token",
    control: { jose: { typ: "at+jwt" }, claims: { typ: "Bearer" } },
    refused: skipped("type_not_allowed"),
    attacks: {
      "a proof of possession": { jose: { typ: "dpop+jwt" } },
      "a logout token": { jose: { typ: "logout+jwt" } },
      "a security event": { jose: { typ: "application/secevent+jwt" } },
      "a client's assertion": { jose: { typ: "client-authentication+jwt" } },
      "a request object": { jose: { typ: "oauth-authz-req+jwt" } },
      "a refresh token": { jose: { typ: "refresh+jwt" } },
      "no text": { jose: { typ: "" } },
      "a look-alike": { jose: { typ: "at+jwt " } },
      "Keycloak's ID token": { claims: { typ: "ID" } },
      "Keycloak's refresh token": { claims: { typ: "Refresh" } },
      "Keycloak's offline token": { claims: { typ: "Offline" } },
      "Keycloak's logout token": { claims: { typ: "Logout" } },
      "an ID token where the entry wants access tokens": [
        { idp: { allowedTyp: ["at+jwt"] }, jose: { typ: "JWT" } },
        { idp: { allowedTyp: ["at+jwt"] }, jose: { typ: "application/at+jwt" } },
      ],
      "no type where the entry wants one": [
        { idp: { allowedTyp: ["at+jwt"] }, jose: { typ: undefined } },
        { idp: { allowedTyp: ["at+jwt"] }, jose: { typ: "at+jwt" } },
      ],
    },
  },
  {
    about: "who the caller is",
    control: { claims: { sub: "s".repeat(256) } },
    refused: skipped("no_subject"),
    attacks: {
      missing: { claims: { sub: undefined } },
      ...valuesOf("sub", {
        "a number": 0,
        empty: "",
        null: null,
        true: true,
        "a list": ["someone"],
        "an object": { sub: "someone" },
        "257 characters": "s".repeat(257),
        "10 000 characters": "s".repeat(10_000),
        "257 characters of four bytes": "😀".repeat(257),
      }),
      "a prototype": [{ idp: { idClaim: "__proto__" } }, { idp: { idClaim: "sub" } }],
      "an object's constructor": [{ idp: { idClaim: "sub.constructor.name" } }, { idp: { idClaim: "sub" } }],
      "a list's length": [
        { idp: { idClaim: "groups.0" }, claims: { groups: ["admin"] } },
        { idp: { idClaim: "groups.first" }, claims: { groups: { first: "admin" } } },
      ],
    },
  },
  {
    about: "what the caller's id does to headers",
    control: { claims: { sub: "auth0|plain (one)" } },
    accepted: subject("auth0|plain (one)"),
    attacks: each(
      {
        "CR and LF": ["a\r\nX-Auth-Roles: admin", "a%0D%0AX-Auth-Roles: admin"],
        "LF alone": ["a\nX-Auth-Roles: admin", "a%0AX-Auth-Roles: admin"],
        "CR alone": ["a\rb", "a%0Db"],
        NUL: ["a\0b", "a%00b"],
        "a comma": ["a,b", "a%2Cb"],
        "a percent sign": ["a%0Ab", "a%250Ab"],
        "spaces around it": [" a ", "%20a%20"],
        "a space alone": [" ", "%20"],
        "a tab": ["\ta", "%09a"],
        "letters beside ASCII": ["Jörg", "J%C3%B6rg"],
        "four bytes": ["😀", "%F0%9F%98%80"],
        "a line separator": ["a\u2028b", "a%E2%80%A8b"],
        "letters from the right": ["a\u202eb", "a%E2%80%AEb"],
        "a letter of Latin-1 whose byte is LF": ["a\u010ab", "a%C4%8Ab"],
        DEL: ["a\x7fb", "a%7Fb"],
      },
      ([sub, value]) => ({ claims: { sub }, expected: subject(value) }),
    ),
  },
  {
    about: "names that mean something to JavaScript",
    refused: arrives({ headers: { "x-auth-subject": "someone", "x-auth-roles": "access" } }),
    attacks: {
      "a prototype with other claims": { claims: adding('"__proto__":{"sub":"admin","iss":"x","exp":1}') },
      "a constructor's prototype": { claims: adding('"constructor":{"prototype":{"sub":"admin"}}') },
      "functions' names": {
        claims: adding('"toString":"x","toJSON":"x","hasOwnProperty":"x","valueOf":"x"'),
      },
    },
  },
];
