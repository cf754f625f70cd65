// What a client tries against a proxy that asks the node, and what must come of it.
import assert from "node:assert/strict";

const SECRET = "/data-recorder-service/v2/pxy12345/data";
const status =
  (...expected) =>
  (answer) =>
    assert.ok(expected.includes(answer.status), `${answer.status} ${answer.text}`);

/** The origin gets what was decided on, and nothing of these headers. */
const lacks =
  (...names) =>
  (answer) => {
    assert.equal(answer.status, 200, answer.text);
    const { headers } = answer.json();
    for (const name of names) assert.equal(headers[name] || undefined, undefined, name);
  };

/** Such a header is dropped where the proxy drops what the node says, and refused elsewhere. */
const misleads =
  (...names) =>
  (answer, { dropsMisleading }) =>
    dropsMisleading && answer.status === 200 ? lacks(...names)(answer) : status(400)(answer);

const described = (name, headers) => ({
  name: `a client that describes another request by ${name}`,
  path: SECRET,
  headers,
  assert: status(400, 401),
});

export const ATTACKS = [
  {
    name: "a public path passes",
    path: "/public/x?y=%2F",
    assert: (answer) => {
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json().url, "/public/x?y=%2F");
    },
  },
  {
    name: "no token is 401 with a challenge",
    path: SECRET,
    assert: (answer) => {
      assert.equal(answer.status, 401, answer.text);
      assert.match(answer.headers["www-authenticate"], /^Bearer/);
      assert.equal(answer.json().code, "token_missing");
    },
  },
  described("X-Forwarded-*", { "x-forwarded-uri": "/public/x", "x-forwarded-method": "GET" }),
  described("X-Original-*", { "x-original-uri": "/public/x", "x-original-method": "GET" }),
  described("X-Original-URL", { "x-original-url": "/public/x" }),
  described("another Host", { "x-forwarded-host": "public.example", host: "public.example" }),
  described("a header that is none of the hop", {
    connection: "x-original-uri, x-forwarded-uri",
    "x-original-uri": "/public/x",
    "x-forwarded-uri": "/public/x",
  }),
  {
    name: "a method that the token does not open, as another one by X-Forwarded-Method",
    method: "DELETE",
    path: SECRET,
    hasToken: true,
    headers: { "x-forwarded-method": "GET" },
    assert: status(400, 403),
  },
  ...["x-http-method-override", "x-method-override", "x-http-method"].map((name) => ({
    name: `a method that is overridden by ${name}`,
    method: "POST",
    path: SECRET,
    hasToken: true,
    headers: { [name]: "DELETE" },
    assert: misleads(name),
  })),
  ...["x-rewrite-url", "x-original-url", "x_rewrite_url"].map((name) => ({
    name: `a path that is overridden by ${name}`,
    path: "/public/x",
    headers: { [name]: SECRET },
    // nginx drops names with an underscore by itself.
    assert: (answer, proxy) => (answer.status === 200 ? lacks(name)(answer) : misleads(name)(answer, proxy)),
  })),
  ...["x-auth-subject", "X_AUTH_SUBJECT", "x-auth_subject", "x.auth.subject", "x-auth-anything"].map(
    (name) => ({
      name: `a spoofed ${name} on a public route`,
      path: "/public/x",
      headers: { [name]: "admin" },
      assert: (answer, proxy) =>
        answer.status === 200 ? lacks(name.toLowerCase())(answer) : misleads(name)(answer, proxy),
    }),
  ),
  {
    name: "an identity header that is named by Connection",
    path: SECRET,
    hasToken: true,
    headers: { connection: "keep-alive, x-auth-subject, x-auth-roles" },
    assert: (answer) => {
      if (answer.status !== 200) return status(400)(answer);
      assert.equal(answer.json().headers["x-auth-roles"], "access,data_provider");
    },
  },
  {
    name: "the token and the gateway's cookies stay with the gateway",
    path: SECRET,
    hasToken: true,
    headers: { cookie: "a=1; __Host-session=x; b=2" },
    assert: (answer) => {
      lacks("authorization")(answer);
      assert.match(answer.json().headers.cookie, /^a=1; ?b=2$/);
    },
  },
  {
    name: "the gateway's cookies alone",
    path: "/public/x",
    headers: { cookie: "__Host-session=x" },
    assert: lacks("cookie"),
  },
  ...[
    "/public/../data-recorder-service/v2/pxy12345/data",
    "/public/%2e%2e/data-recorder-service/v2/pxy12345/data",
    "/public/..%2fdata-recorder-service/v2/pxy12345/data",
    "/public/%252e%252e/x",
    "/public//x",
    "//public/x",
    "/public/x%00",
    "/public/..;/x",
    "/public\\..\\x",
    "/public/x#/../y",
    "/data-recorder-service/v2/pxy12345%2fdata",
  ].map((path) => ({ name: `the path ${path}`, path, hasToken: true, assert: status(400, 401) })),
  {
    name: "an encoded path of a secret resource is the same resource",
    path: "/data-recorder-service/v2/pxy12345/%64ata",
    assert: status(401),
  },
  {
    name: "the path of checks",
    path: "/authz/forward",
    headers: { "x-forwarded-method": "GET", "x-forwarded-uri": "/public/x", "x-forwarded-host": "h" },
    assert: status(400, 404),
  },
  {
    name: "OPTIONS without a token is no way in",
    method: "OPTIONS",
    path: SECRET,
    assert: status(401),
  },
  {
    name: "a preflight is answered by the node and reaches no origin",
    method: "OPTIONS",
    path: "/cors/pxy12345/x",
    headers: { origin: "https://app.example", "access-control-request-method": "POST" },
    assert: (answer) => {
      assert.deepEqual([answer.status, answer.text], [204, ""]);
      assert.equal(answer.headers["access-control-allow-origin"], "https://app.example");
    },
  },
  {
    name: "a preflight without cors is refused",
    method: "OPTIONS",
    path: SECRET,
    headers: { origin: "https://app.example", "access-control-request-method": "POST" },
    assert: status(401),
  },
];
