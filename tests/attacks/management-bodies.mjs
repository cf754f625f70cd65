// The management API: what a body may be, and what the documents in it may say.
import { gzipSync } from "node:zlib";
import { refused } from "./expectations.mjs";
import { API, AS_ADMIN, AS_OWNER, OWNERS, USERS } from "./fixture-management.mjs";
import { adding } from "./forge.mjs";
import { each } from "./table.mjs";

const POST = { ...AS_OWNER, method: "POST", path: "{api}/projects/{own}/custom-idp" };
const ENTRY = { ...USERS, id: "trial" };
const TEXT = JSON.stringify(ENTRY);
const JSON_TYPE = { "content-type": "application/json" };
const made = { status: 201, reaches: 0 };
const invalid = (...faults) => refused(422, "document_invalid", { faults });

const typed = (type) => ({ body: TEXT, headers: type === undefined ? {} : { "content-type": type } });
const text = (body) => ({ body, headers: JSON_TYPE });
const changed = (change) => text(change(TEXT));
const nested = (depth) => `"label":{"en":"x","x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
const ofLength = (length) => {
  const room = length - TEXT.replace("{issuer}", "http://127.0.0.1:00000").length;
  return { body: TEXT + " ".repeat(room), headers: JSON_TYPE };
};
const inChunks = (body) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

/** Entries with one property changed. */
const entries = (property, values, faults) => ({
  about: `an entry's ${property}`,
  given: POST,
  control: { body: ENTRY },
  accepted: made,
  refused: invalid(...(faults ?? [`/${property}`])),
  attacks: each(values, (value) => ({ body: { ...ENTRY, [property]: value } })),
});

const CLAIM = {
  ...ENTRY,
  roleDetection: "CLAIM",
  definedRoles: null,
  rolesClaim: "roles",
  roleTemplate: "{roleName}",
};

export const groups = [
  {
    about: "what a page may send without asking",
    advisory: "CVE-2022-41919 (Fastify)",
    given: POST,
    control: typed("application/json"),
    accepted: made,
    refused: refused(415, "media_type_unsupported"),
    attacks: each(
      [
        undefined,
        "text/plain",
        "text/plain;charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; application/json",
        "text/plain, application/json",
        "application/json, text/plain",
        "application/jsonx",
        "xapplication/json",
        "application/x-json",
        "text/json",
        "application/ld+json",
        "application/json-patch+json",
        "application/merge-patch+json",
        "*/*",
        "application/*",
        "json",
        "application json",
      ],
      typed,
    ),
  },
  {
    about: "the type of JSON, however it is written",
    given: POST,
    refused: made,
    accepted: refused(409, "already_exists"),
    control: typed("application/json"),
    attacks: {
      capitals: typed("APPLICATION/JSON"),
      "a character set": typed("application/json; charset=utf-8"),
      "a space before": typed(" application/json"),
    },
  },
  {
    about: "a page of another site, with the token in its hands",
    given: POST,
    refused: { ...made, answered: { "access-control-allow-origin": undefined, "set-cookie": undefined } },
    accepted: refused(409, "already_exists"),
    control: text(TEXT),
    attacks: {
      "its origin": { body: TEXT, headers: { ...JSON_TYPE, origin: "https://evil.example" } },
      "no origin at all": { body: TEXT, headers: { ...JSON_TYPE, origin: "null" } },
      "another site's request": { body: TEXT, headers: { ...JSON_TYPE, "sec-fetch-site": "cross-site" } },
    },
  },
  {
    about: "a body's length",
    given: POST,
    control: ofLength(64 * 1024),
    accepted: made,
    refused: refused(413, "body_too_large"),
    attacks: {
      "64 KiB and one byte": ofLength(64 * 1024 + 1),
      "a megabyte": ofLength(1024 * 1024),
      "in chunks, its length unsaid": {
        lines: [
          `POST ${API}/projects/{own}/custom-idp HTTP/1.1`,
          "Authorization: Bearer {token}",
          "Content-Type: application/json",
          "Transfer-Encoding: chunked",
        ],
        body: inChunks(" ".repeat(64 * 1024 + 1)),
      },
    },
  },
  {
    about: "a body that is no JSON, or JSON with two readings",
    advisory: "CVE-2017-12635 (CouchDB)",
    given: POST,
    control: text(TEXT),
    accepted: made,
    refused: refused(400, "body_malformed"),
    attacks: {
      nothing: text(""),
      "cut off": changed((json) => json.slice(0, -1)),
      "something after it": changed((json) => `${json}x`),
      "a second one after it": changed((json) => json + json),
      "a byte order mark": changed((json) => `\ufeff${json}`),
      "a comment": changed((json) => `/**/${json}`),
      "single quotes": changed((json) => json.replaceAll('"', "'")),
      "a comma too many": changed((json) => json.replace(/}$/, ",}")),
      "no UTF-8": text(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
      "half a surrogate pair": changed((json) =>
        json.replace('"Users"', '"x"').replace(/}$/, ',"x":"\\ud800"}'),
      ),
      NaN: changed(adding('"x":NaN')),
      "1e400": changed(adding('"x":1e400')),
      "200 lists": changed((json) => json.replace(/"label":{[^}]*}/, nested(200))),
      "30 000 lists": text("[".repeat(30_000)),
      "an id twice": changed((json) => json.replace("{", '{"id":"other",')),
      "an issuer twice": changed((json) => json.replace("{", '{"iss":"https://evil.example",')),
      "roles twice": changed((json) => json.replace("{", '{"definedRoles":["access"],')),
      "a name twice, once in escapes": changed((json) => json.replace("{", '{"i\\u0064":"other",')),
      "a language twice": changed((json) => json.replace('"en":', '"en":"x","en":')),
      compressed: { body: gzipSync(TEXT), headers: { ...JSON_TYPE, "content-encoding": "gzip" } },
      "a form's text as JSON": text("id=trial&iss=x"),
    },
  },
  {
    about: "a document that is none",
    given: POST,
    control: { body: ENTRY },
    accepted: made,
    refused: invalid(""),
    attacks: { null: text("null"), "a list": { body: [ENTRY] }, text: text('"x"'), "a number": text("1") },
  },
  entries("id", {
    "one letter": "a",
    "17 letters": "a".repeat(17),
    "a way out": "../x",
    "a slash": "a/b",
    "an encoded slash": "a%2fb",
    "a dot": "a.b",
    "a space": "a b",
    "a line's end": "ab\n",
    NUL: "ab\0",
    "letters beside ASCII": "äöü",
    "a comma": "a,b",
    "a number": 12,
    "a list": ["ab"],
    "a header": "a\r\nLocation: x",
  }),
  entries("idClaim", { empty: "", "257 letters": "c".repeat(257), "a list": ["sub"], null: null }),
  entries("label", { "no English": { de: "x" }, text: "x", "a list": ["x"] }),
  entries("allowedAzp", { "an empty list": [], text: "user-app", "an object": { 0: "user-app" } }),
  entries("allowedAud", {
    "an empty list": [],
    "257 elements": Array.from({ length: 257 }, (_, i) => `a${i}`),
  }),
  entries("allowedTyp", { text: "JWT", "an empty list": [] }),
  entries("allowedAlgs", { none: ["none"], HS256: ["HS256"], "another case": ["rs256"] }, ["/allowedAlgs/0"]),
  entries("roleDetection", { BOTH: "BOTH", "another case": "defined", "a list": ["DEFINED"] }),
  entries(
    "definedRoles",
    {
      "a comma": ["access,admin"],
      "a space": ["access admin"],
      "a line's end": ["access\r\nX-Auth-Roles: admin"],
      empty: [""],
      "129 letters": ["r".repeat(129)],
      "letters beside ASCII": ["ädmin"],
      "a number": [1],
    },
    ["/definedRoles/0"],
  ),
  {
    about: "a template",
    given: POST,
    control: { body: CLAIM },
    accepted: made,
    refused: invalid("/roleTemplate"),
    attacks: each(
      [
        "",
        "x",
        "{project}",
        "{roleName}{roleName}",
        "{project}-{project}{roleName}",
        "{x}{roleName}",
        "{{roleName}}",
      ],
      (template) => ({ body: { ...CLAIM, roleTemplate: template } }),
    ),
  },
  {
    about: "properties that do not belong there",
    given: POST,
    control: { body: ENTRY },
    accepted: made,
    attacks: each(
      {
        "an unknown one": ['"public":true', "/public"],
        "a prototype": ['"__proto__":{"public":true}', "/__proto__"],
        "a constructor": ['"constructor":{}', "/constructor"],
        "another case": ['"DefinedRoles":["owner"]', "/DefinedRoles"],
        "the version": ['"version":99', "/version"],
        "one of the other detection": ['"rolesClaim":"roles"', "/rolesClaim"],
        "a name with a slash": ['"a/b~c":1', "/a~1b~0c"],
      },
      ([property, pointer]) => ({ ...changed(adding(property)), expected: invalid(pointer) }),
    ),
  },
  {
    about: "an entry under another's name",
    given: { ...AS_OWNER, method: "PUT", path: "{api}/projects/{own}/custom-idp/owners" },
    control: { body: OWNERS },
    accepted: { status: 200, reaches: 0 },
    refused: invalid("/id"),
    attacks: { "the path's is another": { body: { ...OWNERS, id: "other" } } },
  },
  {
    about: "an order",
    given: { ...AS_OWNER, method: "PUT", path: "{api}/projects/{own}/custom-idp-order" },
    control: { body: ["owners"] },
    accepted: { status: 200, reaches: 0 },
    refused: refused(422, "document_invalid"),
    attacks: {
      nothing: { body: [] },
      "one twice": { body: ["owners", "owners"] },
      "another project's": { body: ["owners", "users"] },
      "an object": { body: { 0: "owners" } },
      "a number": { body: [1] },
      "ten thousand": { body: Array(5000).fill("owners") },
    },
  },
  {
    about: "a project's document",
    given: { ...AS_ADMIN, method: "PUT", path: "{api}/projects/{own}" },
    control: { body: { label: { en: "x" } } },
    accepted: { status: 200, reaches: 0 },
    refused: refused(422, "document_invalid"),
    attacks: {
      "entries in it": { body: { label: { en: "x" }, idps: [] } },
      "a version in it": { body: { version: 99 } },
      "a label that is text": { body: { label: "x" } },
    },
  },
];
