// Credentials and messages: where a token counts, which methods there are, and where one request ends.
import { differs } from "../e2e/hosts.mjs";
import {
  INVALID_REQUEST,
  NO_METHOD,
  NO_REQUEST,
  NO_TOKEN,
  OTHER_ROLE,
  PERMITTED,
  arrives,
  byRuntime,
  malformed,
} from "./expectations.mjs";

import { each } from "./table.mjs";

const as = (write) => ({ authorization: write });
const lines = (...more) => ({ lines: ["GET /api/{project}/x HTTP/1.1", ...more] });
const GOOD = "Authorization: Bearer {token}";

/** The token in a header of another name. */
const instead = (name, write = (token) => token) => ({ token: null, headers: { [name]: write("{token}") } });

const PUBLIC = { token: null, path: "/public/x" };
const raw = (start, ...more) => ({ ...PUBLIC, lines: [start, ...more] });
const start = (method, target = "/public/x", version = "HTTP/1.1") => raw(`${method} ${target} ${version}`);

/** A request within a request's body. Decided on, it is refused; if it passed as part of another, the origin would see it. */
const HIDDEN = "GET /api/p1/admin HTTP/1.1\r\nHost: gateway\r\nX-Mark: {mark}\r\n\r\n";
const chunked = (text) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
const post = (headers, body) => ({ ...raw("POST /public/x HTTP/1.1", ...headers), body });

const OVERRIDES = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];
const READ_ONLY = "/api/{project}/read/x";

export const groups = [
  {
    about: "several credentials",
    control: lines(GOOD),
    refused: INVALID_REQUEST,
    attacks: {
      "the same twice": lines(GOOD, GOOD),
      "a good one first": lines(GOOD, "Authorization: Bearer x"),
      "a good one last": lines("Authorization: Bearer x", GOOD),
      "another scheme first": lines("Authorization: Basic eDp5", GOOD),
      "another scheme last": lines(GOOD, "Authorization: Basic eDp5"),
      "names in other cases": lines("AUTHORIZATION: Bearer x", "authorization: Bearer {token}"),
      "in one header": lines("Authorization: Bearer {token}, Bearer {token}"),
      "in one header, without a space": lines("Authorization: Bearer x,Bearer {token}"),
      "in one header, another scheme": lines("Authorization: Basic eDp5, Bearer {token}"),
      "a token after a comma": lines("Authorization: Bearer {token},x"),
    },
  },
  {
    about: "a bearer without a token",
    refused: INVALID_REQUEST,
    attacks: { nothing: as(() => "Bearer"), spaces: as(() => "Bearer   ") },
  },
  {
    about: "another scheme",
    refused: NO_TOKEN,
    attacks: {
      none: { token: null },
      "an empty header": as(() => ""),
      "the token alone": as((token) => token),
      Basic: as((token) => `Basic ${Buffer.from(`x:${token}`).toString("base64")}`),
      "Basic with the token": as((token) => `Basic ${token}`),
      Digest: as((token) => `Digest username="x", response="${token}"`),
      DPoP: as((token) => `DPoP ${token}`),
      Token: as((token) => `Token ${token}`),
      "no space": as((token) => `Bearer${token}`),
      "a tab": as((token) => `Bearer\t${token}`),
      "a colon": as((token) => `Bearer:${token}`),
      "an equals sign": as((token) => `Bearer=${token}`),
      "in quotes": as((token) => `"Bearer ${token}"`),
      "a letter before it": as((token) => `xBearer ${token}`),
      "a look-alike": as((token) => `Bearér ${token}`),
    },
  },
  {
    about: "more than a token",
    refused: malformed("not_a_jws"),
    attacks: {
      "the scheme twice": as((token) => `Bearer Bearer ${token}`),
      "in quotes": as((token) => `Bearer "${token}"`),
      "two tokens": as((token) => `Bearer ${token} ${token}`),
      "a semicolon": as((token) => `Bearer ${token};`),
      "a parameter": as((token) => `Bearer token=${token}`),
      "a tab before it": as((token) => `Bearer \t${token}`),
    },
  },
  {
    about: "the scheme in any case, spaces around it",
    refused: PERMITTED,
    attacks: {
      "small letters": as((token) => `bearer ${token}`),
      capitals: as((token) => `BEARER ${token}`),
      mixed: as((token) => `bEaReR ${token}`),
      "spaces between": as((token) => `Bearer   ${token}`),
      "spaces after": as((token) => `Bearer ${token}  `),
    },
  },
  {
    about: "a token elsewhere",
    refused: NO_TOKEN,
    attacks: {
      "in the query": { lines: ["GET /api/{project}/x?access_token={token} HTTP/1.1"] },
      "in a form": {
        lines: [
          "POST /api/{project}/x HTTP/1.1",
          "Content-Type: application/x-www-form-urlencoded",
          "Content-Length: {length}",
        ],
        body: "access_token={token}",
      },
      "in a cookie": lines("Cookie: access_token={token}; Authorization=Bearer {token}"),
      "in Proxy-Authorization": lines("Proxy-Authorization: Bearer {token}"),
      "in X-Authorization": lines("X-Authorization: Bearer {token}"),
      "in X-Forwarded-Access-Token": lines("X-Forwarded-Access-Token: {token}"),
      "in X-Original-Authorization": lines("X-Original-Authorization: Bearer {token}"),
      "in a WebSocket's protocol": lines("Sec-WebSocket-Protocol: bearer, {token}"),
      "in the target's user info": {
        lines: ["GET http://x:{token}@gateway/api/{project}/x HTTP/1.1"],
        ...differs("host", {}, { expected: NO_REQUEST }),
      },
      "in a fragment": { lines: ["GET /api/{project}/x#access_token={token} HTTP/1.1"] },
    },
  },
  {
    about: "an upgrade",
    given: { upgrade: true },
    accepted: { status: 101 },
    refused: NO_TOKEN,
    attacks: { "without a token": { token: null } },
  },
  {
    about: "an upgrade of another method is none",
    given: { token: null },
    refused: arrives({ method: "POST", headers: { upgrade: undefined } }),
    accepted: arrives({ method: "POST" }),
    attacks: {
      POST: [
        post(["Connection: Upgrade", "Upgrade: websocket", "Content-Length: 0"]),
        post(["Content-Length: 0"]),
      ],
    },
  },
  {
    about: "a method that the route does not open",
    given: { path: READ_ONLY },
    control: { method: "HEAD" },
    refused: { ...OTHER_ROLE, because: { step: "key", outcome: "verified" } },
    attacks: {
      ...each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"], (method) => ({ method })),
      ...each(OVERRIDES, (name) => ({ method: "POST", headers: { [name]: "GET" } })),
      "POST as GET by the query": { method: "POST", path: `${READ_ONLY}?_method=GET` },
    },
  },
  {
    about: "a method that the route opens, as another",
    given: { path: READ_ONLY },
    refused: arrives({
      method: "GET",
      headers: each(
        OVERRIDES.map((name) => name.toLowerCase()),
        () => undefined,
      ),
    }),
    accepted: arrives({ method: "GET" }),
    attacks: each(OVERRIDES, (name) => ({ headers: { [name]: "DELETE" } })),
  },
  {
    about: "a method that no origin sees",
    refused: NO_METHOD,
    attacks: {
      TRACE: [
        { ...PUBLIC, method: "TRACE" },
        { ...PUBLIC, method: "GET" },
      ],
    },
  },
  {
    about: "a method that does not exist here",
    control: start("GET"),
    refused: NO_METHOD,
    attacks: { PROPFIND: start("PROPFIND"), SEARCH: start("SEARCH"), PURGE: start("PURGE") },
  },
  {
    about: "a method that does not exist at all",
    control: start("GET"),
    refused: differs("methods", byRuntime(501), NO_METHOD),
    attacks: {
      BREW: start("BREW"),
      "GET in small letters": start("get"),
      "GET in part": start("Get"),
      TRACK: start("TRACK"),
      DEBUG: start("DEBUG"),
      PRI: start("PRI"),
      "a long one": start("G".repeat(1000)),
      "HTTP/2's beginning": {
        ...raw("PRI * HTTP/2.0", "", "SM"),
        ...differs("methods", {}, { expected: byRuntime(400) }),
      },
    },
  },
  {
    about: "a tunnel",
    control: start("GET"),
    refused: differs("tunnel", byRuntime(500), NO_METHOD),
    attacks: { CONNECT: start("CONNECT"), "CONNECT to a host": start("CONNECT", "127.0.0.1:80") },
  },
  {
    about: "a body where there is none to have",
    given: { token: null },
    refused: INVALID_REQUEST,
    attacks: {
      "with GET": [
        { ...raw("GET /public/x HTTP/1.1", "Content-Length: 3"), body: "abc" },
        raw("GET /public/x HTTP/1.1", "Content-Length: 0"),
      ],
      "with GET, in chunks": [
        { ...raw("GET /public/x HTTP/1.1", "Transfer-Encoding: chunked"), body: chunked("abc") },
        raw("GET /public/x HTTP/1.1"),
      ],
      "with GET, another request": [
        { ...raw("GET /public/x HTTP/1.1", "Content-Length: {length}"), body: HIDDEN },
        raw("GET /public/x HTTP/1.1"),
      ],
    },
  },
  {
    about: "the end of a message",
    control: post(["Content-Length: {length}"], "abc"),
    refused: differs("framing", byRuntime(500), byRuntime(400)),
    attacks: {
      "two lengths": post(["Content-Length: 3", "Content-Length: {length}"], HIDDEN),
      "two lengths in one": post(["Content-Length: 3, {length}"], HIDDEN),
      "a length below zero": post(["Content-Length: -1"], HIDDEN),
      "a length with a plus": post(["Content-Length: +3"], `abc${HIDDEN}`),
      "a length in hexadecimal": post(["Content-Length: 0x3"], `abc${HIDDEN}`),
      "another encoding": post(["Transfer-Encoding: xchunked"], `0\r\n\r\n${HIDDEN}`),
      "two encodings": post(["Transfer-Encoding: chunked, identity"], `0\r\n\r\n${HIDDEN}`),
      "two encodings in two": post(
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        `0\r\n\r\n${HIDDEN}`,
      ),
      "a vertical tab before the encoding": post(["Transfer-Encoding: \x0bchunked"], `0\r\n\r\n${HIDDEN}`),
      "a folded header": post(["Transfer-Encoding:", " chunked"], `0\r\n\r\n${HIDDEN}`),
    },
  },
  {
    about: "a message that others would end elsewhere is one request to the origin, framed anew",
    control: post(["Content-Length: {length}"], "abc"),
    refused: arrives({
      url: "/public/x",
      headers: { "content-length": undefined, "transfer-encoding": "chunked" },
    }),
    accepted: arrives({
      url: "/public/x",
      headers: { "content-length": "3", "transfer-encoding": undefined },
    }),
    attacks: {
      "a length and chunks": post(
        ["Content-Length: {length}", "Transfer-Encoding: chunked"],
        `0\r\n\r\n${HIDDEN}`,
      ),
      "chunks and a length": post(
        ["Transfer-Encoding: chunked", "Content-Length: {length}"],
        `0\r\n\r\n${HIDDEN}`,
      ),
      "a space before the colon": {
        ...post(["Transfer-Encoding : chunked"], `0\r\n\r\n${HIDDEN}`),
        ...differs("framing", {}, { expected: byRuntime(400) }),
      },
      "the encoding after a bare line feed": post(["X: y\nTransfer-Encoding: chunked"], `0\r\n\r\n${HIDDEN}`),
    },
  },
];
