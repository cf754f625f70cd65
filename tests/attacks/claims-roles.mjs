// Roles: shapes of the claim, values around the template, and other projects' roles.
import { OTHER_ROLE, arrives, noRole, noRoles } from "./expectations.mjs";
import { adding } from "./forge.mjs";
import { each } from "./table.mjs";

const claimed = (roleTemplate, more) => ({
  roleDetection: "CLAIM",
  definedRoles: undefined,
  rolesClaim: "roles",
  roleTemplate,
  ...more,
});

/** Projects whose names begin alike, by the template of their entries. */
const DOT = claimed("{project}.{roleName}");
const DASH = claimed("{project}-{roleName}");
const BARE = claimed("{project}{roleName}");
const AFTER = claimed("{roleName}@{project}");
export const options = {
  projects: {
    a: [DOT],
    "a-b": [DOT],
    b: [DOT],
    d: [DASH],
    "d-e": [DASH],
    n: [BARE],
    nn: [BARE],
    s: [AFTER],
    filtered: [claimed("{roleName}", { allowedRoles: ["access"] })],
    nested: [claimed("role_{roleName}", { rolesClaim: "realm_access.roles" })],
    defined: [{}],
  },
};

const roles = (value) => ({ claims: { roles: value } });
const valued = (values) => each(values, (value) => roles([value]));
const shaped = (values) => each(values, roles);

const A = { given: { project: "a" }, control: roles(["a.access"]) };

export const groups = [
  {
    ...A,
    about: "a roles claim of another shape",
    refused: noRoles("wrong_shape"),
    attacks: shaped({
      "an object": { "a.access": true },
      "an object like a list": { 0: "a.access", length: 1 },
      "a number": 1,
      true: true,
      null: null,
    }),
  },
  {
    ...A,
    about: "no roles claim",
    refused: noRoles("missing"),
    attacks: {
      none: {},
      "in a prototype": { claims: adding('"__proto__":{"roles":["a.access"]}') },
      "in a constructor": { claims: adding('"constructor":{"roles":["a.access"]}') },
      "in another case": { claims: { Roles: ["a.access"] } },
      "in another claim": { claims: { scope: "a.access", groups: ["a.access"] } },
      "one step too deep": { claims: { roles2: { roles: ["a.access"] } } },
    },
  },
  {
    ...A,
    about: "roles that are no text",
    refused: noRole("not_a_string"),
    attacks: shaped({
      "a number": [1],
      "a list in the list": [["a.access"]],
      "an object": [{ "a.access": true }],
      "an object that says its text": [{ toString: "a.access", value: "a.access" }],
      null: [null],
      true: [true],
    }),
  },
  {
    ...A,
    about: "values that are almost of the template's form",
    refused: noRole("no_match"),
    attacks: {
      ...valued({
        "the role alone": "access",
        "the project alone": "a",
        "no role": "a.",
        "no project": ".access",
        "the template itself": "{project}.{roleName}",
        "the template's project": "{project}.access",
        "the project in another case": "A.access",
        "a space before it": " a.access",
        "NUL before the dot": "a\0.access",
        "percent-encoded": "%61.access",
        "the dot percent-encoded": "a%2eaccess",
        "another dot": "a․access",
        "a full-width letter": "ａ.access",
        "a pattern": ".*access",
        "a choice": "(a|b).access",
        "any letter": "?.access",
        "the root of all": "*",
      }),
      ...shaped({
        "JSON in text": '["a.access"]',
        "separated by tabs": "x\ta.access",
        "separated by lines": "x\na.access",
        "separated by commas": "x,a.access",
      }),
    },
  },
  {
    ...A,
    about: "names that no role has",
    refused: noRole("not_a_role"),
    attacks: {
      ...valued({
        "a space after it": "a.access ",
        "two by a comma": "a.access,admin",
        "two by a space": "a.access admin",
        "a line's end": "a.access\r\n",
        "a header": "a.x\r\nX-Auth-Roles: access",
        NUL: "a.access\0",
        "a look-alike letter": "a.acсess",
        "129 characters": `a.${"r".repeat(129)}`,
      }),
      ...shaped({ "a comma in text": "a.access,admin" }),
    },
  },
  {
    ...A,
    about: "a role that is not the one",
    attacks: each(
      {
        "in another case": "Access",
        "a pattern": "*",
        "the template's role": "{roleName}",
        "a dot before it": ".access",
        "another project before it": "b.access",
        "a path": "../access",
        "a percent-escape": "%61ccess",
        "the beginning of it": "acces",
        "more than it": "access2",
        "a quote": 'access"',
        "128 characters": "r".repeat(128),
      },
      (role) => ({ ...roles([`a.${role}`]), expected: noRole({ kept: role }) }),
    ),
  },
  {
    about: "another project's role",
    given: roles(["b.access"]),
    refused: noRole("no_match"),
    attacks: {
      "of another name": [{ project: "a" }, { project: "b" }],
      "of a name that begins alike": [
        { project: "a", ...roles(["a-b.access"]) },
        { project: "a-b", ...roles(["a-b.access"]) },
      ],
      "of the name's beginning": [
        { project: "a-b", ...roles(["a.access"]) },
        { project: "a", ...roles(["a.access"]) },
      ],
      "where the project stands last": [
        { project: "s", ...roles(["access@a"]) },
        { project: "s", ...roles(["access@s"]) },
      ],
      "the role within the name": [
        { project: "s", ...roles(["@s"]) },
        { project: "s", ...roles(["access@s"]) },
      ],
    },
  },
  {
    about: "a template whose parts run into each other",
    refused: noRole({ kept: "e-access" }),
    attacks: {
      "project d-e's role in project d": [
        { project: "d", ...roles(["d-e-access"]) },
        { project: "d-e", ...roles(["d-e-access"]) },
      ],
    },
  },
  {
    about: "a template without a separator",
    refused: noRole({ kept: "naccess" }),
    attacks: {
      "project nn's role in project n": [
        { project: "n", ...roles(["nnaccess"]) },
        { project: "nn", ...roles(["nnaccess"]) },
      ],
    },
  },
  {
    about: "roles that the entry does not allow",
    given: { project: "filtered" },
    refused: noRole({ not_allowed: "admin" }),
    attacks: { "on their route": [{ ...roles(["admin"]), path: "/api/{project}/admin" }, roles(["access"])] },
  },
  {
    about: "roles that the entry does not allow, beside one that it does",
    given: { project: "filtered", ...roles(["access", "admin"]) },
    refused: { ...OTHER_ROLE, because: { step: "role", outcome: { not_allowed: "admin" } } },
    attacks: { "on the others' route": [{ path: "/api/{project}/admin" }, {}] },
  },
  {
    about: "an entry that defines the roles itself",
    given: {
      project: "defined",
      claims: { roles: ["admin"], scope: "admin", realm_access: { roles: ["admin"] } },
    },
    refused: { ...OTHER_ROLE, because: { step: "key", outcome: "verified" } },
    attacks: { "the token's do not count": [{ path: "/api/{project}/admin" }, {}] },
  },
  {
    about: "a nested claim",
    given: { project: "nested" },
    control: { claims: { realm_access: { roles: ["role_access"] } } },
    refused: noRoles("missing"),
    attacks: {
      "in a list": { claims: { realm_access: [{ roles: ["role_access"] }] } },
      "as text": { claims: { realm_access: '{"roles":["role_access"]}' } },
      "at the top": roles(["role_access"]),
    },
  },
  {
    about: "a flood of roles",
    given: { project: "filtered" },
    control: roles(["access"]),
    refused: arrives({ headers: { "x-auth-roles": "access" } }),
    accepted: arrives({ headers: { "x-auth-roles": "access" } }),
    attacks: {
      "a thousand others": roles([...Array.from({ length: 1000 }, (_, index) => `r${index}`), "access"]),
      "the same a thousand times": roles(Array(1000).fill("access")),
    },
  },
];
