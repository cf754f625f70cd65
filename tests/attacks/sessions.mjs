// Sessions of browsers: cookies that are forged, doubled, smuggled to origins or set by them, and requests of other sites.
// `tests/e2e/sessions.test.mjs` has what needs a real session.
import { arrives, refused } from "./expectations.mjs";
import { each } from "./table.mjs";

/** A cookie as the gateway makes them, of no session. */
const VALUE = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQECAgICAgICAgICAgICAgIC";
const COOKIE = `__Host-session=${VALUE}`;

const SITE = { token: null, path: "/site/{project}/x" };
const PUBLIC = { token: null, path: "/public/x" };

const at = (outcome) => ({ step: "session", outcome });
const ROUTE = { step: "route" };

/** The cookie was looked up, and there is no such session. */
const LOOKED_UP = refused(401, "token_missing", { because: at("unknown") });
/** There is no cookie that could be looked up. */
const NO_COOKIE = refused(401, "token_missing", { because: ROUTE });
const CROSS_SITE = refused(403, "cross_site", { because: at("cross_site") });
const SEVERAL = refused(400, "request_invalid", {
  because: ROUTE,
  reason: /several `__Host-session` cookies/,
});

const cookie = (value) => ({ headers: { cookie: value } });
const from = (more) => ({ headers: { cookie: COOKIE, ...more } });
const SAME_ORIGIN = from({ "sec-fetch-site": "same-origin" });

/** Headers by which another site's request is known, or that do not say where it comes from. */
const ELSEWHERE = {
  "nothing said": {},
  "Sec-Fetch-Site: cross-site": { "sec-fetch-site": "cross-site" },
  "Sec-Fetch-Site: same-site": { "sec-fetch-site": "same-site" },
  "Sec-Fetch-Site in another case": { "sec-fetch-site": "Same-Origin" },
  "two values of Sec-Fetch-Site": { "sec-fetch-site": "same-origin, none" },
  "an empty Sec-Fetch-Site with the own Origin": { "sec-fetch-site": "", origin: "http://127.0.0.1" },
  "another Origin": { origin: "https://evil.example" },
  "Origin null": { origin: "null" },
  "an Origin that begins like the host": { origin: "http://127.0.0.1.evil.example" },
  "an Origin with user info": { origin: "http://127.0.0.1@evil.example" },
  "a Referer alone": { referer: "http://127.0.0.1/" },
};

export const groups = [
  ...["POST", "PUT", "PATCH", "DELETE"].map((method) => ({
    about: `a session used by another site: ${method}`,
    advisory: "CWE-352",
    given: { ...SITE, method },
    control: SAME_ORIGIN,
    refused: CROSS_SITE,
    accepted: LOOKED_UP,
    attacks: each(ELSEWHERE, from),
  })),
  {
    about: "a session used by another site: a WebSocket",
    advisory: "CWE-1385",
    given: { ...SITE, upgrade: true },
    control: SAME_ORIGIN,
    refused: CROSS_SITE,
    accepted: LOOKED_UP,
    attacks: each(ELSEWHERE, from),
  },
  {
    about: "several session cookies",
    advisory: "RFC 6265, section 8.6",
    given: SITE,
    control: cookie(COOKIE),
    refused: SEVERAL,
    accepted: LOOKED_UP,
    attacks: {
      "the same twice": cookie(`${COOKIE}; ${COOKIE}`),
      "an empty one first": cookie(`__Host-session=; ${COOKIE}`),
      "an empty one last": cookie(`${COOKIE}; __Host-session=`),
      "another's among others": cookie(`a=1; ${COOKIE}; b=2; __Host-session=x`),
      "blanks around a name": cookie(`${COOKIE};\t__Host-session =x`),
    },
  },
  {
    about: "a cookie that is not the session's",
    given: SITE,
    control: cookie(COOKIE),
    refused: NO_COOKIE,
    accepted: LOOKED_UP,
    attacks: {
      ...each(
        {
          "another case": `__host-session=${VALUE}`,
          "upper case": `__HOST-SESSION=${VALUE}`,
          "without the prefix": `session=${VALUE}`,
          "another prefix": `__Secure-session=${VALUE}`,
          "a longer name": `x${COOKIE}`,
          "in another's value": `a=${COOKIE}`,
          "in another's value, after a comma": `a=1,${COOKIE}`,
          "in another's value, after a comma and a blank": `a=1, ${COOKIE}`,
          "in quotes": `__Host-session="${VALUE}"`,
          "a quote that is not closed": `__Host-session="${VALUE}`,
          "a longer value": `${COOKIE}A`,
          "a shorter value": COOKIE.slice(0, -1),
          "padded base64": `${COOKIE}=`,
          "percent-encoded": `__Host-session=%41${VALUE.slice(1)}`,
          "another alphabet": `__Host-session=+${VALUE.slice(1)}`,
          "an empty value": "__Host-session=",
          "a name alone": "__Host-session",
          "a huge value": `__Host-session=${"A".repeat(10_000)}`,
        },
        cookie,
      ),
      "in the query": { path: `/site/{project}/x?${COOKIE}` },
      "in a header of a similar name": { headers: { cookie2: COOKIE, "x-cookie": COOKIE } },
    },
  },
  {
    about: "a session where a token is required",
    given: { token: null, path: "/api/{project}/x" },
    control: { path: "/site/{project}/x", ...cookie(COOKIE) },
    refused: NO_COOKIE,
    accepted: LOOKED_UP,
    attacks: { "a cookie": cookie(COOKIE), "several cookies": cookie(`${COOKIE}; ${COOKIE}`) },
  },
  {
    about: "a session beside Authorization, which wins",
    given: { path: "/site/{project}/x", method: "POST" },
    control: {},
    refused: arrives({ without: VALUE }),
    accepted: arrives({ without: VALUE }),
    attacks: {
      "a cookie from another site": from({ "sec-fetch-site": "cross-site" }),
      "several cookies": cookie(`${COOKIE}; ${COOKIE}`),
    },
  },
  {
    about: "the gateway's cookies, on their way to an origin",
    given: PUBLIC,
    control: cookie("a=1; b=2"),
    refused: arrives({ headers: { cookie: "a=1; b=2" }, without: "__Host-" }),
    accepted: arrives({ headers: { cookie: "a=1; b=2" } }),
    attacks: each(
      {
        first: `${COOKIE}; a=1; b=2`,
        between: `a=1; ${COOKIE}; b=2`,
        last: `a=1; b=2; ${COOKIE}`,
        "after a comma": `a=1; b=2, ${COOKIE}`,
        "without blanks": `a=1; b=2;${COOKIE}`,
        "in quotes": `a=1; b=2; __Host-session="${VALUE}"`,
        "blanks around the name": `a=1; b=2;\t __Host-session \t= ${VALUE}`,
        twice: `${COOKIE}; a=1; b=2; ${COOKIE}`,
        "with the one of a login": `__Host-login=x; a=1; ${COOKIE}; b=2; __Host-login=y`,
        "of 10 KB": `a=1; b=2; __Host-session=${"A".repeat(10_000)}`,
      },
      cookie,
    ),
  },
  {
    about: "the gateway's cookies, on their way to an origin with a token",
    control: cookie("a=1"),
    refused: arrives({ headers: { cookie: "a=1" }, without: "__Host-" }),
    accepted: arrives({ headers: { cookie: "a=1" } }),
    attacks: {
      "a route without sessions": cookie(`a=1; ${COOKIE}`),
      "a route with sessions": { path: "/site/{project}/x", ...cookie(`a=1; ${COOKIE}`) },
      "a route that forwards the token": { path: "/token/{project}/x", ...cookie(`a=1; ${COOKIE}`) },
      "a route with CORS": { path: "/app/{project}/x", ...cookie(`a=1; ${COOKIE}`) },
    },
  },
  {
    about: "the gateway's cookies, on their way to an origin with an upgrade",
    given: { ...PUBLIC, upgrade: true },
    control: cookie("a=1"),
    refused: { ...arrives({ headers: { cookie: "a=1" }, without: "__Host-" }), status: 101 },
    accepted: { ...arrives({ headers: { cookie: "a=1" } }), status: 101 },
    attacks: { "a cookie": cookie(`a=1; ${COOKIE}`) },
  },
  {
    about: "a session that an origin sets",
    advisory: "CWE-384",
    given: PUBLIC,
    control: {
      path: "/public/cookies?set=a%3D1",
      expected: { status: 200, answered: { "set-cookie": /^a=1$/ } },
    },
    refused: { status: 200, answered: { "set-cookie": undefined } },
    attacks: each(
      {
        "by its name": `${COOKIE}; Path=/; Secure`,
        "of a login": "__Host-login=x; Path=/; Secure",
        "after blanks": ` ${COOKIE}`,
        "without a name": `=${COOKIE}`,
        removed: "__Host-session=; Max-Age=0",
      },
      (value) => ({ path: `/public/cookies?set=${encodeURIComponent(value)}` }),
    ),
  },
];
