// The token endpoint: client assertions. `assertion` says how one differs from a good one: `claims` and `header` are changed
// (`null` removes a member), `key` signs it, `alg` is by what, and `bend` changes its text; `sent` are parameters besides.
import { refused, REFUSED } from "./token-endpoint.mjs";
import { each } from "./table.mjs";

const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const by = (assertion) => ({ assertion });
const claims = (changes) => by({ claims: changes });
const header = (changes) => by({ header: changes });
const told = (about) => refused(401, "invalid_client", about);
const soon = (seconds) => Math.floor(Date.now() / 1000) + seconds;

export const groups = [
  {
    about: "an assertion for others",
    advisory: "CVE-2025-27370 (OpenID Foundation): audience injection",
    refused: told(/issuer alone/),
    control: claims({ aud: ["{issuer}"] }),
    attacks: each(
      {
        "the endpoint": "{issuer}/token",
        "the gateway": "{publicUrl}",
        "a slash more": "{issuer}/",
        "another case": "{ISSUER}",
        "another issuer": "https://evil.example",
        "a list with another issuer": ["{issuer}", "https://evil.example"],
        "a list with the endpoint": ["{issuer}", "{issuer}/token"],
        "the issuer twice": ["{issuer}", "{issuer}"],
        "an empty list": [],
        "an object": { 0: "{issuer}" },
        "a number": 1,
        nothing: null,
      },
      (aud) => claims({ aud }),
    ),
  },
  {
    about: "an assertion's algorithm",
    refused: told(/not a signed JWT/),
    control: by({}),
    attacks: {
      none: by({ header: { alg: "none" }, bend: (text) => text.replace(/[^.]*$/, "") }),
      "none with a signature": header({ alg: "none" }),
      "HS256 with the public key": by({ header: { alg: "HS256" }, key: "hmac" }),
      "HS256 with the secret": by({ header: { alg: "HS256" }, key: "secret" }),
      "another case": header({ alg: "es256" }),
      ES256K: header({ alg: "ES256K" }),
      "no alg": header({ alg: null }),
      "a list": header({ alg: ["ES256"] }),
      crit: header({ crit: ["exp"] }),
      "no signature part": by({ bend: (text) => text.replace(/\.[^.]*$/, "") }),
      "five parts": by({ bend: (text) => `${text}.x.y` }),
      padding: by({ bend: (text) => `${text}=` }),
    },
  },
  {
    about: "an assertion's key",
    refused: REFUSED,
    control: by({}),
    attacks: {
      "another one": by({ key: "foreign" }),
      "another one, in the header": by({ key: "foreign", header: { jwk: "{foreignJwk}" } }),
      "another one, by an address": by({ key: "foreign", header: { jku: "https://evil.example/jwks" } }),
      "another account's": by({ key: "owner" }),
      "another id": header({ kid: "x" }),
      "a path as id": header({ kid: "../../dev/null" }),
      "another algorithm of the same kind": header({ alg: "ES384" }),
      "an RSA algorithm": header({ alg: "RS256" }),
      EdDSA: header({ alg: "EdDSA" }),
      "a signature in DER": by({ dsaEncoding: "der" }),
      "a signature of zeros": by({ bend: (text) => text.replace(/[^.]*$/, "A".repeat(86)) }),
      "no signature": by({ bend: (text) => text.replace(/[^.]*$/, "") }),
      "a signature of something else": by({
        bend: (text, other) => other.replace(/[^.]*$/, text.split(".")[2]),
      }),
      "none of several named": [
        by({ client: "{two}", header: { kid: null } }),
        by({ client: "{two}", header: { kid: "client-key" } }),
      ],
      "an account without keys": [by({ client: "{owner}" }), by({})],
      "a disabled account": by({ client: "{off}" }),
      "an account that does not exist": by({ client: "{project}/none" }),
      "a project that does not exist": by({ client: "none/ci" }),
      "another project's account of the same id": by({ client: "{other}" }),
      "the platform's account": by({ client: "{platform}" }),
    },
  },
  {
    about: "who an assertion is of",
    refused: told(/must be the client id/),
    control: by({}),
    attacks: {
      "another issuer": claims({ iss: "{other}" }),
      "another subject": claims({ sub: "{other}" }),
      "the gateway's issuer": claims({ iss: "{issuer}" }),
      "the gateway's issuer for both": claims({ iss: "{issuer}", sub: "{issuer}" }),
      "no subject": claims({ sub: null }),
      "a list": claims({ sub: ["{own}"] }),
      "no client id": claims({ iss: "ci", sub: "ci" }),
      "a way through another project": claims({
        iss: "{otherProject}/../{own}",
        sub: "{otherProject}/../{own}",
      }),
    },
  },
  {
    about: "another client beside the assertion",
    refused: told(/not that of the assertion/),
    control: by({ sent: { client_id: "{own}" } }),
    attacks: {
      "of the project": by({ sent: { client_id: "{owner}" } }),
      "of another project": by({ sent: { client_id: "{other}" } }),
      "of the platform": by({ sent: { client_id: "{platform}" } }),
    },
  },
  {
    about: "an assertion and other credentials",
    refused: refused(400, "invalid_request", /more than one way/),
    control: by({}),
    attacks: {
      Basic: by({ basic: true }),
      "the secret": by({ sent: { client_secret: "{secret}" } }),
      "a wrong secret": by({ sent: { client_secret: "x" } }),
    },
  },
  {
    about: "the parameters of an assertion",
    control: by({}),
    attacks: {
      "another type": [
        {
          ...by({ sent: { client_assertion_type: JWT_BEARER.replace("jwt", "saml2") } }),
          expected: told(/RFC 7523/),
        },
        by({}),
      ],
      "no type": [
        {
          ...by({ sent: { client_assertion_type: "" } }),
          expected: refused(400, "invalid_request", /go together/),
        },
        by({}),
      ],
      "the type alone": [
        {
          ...by({ sent: { client_assertion: "" } }),
          expected: refused(400, "invalid_request", /go together/),
        },
        by({}),
      ],
    },
  },
  {
    about: "the time of an assertion",
    refused: told(/expired, is not valid yet, or is valid for more than an hour/),
    control: by({ claims: { exp: () => soon(3500) } }),
    attacks: {
      expired: claims({ exp: () => soon(-60) }),
      "two hours ahead": claims({ exp: () => soon(7200) }),
      "a thousand years ahead": claims({ exp: () => soon(3e10) }),
      "1e300": claims({ exp: 1e300 }),
      "issued tomorrow": claims({ iat: () => soon(3000) }),
      "not before tomorrow": claims({ nbf: () => soon(3000) }),
    },
  },
  {
    about: "claims that an assertion needs",
    control: by({}),
    attacks: each(
      {
        "no jti": [{ jti: null }, /no `jti`/],
        "an empty jti": [{ jti: "" }, /no `jti`/],
        "a jti that is a number": [{ jti: 1 }, /no `jti`/],
        "no exp": [{ exp: null }, /not a signed JWT/],
        "an exp that is text": [{ exp: "4000000000" }, /not a signed JWT/],
        "no iss": [{ iss: null }, /not a signed JWT/],
      },
      ([changes, about]) => ({ ...claims(changes), expected: told(about) }),
    ),
  },
  {
    about: "another kind of token",
    refused: told(/another kind of token/),
    control: header({ typ: "client-authentication+jwt" }),
    attacks: each(
      ["at+jwt", "application/at+jwt", "logout+jwt", "dpop+jwt", "edge-assertion+jwt", "JOSE"],
      (typ) => header({ typ }),
    ),
  },
  {
    about: "a token of the gateway",
    refused: told(/another kind of token/),
    control: by({}),
    attacks: { "as an assertion": by({ bend: (_text, _other, token) => token }) },
  },
  {
    about: "an assertion that was used",
    refused: REFUSED,
    control: by({}),
    attacks: {
      "as it was": by({ replayed: (text) => text }),
      "with another signature": by({ replayed: (_text, signAgain) => signAgain() }),
      "with other times": by({ replayed: (_text, signAgain) => signAgain({ exp: () => soon(600) }) }),
    },
  },
];
