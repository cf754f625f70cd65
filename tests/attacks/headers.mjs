// Headers: who may say what to an origin.
import { differs } from "../e2e/hosts.mjs";
import { NO_REQUEST, arrives } from "./expectations.mjs";
import { each } from "./table.mjs";

const PUBLIC = { token: null, path: "/public/x" };
const IDENTITY = {
  "x-auth-project": "p1",
  "x-auth-idp": "idp",
  "x-auth-subject": "someone",
  "x-auth-roles": "access",
};
const NOBODY = each(IDENTITY, () => undefined);

/** Nothing that the client forged stands in any header. */
const withoutForged = (headers = {}) => arrives({ headers, without: "forged" });
const passing = arrives({ headers: { "x-author": "forged" } });
const PASSING = { headers: { "X-Author": "forged" } };

/** A header of that name, with the value "forged". */
const forged = (name) => ({ headers: { [name]: "forged" } });

const SPELLINGS = (name) => [
  name,
  name.toLowerCase(),
  name.toUpperCase(),
  name.replaceAll("-", "_"),
  name.replace("-", "_"),
  name.replace(/-(?=[^-]*$)/, "_").toUpperCase(),
  name.replaceAll("-", "."),
];

const raw = (...lines) => ({ lines: ["GET /public/x HTTP/1.1", ...lines] });
const guarded = (...lines) => ({
  lines: ["GET /api/{project}/x HTTP/1.1", "Authorization: Bearer {token}", ...lines],
});

export const groups = [
  {
    about: "the caller's identity, claimed by the client",
    advisory: "CVE-2025-64484 (oauth2-proxy), CVE-2015-0219 (Django)",
    control: PASSING,
    refused: withoutForged(IDENTITY),
    accepted: arrives({ headers: { ...IDENTITY, "x-author": "forged" } }),
    attacks: each(
      [
        "X-Auth-Roles",
        "X-Auth-Subject",
        "X-Auth-Project",
        "X-Auth-Idp",
        "X-Auth-Anything",
        "X-Auth-",
      ].flatMap(SPELLINGS),
      forged,
    ),
  },
  {
    about: "the caller's identity, claimed on a public route",
    given: PUBLIC,
    control: PASSING,
    refused: withoutForged(NOBODY),
    accepted: passing,
    attacks: each(["X-Auth-Roles", "X-Auth-Subject"].flatMap(SPELLINGS), forged),
  },
  {
    about: "the caller's identity, claimed with an upgrade",
    given: { upgrade: true },
    control: PASSING,
    refused: { ...withoutForged(IDENTITY), status: 101 },
    accepted: { ...passing, status: 101 },
    attacks: each(SPELLINGS("X-Auth-Roles"), forged),
  },
  {
    about: "the caller's identity, claimed with an upgrade on a public route",
    given: { ...PUBLIC, upgrade: true },
    control: PASSING,
    refused: { ...withoutForged(NOBODY), status: 101 },
    accepted: { ...passing, status: 101 },
    attacks: each(["X-Auth-Roles", "x_auth_roles"], forged),
  },
  {
    about: "the caller's identity, claimed twice",
    control: guarded("X-Author: forged"),
    refused: withoutForged(IDENTITY),
    accepted: passing,
    attacks: {
      "the same name": guarded("X-Auth-Roles: forged", "X-Auth-Roles: forged"),
      "names that fold together": guarded(
        "X-Auth-Roles: forged",
        "X_Auth_Roles: forged",
        "x-auth-roles: forged",
      ),
      "an empty one first": guarded("X-Auth-Roles:", "X-Auth-Roles: forged"),
    },
  },
  {
    about: "`Connection` names what the edge sets",
    advisory: "CVE-2025-48865 (Fabio), CVE-2024-45410 (Traefik), CVE-2022-31813 (Apache)",
    control: guarded("Connection: X-Author"),
    refused: arrives({
      headers: { ...IDENTITY, "x-forwarded-host": "gateway", "x-request-id": /^[0-9a-f-]{36}$/ },
    }),
    attacks: {
      "the roles": guarded("Connection: x-auth-roles"),
      "all identity": guarded("Connection: X-Auth-Project, X-Auth-Idp, X-Auth-Subject, X-Auth-Roles"),
      "in another spelling": guarded("Connection: X_AUTH_ROLES"),
      "earlier hops": guarded("Connection: X-Forwarded-Host, X-Forwarded-Proto, X-Forwarded-For"),
      "the request's id": guarded("Connection: x-request-id"),
      "the host": guarded("Connection: Host"),
    },
  },
  {
    about: "`Connection` names the origin's secret",
    given: { token: null },
    refused: arrives({ headers: { "x-origin-auth": "it was the edge" } }),
    accepted: arrives({ headers: { "x-origin-auth": "it was the edge" } }),
    attacks: {
      "as it is": [
        { lines: ["GET /secret/x HTTP/1.1", "Connection: X-Origin-Auth"] },
        { lines: ["GET /secret/x HTTP/1.1", "Connection: X-Author"] },
      ],
    },
  },
  {
    about: "the origin's secret, guessed",
    given: { token: null, path: "/secret/x" },
    control: PASSING,
    refused: withoutForged({ "x-origin-auth": "it was the edge" }),
    accepted: passing,
    attacks: each(SPELLINGS("X-Origin-Auth"), forged),
  },
  {
    about: "headers of one hop",
    given: PUBLIC,
    control: raw("X-Author: forged"),
    refused: withoutForged(),
    accepted: passing,
    attacks: {
      "what Connection names": raw("Connection: X-Author", "X-Author: forged"),
      "what it names in another spelling": raw("Connection: x_author", "X-Author: forged"),
      "Keep-Alive": raw("Keep-Alive: forged"),
      TE: raw("TE: forged"),
      Trailer: raw("Trailer: forged"),
      Upgrade: raw("Upgrade: forged"),
      "an upgrade to HTTP/2": raw(
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: forged",
      ),
      "Proxy-Connection": raw("Proxy-Connection: forged"),
      "Proxy-Authorization": raw("Proxy-Authorization: forged"),
      "Proxy-Authenticate": raw("Proxy-Authenticate: forged"),
    },
  },
  {
    about: "another client, host or scheme, claimed",
    advisory: "CVE-2026-40575 (oauth2-proxy: X-Forwarded-Uri), CVE-2016-5385 (httpoxy: Proxy)",
    given: PUBLIC,
    control: PASSING,
    refused: withoutForged(),
    accepted: passing,
    attacks: each(
      [
        "X-Forwarded-For",
        "x_forwarded_for",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Port",
        "X-Forwarded-Prefix",
        "X-Forwarded-Uri",
        "X-Forwarded-Method",
        "X-Forwarded-User",
        "X-Forwarded-Email",
        "X-Forwarded-Groups",
        "X-Forwarded-Preferred-Username",
        "X-Forwarded-Access-Token",
        "X-Forwarded-Client-Cert",
        "X-Forwarded-Server",
        "X-Forwarded-Scheme",
        "X-Forwarded-Ssl",
        "X-Forwarded",
        "Forwarded",
        "Forwarded-For",
        "X-Real-IP",
        "X_Real_IP",
        "Client-IP",
        "X-Client-IP",
        "True-Client-IP",
        "X-Cluster-Client-IP",
        "X-Host",
        "Proxy",
        "X-Request-Id",
      ],
      forged,
    ),
  },
  {
    about: "another path or method, claimed",
    advisory: "CVE-2018-14773 (Symfony)",
    given: PUBLIC,
    control: PASSING,
    refused: withoutForged(),
    accepted: passing,
    attacks: each(
      [
        "X-Original-URL",
        "X_Original_URL",
        "X-Original-URI",
        "X-Original-Method",
        "X-Original-Host",
        "X-Rewrite-URL",
        "x_rewrite_url",
        "X-HTTP-Method-Override",
        "X_HTTP_Method_Override",
        "x.http.method.override",
        "X-HTTP-Method",
        "X-Method-Override",
      ],
      forged,
    ),
  },
  {
    about: "a token for the edge alone",
    given: { path: "/api/{project}/x" },
    refused: arrives({ headers: { authorization: undefined }, without: "eyJ" }),
    accepted: arrives({ headers: { authorization: /^Bearer eyJ/ } }),
    attacks: {
      "on a guarded route": [{}, { path: "/token/{project}/x" }],
      "on a public route": [{ path: "/public/x" }, { path: "/token/{project}/x" }],
      "on a route for pages": [{ path: "/app/{project}/x" }, { path: "/token/{project}/x" }],
    },
  },
  {
    about: "the host",
    given: { token: null },
    control: { path: "/public/x" },
    refused: arrives({ headers: { host: /^127\.0\.0\.1:\d+$/ } }),
    attacks: {
      another: { path: "/public/x", headers: { host: "evil.example" } },
    },
  },
  {
    about: "a host that is none",
    given: { token: null },
    control: { path: "/public/x" },
    refused: differs("host", arrives({ headers: { host: /^127\.0\.0\.1:\d+$/ } }), NO_REQUEST),
    attacks: {
      "with a path": { path: "/public/x", headers: { host: "evil.example/public" } },
      "with user info": { path: "/public/x", headers: { host: "u:p@evil.example" } },
    },
  },
  {
    about: "many headers",
    control: { headers: {} },
    refused: withoutForged(IDENTITY),
    accepted: arrives({ headers: IDENTITY }),
    attacks: {
      "200, and a forged one last": {
        headers: {
          ...each(
            Array.from({ length: 200 }, (_, index) => `X-Header-${index}`),
            () => "value",
          ),
          "X-Auth-Roles": "forged",
        },
      },
      "200 of one forged name": {
        lines: [
          "GET /api/{project}/x HTTP/1.1",
          "Authorization: Bearer {token}",
          ...Array(200).fill("X-Auth-Roles: forged"),
        ],
      },
      "10 000 bytes of a forged one": { headers: { "X-Auth-Roles": "forged".repeat(1700) } },
      "a name of 1000 letters": { headers: { [`X-Auth-${"a".repeat(1000)}`]: "forged" } },
    },
  },
];
