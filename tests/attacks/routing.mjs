// Routing: which route and which project a path means, and targets of another form.
import {
  AMBIGUOUS,
  NO_METHOD,
  NO_REQUEST,
  NO_ROUTE,
  NO_TOKEN,
  OTHER_ROLE,
  arrives,
} from "./expectations.mjs";
import { differs } from "../e2e/hosts.mjs";
import { paths } from "./paths.mjs";
import { each } from "./table.mjs";

const NOBODY = { token: null };
const raw = (start) => ({ lines: [start] });
const door = (path) => ({ door: true, path });
const resolving = (path) => ({ ...door(path), ...differs("door", {}, { expected: AMBIGUOUS }) });

export const groups = [
  {
    about: "case and spelling of the route",
    refused: NO_ROUTE,
    attacks: paths({
      "another case": ["/API/p1/x", "/api/p1/x"],
      "a dot after it": ["/api./p1/x", "/api/p1/x"],
      "a space after it": ["/api%20/p1/x", "/api/p1/x"],
      "an encoded semicolon after it": ["/api%3Bx/p1/x", "/api/p1/x"],
      "a full-width letter": ["/%EF%BD%81pi/p1/x", "/api/p1/x"],
      "a letter that folds to it": ["/ap%C4%B1/p1/x", "/api/p1/x"],
      "nothing after the project": ["/api/p1", "/api/p1/x"],
      "nothing after the project's slash": ["/api/p1/", "/api/p1/x"],
      "another route before it": ["/x/api/p1/x", "/api/p1/x"],
    }),
  },
  {
    about: "what looks like a path",
    given: NOBODY,
    refused: NO_ROUTE,
    attacks: paths({
      "in the query": ["/nothing?/public/x", "/public/x?/nothing"],
      "in the query, by name": ["/nothing?path=/public/x", "/public/x?path=/nothing"],
      "in the fragment": ["/nothing#/public/x", "/public/x#/nothing"],
    }),
  },
  {
    about: "a fragment",
    advisory: "CVE-2021-39156 (Istio)",
    given: { path: "/api/{project}/admin#x" },
    refused: { ...OTHER_ROLE, because: { step: "key", outcome: "verified" } },
    attacks: {
      "after a guarded path": [{}, { path: "/api/{project}/x#admin" }],
      "with slashes": [{ path: "/api/{project}/admin#/../x" }, { path: "/api/{project}/x#/../admin" }],
    },
  },
  {
    about: "ways to a more guarded route",
    refused: { ...OTHER_ROLE, because: { step: "key", outcome: "verified" } },
    control: { path: "/api/{project}/x" },
    attacks: {
      plain: { path: "/api/{project}/admin" },
      "a letter encoded": { path: "/api/{project}/%61dmin" },
      "every letter encoded": { path: "/api/{project}/%61%64%6D%69%6e" },
      "a query after it": { path: "/api/{project}/admin?x" },
      "an empty query": { path: "/api/{project}/admin?" },
      "the route's letters encoded": { path: "/%61p%69/{project}/admin" },
      "behind the front door": door("/api/{project}/admin"),
      "behind the front door, resolved there": resolving("/api/{project}/x/../admin"),
      "behind the front door, encoded": resolving("/api/{project}/x/%2e%2e/admin"),
    },
  },
  {
    about: "a name beside a guarded one is another name, whatever an origin takes it for",
    control: { path: "/api/{project}/admin" },
    accepted: { ...OTHER_ROLE, because: { step: "key", outcome: "verified" } },
    attacks: each(
      {
        "in another case": "/api/p1/Admin",
        "a dot after it": "/api/p1/admin.",
        "a space after it": "/api/p1/admin%20",
        "an encoded semicolon after it": "/api/p1/admin%3Bx",
        "a comma after it": "/api/p1/admin,x",
        "a suffix": "/api/p1/admin.json",
        "a segment after it": "/api/p1/admin/x",
        "encoded three times": "/api/p1/%252561dmin",
      },
      (path) => ({ path, expected: arrives({ url: path }) }),
    ),
  },
  {
    about: "a final slash, which many origins take away",
    control: { path: "/api/{project}/x/" },
    refused: AMBIGUOUS,
    attacks: {
      "after a guarded path": { path: "/api/{project}/admin/" },
      "after an encoded one": { path: "/api/{project}/%61dmin/" },
      "and a query": { path: "/api/{project}/admin/?x" },
    },
  },
  {
    about: "the project in the path",
    refused: { status: 401, code: "token_untrusted", because: { step: "project", outcome: "unknown" } },
    attacks: paths({
      "in another case": ["/api/P1/x", "/api/p1/x"],
      "a dot after it": ["/api/p1./x", "/api/p1/x"],
      "a space after it": ["/api/p1%20/x", "/api/%701/x"],
      "a letter that folds to it": ["/api/%EF%BD%901/x", "/api/%701/x"],
      "a digit of another script": ["/api/p%D9%A1/x", "/api/p%31/x"],
      "an encoded semicolon after it": ["/api/p1%3Bx/x", "/api/p1/x"],
      "a comma after it": ["/api/p1,x/x", "/api/p1/x"],
      "a colon after it": ["/api/p1:x/x", "/api/p1/x"],
      "a prototype": ["/api/__proto__/x", "/api/p1/x"],
      "a function's name": ["/api/constructor/x", "/api/p1/x"],
      "the key of the routes": ["/api/gateway/x", "/api/p1/x"],
      "64 letters": [`/api/${"a".repeat(64)}/x`, "/api/p1/x"],
      "a hyphen first": ["/api/-p1/x", "/api/p1/x"],
      "a pattern": ["/api/*/x", "/api/p1/x"],
    }),
  },
  {
    about: "the target in another form",
    given: { token: null },
    refused: AMBIGUOUS,
    attacks: {
      "absolute, with a way out": [
        raw("GET http://gateway/public/../api/p1/x HTTP/1.1"),
        raw("GET http://gateway/public/.../api/p1/x HTTP/1.1"),
      ],
      "absolute, no path": [raw("GET http://gateway HTTP/1.1"), raw("GET http://gateway/public/x HTTP/1.1")],
      "absolute, a backslash for the path": [
        raw("GET http://gateway\\public\\x HTTP/1.1"),
        raw("GET http://gateway/public/x HTTP/1.1"),
      ],
      "an asterisk": [raw("OPTIONS * HTTP/1.1"), raw("OPTIONS /public/x HTTP/1.1")],
      "a host alone": [raw("GET public HTTP/1.1"), raw("GET /public HTTP/1.1".replace("public", "public/x"))],
    },
  },
  {
    about: "an absolute target leads to the route's origin",
    given: { token: null },
    refused: differs(
      "host",
      arrives({ url: "/public/x", headers: { host: /^127\.0\.0\.1:\d+$/ } }),
      NO_REQUEST,
    ),
    accepted: arrives({ url: "/public/x", headers: { host: /^127\.0\.0\.1:\d+$/ } }),
    control: raw("GET /public/x HTTP/1.1"),
    attacks: {
      "another host": raw("GET http://evil.example/public/x HTTP/1.1"),
      "another scheme": raw("GET https://evil.example/public/x HTTP/1.1"),
      "a port": raw("GET http://evil.example:1/public/x HTTP/1.1"),
      "user info": raw("GET http://u:p@evil.example/public/x HTTP/1.1"),
    },
  },
  {
    about: "the authorizer's own paths",
    given: NOBODY,
    control: { path: "/healthz" },
    accepted: { status: 200, reaches: 0 },
    refused: NO_ROUTE,
    attacks: {
      "below its health": { path: "/healthz/x" },
      "its health, encoded": { path: "/%68ealthz" },
      "its page, encoded": { path: "/%69nspector/x" },
      "its API, encoded": { path: "/project-management-servic%65/v1/gateway" },
      "its API in another case": { path: "/Project-Management-Service/v1/gateway" },
    },
  },
  {
    about: "a method of another name",
    given: { path: "/api/{project}/x" },
    refused: NO_METHOD,
    attacks: { TRACE: [{ method: "TRACE" }, { method: "GET" }] },
  },
  {
    about: "behind a door that resolves, a way out",
    given: NOBODY,
    refused: differs("door", NO_TOKEN, AMBIGUOUS),
    attacks: {
      plain: [door("/public/../api/{project}/x"), door("/public/.../api/{project}/x")],
      encoded: [door("/public/%2e%2e/api/{project}/x"), door("/public/%2e%2e%2e/api/{project}/x")],
      "by backslashes": [door("/public/..\\api\\{project}\\x"), door("/public/..|api|{project}|x")],
    },
  },
];
