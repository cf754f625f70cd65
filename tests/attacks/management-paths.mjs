// The management API: the paths and methods of its requests.
import { answered, refused } from "./expectations.mjs";
import { AS_OWNER, OTHERS, OWNERS } from "./fixture-management.mjs";
import { each } from "./table.mjs";

const OWN = "{api}/projects/{own}";
const READ = { path: `${OWN}/custom-idp`, expected: answered(200) };

/** Pairs of paths below the API. */
const paths = (pairs) => each(pairs, (path) => [{ path }, { path: `${OWN}/custom-idp` }]);

const deletion = `${OWN}/custom-idp/owners?force=true`;
const tunnelled = (headers) => [
  { method: "POST", path: deletion, headers: { "content-type": "application/json", ...headers } },
  { method: "DELETE", path: deletion, expected: answered(204) },
];

export const groups = [
  {
    about: "paths with two readings",
    given: AS_OWNER,
    otherEntries: [OTHERS],
    refused: refused(400, "path_ambiguous"),
    accepted: answered(200),
    attacks: paths({
      "a way into another project": "{api}/projects/{own}/../{other}/custom-idp",
      encoded: "{api}/projects/{own}/%2e%2e/{other}/custom-idp",
      "by %2f": "{api}/projects/{own}%2f..%2f{other}/custom-idp",
      "by a backslash": "{api}/projects/{own}\\..\\{other}/custom-idp",
      "by a parameter": "{api}/projects/{own};x=/../{other}/custom-idp",
      "by an empty segment": "{api}/projects//{other}/custom-idp",
      "by NUL": "{api}/projects/{other}%00/custom-idp",
      "within the entries": "{api}/projects/{own}/custom-idp/../../{other}/custom-idp",
      "within the keys": "{api}/projects/{own}/custom-idp/owners/keys/..%2f..%2f{other}/distrust",
      "within the entries, encoded": "{api}/projects/{own}/custom-idp/..%2f..%2f{other}",
    }),
  },
  {
    about: "paths that name nothing",
    given: AS_OWNER,
    refused: refused(404, "not_found"),
    accepted: answered(200),
    attacks: paths({
      "a final slash": "{api}/projects/{own}/custom-idp/",
      "another resource": "{api}/projects/{own}/secrets",
      "below an entry": "{api}/projects/{own}/custom-idp/owners/x",
      "a project's name with a space": "{api}/projects/{own}%20/custom-idp",
      "a project's name with a dot": "{api}/projects/{own}./custom-idp",
      "a project's name in other letters": "{api}/projects/%EF%BD%8Fwn1/custom-idp",
      "a prototype": "{api}/projects/__proto__/custom-idp",
      "the objects' own questions": "{api}/projects/{own}/Read",
    }),
  },
  {
    about: "another method, claimed",
    given: AS_OWNER,
    refused: refused(405, "method_not_allowed"),
    attacks: {
      "X-HTTP-Method-Override": tunnelled({ "x-http-method-override": "DELETE" }),
      "X-HTTP-Method": tunnelled({ "x-http-method": "DELETE" }),
      "X-Method-Override": tunnelled({ "x-method-override": "DELETE" }),
      "the query": [
        {
          method: "PUT",
          path: `${OWN}/custom-idp/owners?force=true&_method=DELETE`,
          body: OWNERS,
          expected: refused(400, "parameter_invalid"),
        },
        { method: "PUT", path: `${OWN}/custom-idp/owners?force=true`, body: OWNERS, expected: answered(200) },
      ],
      PATCH: [
        { method: "PATCH", path: `${OWN}/custom-idp/owners`, body: OWNERS },
        { method: "PUT", path: `${OWN}/custom-idp/owners`, body: OWNERS, expected: answered(200) },
      ],
      TRACE: [{ method: "TRACE", path: `${OWN}/custom-idp` }, READ],
      "a page's preflight": [
        {
          token: null,
          method: "OPTIONS",
          path: `${OWN}/custom-idp`,
          headers: { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" },
          expected: {
            ...refused(405, "method_not_allowed"),
            answered: { "access-control-allow-origin": undefined, "access-control-allow-methods": undefined },
          },
        },
        READ,
      ],
    },
  },
  {
    about: "a page of another site may not read what it may not send",
    given: AS_OWNER,
    refused: { status: 200, reaches: 0, answered: { "access-control-allow-origin": undefined } },
    accepted: answered(200),
    control: { path: `${OWN}/custom-idp` },
    attacks: each(["https://evil.example", "null", "https://gateway"], (origin) => ({
      path: `${OWN}/custom-idp`,
      headers: { Origin: origin },
    })),
  },
];
