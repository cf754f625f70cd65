// The token endpoint: credentials, forms and scopes. Each attack is beside a request that differs in the attacked point alone.
//
// A side has what differs from a good request with Basic credentials: `basic` is what is encoded (`null` for none), `form`
// parameters (`null` removes one) or the body's text, `headers`, `method`, `path`, or `assertion` (see
// token-endpoint-assertions.mjs). `{own}`, `{secret}` and the other names of the fixture are filled in.
import { gzipSync } from "node:zlib";
import { each } from "./table.mjs";

export const ISSUED = { status: 200 };
export const refused = (status, error, about) => ({ status, error, about });
export const REFUSED = refused(401, "invalid_client", /unknown, disabled, or its credentials/);
export const INVALID = (about) => refused(400, "invalid_request", about);

const GRANT = "grant_type=client_credentials";
const POSTED = { basic: null, form: { client_id: "{own}", client_secret: "{secret}" } };
const as = (basic) => ({ basic });
const form = (text) => ({ form: text });
const posted = (text) => ({ basic: null, form: `${GRANT}&${text}` });
const base64 = (text) => Buffer.from(text).toString("base64");
const header = (authorization) => ({ basic: null, headers: { authorization } });
const typed = (type) => ({ headers: { "content-type": type } });

export const groups = [
  {
    about: "credentials in two places",
    refused: INVALID(/more than one way/),
    attacks: {
      "the same secret in the body": [{ form: { client_secret: "{secret}" } }, {}],
      "the same secret and client id in the body": [
        { form: { client_id: "{own}", client_secret: "{secret}" } },
        { form: { client_id: "{own}" } },
      ],
      "a wrong one in the body": [{ form: { client_secret: "x" } }, { form: { client_secret: "" } }],
      "a wrong one in the header": [{ ...POSTED, basic: "{own%}:x" }, POSTED],
      "a header of another scheme": [{ ...POSTED, headers: { authorization: "Bearer x" } }, POSTED],
    },
  },
  {
    about: "another client in the body",
    refused: INVALID(/not that of the Basic credentials/),
    control: { form: { client_id: "{own}" } },
    attacks: {
      "of the project": { form: { client_id: "{owner}" } },
      "of another project": { form: { client_id: "{other}" } },
      "of the platform": { form: { client_id: "{platform}" } },
      "in another case": { form: { client_id: "{OWN}" } },
      "encoded twice": { form: { client_id: "{own%}" } },
    },
  },
  {
    about: "in the query, which is logged",
    refused: INVALID(/not into the query/),
    attacks: {
      "the secret": [{ ...POSTED, path: "/auth/token?client_id={own%}&client_secret={secret}" }, POSTED],
      everything: [{ form: "", path: `/auth/token?${GRANT}` }, {}],
      "the scope": [{ path: "/auth/token?scope=access" }, { form: { scope: "access" } }],
      anything: [{ path: "/auth/token?x" }, {}],
    },
  },
  {
    about: "several headers",
    refused: INVALID(/several values/),
    attacks: {
      "two of one client": header(["Basic {basic}", "Basic {basic}"]),
      "two clients": header(["Basic {basic}", "Basic {othersBasic}"]),
      "Basic and Bearer": header(["Basic {basic}", "Bearer x"]),
      "joined by a comma": header("Basic {basic}, Basic {basic}"),
    },
  },
  {
    about: "a repeated parameter",
    advisory: "RFC 6749, section 3.2",
    refused: INVALID(/more than once/),
    attacks: {
      grant_type: [form(`${GRANT}&${GRANT}`), form(GRANT)],
      "two grants": [form(`${GRANT}&grant_type=password`), form(GRANT)],
      scope: [form(`${GRANT}&scope=access&scope=owner`), form(`${GRANT}&scope=access`)],
      "scope, once empty": [form(`${GRANT}&scope=&scope=access`), form(`${GRANT}&scope=access`)],
      "a name once in escapes": [form(`${GRANT}&scope=access&%73cope=access`), form(`${GRANT}&scope=access`)],
      "a parameter that is ignored": [form(`${GRANT}&x=1&x=1`), form(`${GRANT}&x=1`)],
      "the client id": [posted("client_id={other%}&client_id={own%}&client_secret={secret}"), POSTED],
      "the secret": [posted("client_id={own%}&client_secret=x&client_secret={secret}"), POSTED],
    },
  },
  {
    about: "a form that is none",
    refused: INVALID(),
    control: form(GRANT),
    attacks: {
      nothing: form(""),
      "no grant_type": form("scope=access"),
      "an empty grant_type": form("grant_type="),
      "a percent sign": form(`${GRANT}&x=%`),
      "one digit": form(`${GRANT}&x=%4`),
      "no hexadecimal digits": form(`${GRANT}&x=%zz`),
      "no UTF-8 in escapes": form(`${GRANT}&x=%ff`),
      "an overlong slash": form(`${GRANT}&x=%c0%af`),
      "half a surrogate pair": form(`${GRANT}&x=%ed%a0%80`),
      "a letter beside ASCII": form(`${GRANT}&x=ä`),
      "bytes that are no UTF-8": form(Buffer.from([...Buffer.from(`${GRANT}&x=`), 0xff])),
      "a space": form(`${GRANT}&x=a b`),
      "a line's end": form(`${GRANT}\r\n`),
      NUL: form(`${GRANT}\0`),
      "a byte order mark": form(`\ufeff${GRANT}`),
      semicolons: form(`x=1;${GRANT}`),
      "65 parameters": form(`${GRANT}&${Array.from({ length: 64 }, (_, i) => `p${i}=x`).join("&")}`),
      JSON: form(JSON.stringify({ grant_type: "client_credentials" })),
      compressed: { form: gzipSync(GRANT), headers: { "content-encoding": "gzip" } },
      "UTF-16": form(Buffer.from(GRANT, "utf16le")),
    },
  },
  {
    about: "another type of body",
    refused: INVALID(/application\/x-www-form-urlencoded/),
    control: typed("application/x-www-form-urlencoded; charset=UTF-8"),
    attacks: each(
      [
        "",
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded, text/plain",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=utf-7",
        "application/x-www-form-urlencoded; boundary=x",
        "application/x-www-form-urlencodedx",
        "x-www-form-urlencoded",
        "*/*",
      ],
      typed,
    ),
  },
  {
    about: "another method",
    refused: refused(405, "invalid_request"),
    attacks: each(["GET", "PUT", "PATCH", "DELETE", "OPTIONS"], (method) => ({ method })),
  },
  {
    about: "a body that is too long",
    refused: refused(413, "invalid_request"),
    control: form(`${GRANT}&x=${"x".repeat(32 * 1024 - GRANT.length - 3)}`),
    attacks: {
      "32 KiB and one byte": form(`${GRANT}&x=${"x".repeat(32 * 1024 - GRANT.length - 2)}`),
      "a megabyte": form(`${GRANT}&x=${"x".repeat(1024 * 1024)}`),
    },
  },
  {
    about: "another grant",
    refused: refused(400, "unsupported_grant_type"),
    control: form(GRANT),
    attacks: each(
      [
        "password",
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:device_code",
        "Client_Credentials",
        "client_credentials+",
        "client_credentials%00",
        "client_credentials,password",
      ],
      (grant) => form(`grant_type=${grant}&username=x&password=x&scope=access`),
    ),
  },
  {
    about: "Basic credentials that are malformed",
    refused: refused(401, "invalid_client", /Basic/),
    control: header("bAsIc {basic}"),
    attacks: {
      nothing: header("Basic"),
      "no base64": header("Basic !!!!"),
      base64url: header(`Basic ${Buffer.from("??>>:x").toString("base64url")}`),
      "no padding": header("Basic {unpadded}"),
      "a space within": header("Basic {spaced}"),
      "something after it": header("Basic {basic} x"),
      "no colon": header(`Basic ${base64("client")}`),
      "no UTF-8": header(`Basic ${Buffer.from([0xff, 0x3a, 0x61]).toString("base64")}`),
      "a percent sign": as("{own%}:%"),
      "a letter beside ASCII": as("ä:{secret}"),
      NUL: as("{own%}\0:{secret}"),
      "a line's end": as("{own%}:{secret}\r\n"),
      "another scheme": header("Digest username=x"),
      "a token": header("Bearer {secret}"),
    },
  },
  {
    about: "a client by another name",
    refused: REFUSED,
    control: as("{own}:{secret}"),
    attacks: {
      "another case": as("{OWN%}:{secret}"),
      "encoded twice": as("{own%%}:{secret}"),
      "without its project": as("ci:{secret}"),
      "a slash more": as("{own%}%2F:{secret}"),
      "a slash before": as("%2F{own%}:{secret}"),
      "two slashes": as("{project}%2F%2Fci:{secret}"),
      "a way through another project": as("{otherProject}%2F..%2F{own%}:{secret}"),
      "a dot": as("{project}%2F.%2Fci:{secret}"),
      "a space": as("{own%}+:{secret}"),
      NUL: as("{own%}%00:{secret}"),
      "a line's end": as("{own%}%0a:{secret}"),
      "a wide slash": as("{project}%EF%BC%8Fci:{secret}"),
      "a backslash": as("{project}%5Cci:{secret}"),
      "a wildcard": as("{project}%2F*:{secret}"),
      "a prefix": as("{project}%2Fc:{secret}"),
      nothing: as(":{secret}"),
      "the secret, and the client as secret": as("{secret}:{own%}"),
      "a prototype": as("__proto__%2Fci:{secret}"),
    },
  },
  {
    about: "a secret of others",
    refused: REFUSED,
    attacks: {
      "another account's": [as("{own%}:{ownerSecret}"), as("{owner%}:{ownerSecret}")],
      "this one for another account": [as("{owner%}:{secret}"), {}],
      "this one for another project": [as("{other%}:{secret}"), {}],
      "this one for the platform": [as("{platform%}:{secret}"), {}],
      "another project's": [as("{own%}:{otherSecret}"), as("{other%}:{otherSecret}")],
      "the platform's": [as("{own%}:{platformSecret}"), as("{platform%}:{platformSecret}")],
      "a disabled account's": [as("{off%}:{offSecret}"), {}],
      "one that has expired": [as("{rotated%}:{expiredSecret}"), as("{rotated%}:{freshSecret}")],
      "one that was removed": [as("{removed%}:{removedSecret}"), {}],
      "of a deleted account": [as("{deleted%}:{deletedSecret}"), {}],
      "the administrator's token": [as("{own%}:the-admin-token-of-all-the-tests"), {}],
    },
  },
  {
    about: "a secret that is almost right",
    refused: REFUSED,
    attacks: {
      nothing: as("{own%}:"),
      "its beginning": as("{own%}:{secret<}"),
      "a character more": as("{own%}:{secret}x"),
      "a space after it": as("{own%}:{secret}+"),
      "a space before it": as("{own%}:+{secret}"),
      "NUL after it": as("{own%}:{secret}%00"),
      "another case": as("{own%}:{SECRET}"),
      "its id": as("{own%}:{secretId}"),
      "its digest": as("{own%}:{digest}"),
      twice: as("{own%}:{secret}{secret}"),
      "encoded twice": as("{own%}:%2565as_"),
    },
  },
  {
    about: "the scope",
    refused: refused(400, "invalid_scope"),
    control: form(`${GRANT}&scope=access`),
    attacks: each(
      {
        "a role that the account lacks": "owner",
        "a role besides": "access+owner",
        "another case": "Access",
        "a role as tokens have it": "{project}.access",
        "another project's": "{otherProject}.access",
        "the platform's": "platform.admin",
        everything: "*",
        "a comma": "access,owner",
        "two spaces": "access++access",
        "a space before": "+access",
        "a space after": "access+",
        "a tab": "access%09access",
        "a line's end": "access%0a",
        NUL: "access%00",
        "a quote": "access%22",
        "a template": "%7BroleName%7D",
        openid: "openid",
      },
      (scope) => form(`${GRANT}&scope=${scope}`),
    ),
  },
];
