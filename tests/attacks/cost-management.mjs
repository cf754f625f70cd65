// What single requests to the management API may cost: to a project with as many and as large entries as there can be.
import { randomBytes } from "node:crypto";
import { ENTRY } from "../e2e/project.mjs";
import { base64url } from "./forge.mjs";

export const API = "/project-management-service/v1";
const OWN = `${API}/projects/own`;
const LARGE = `${API}/projects/large`;
const BODY_BYTES = 60_000;

const fill = (text, bytes = BODY_BYTES) => text.repeat(Math.floor(bytes / text.length));
const list = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const body = (value) => ({ body: typeof value === "string" ? value : JSON.stringify(value) });
const admin = (path, method, status, more) => (place) => ({
  path,
  method,
  status,
  token: place.adminToken,
  ...(typeof more === "function" ? more(place) : more),
});
const entry = (status, more) =>
  admin(`${OWN}/custom-idp`, "POST", status, ({ iss }) => body({ ...ENTRY, iss, ...more }));
const explain = (status, document) =>
  admin(`${OWN}/explain`, "POST", status, ({ iss }) =>
    body({
      method: "GET",
      path: "/api/own/x",
      ...(typeof document === "function" ? document(iss) : document),
    }),
  );
const routes = (path, count) => ({
  origins: { o: { url: "https://o.example" } },
  routes: list(count, (n) => ({ path: path(n), origin: "o", access: { "*": ["access"] } })),
});
const unsigned = (claims) =>
  [{ alg: "ES256", kid: "ec256-1" }, claims, ""]
    .map((part) => base64url(part === "" ? Buffer.alloc(64, 1) : JSON.stringify(part)))
    .join(".");
const NOW = Math.floor(Date.now() / 1000);
const claims = (iss, more) => ({ iss, sub: "x", iat: NOW, exp: NOW + 3600, ...more });

/** The requests that make a project with so many entries, 100 of which nearly fill the 256 KiB, and `more` of them. */
const project = ({ adminToken, iss }, path, count, ...more) => [
  { path, method: "PUT", token: adminToken, body: "{}", status: 201 },
  ...[...list(count, (n) => ({ id: `idp-${n}`, allowedAud: list(200, (m) => `x${n}-${m}`) })), ...more].map(
    (entry) => ({
      path: `${path}/custom-idp`,
      method: "POST",
      token: adminToken,
      status: 201,
      ...body({ ...ENTRY, iss, ...entry }),
    }),
  ),
];

/** The requests that make the projects: one that is full, and one with room for an entry, whose owner's entry is the last. */
export const projects = (place) => [
  ...project(place, OWN, 100),
  ...project(place, LARGE, 98, { id: "owners", allowedAzp: ["owner-app"], definedRoles: ["owner"] }),
];
const ORDER = [...list(98, (n) => `idp-${n}`), "owners"];
const saved = (n) => (place) =>
  body({ ...ENTRY, iss: place.iss, id: `idp-${n}`, allowedAud: list(200, (m) => `z${n}-${m}`) });
const owner =
  (...parameters) =>
  (place) => ({ ...admin(...parameters)(place), token: place.ownerToken });

/** By kind: the request, given the administrator's token and the issuer of the project's entries. */
export const MANAGEMENT = {
  "a body of brackets": admin(`${OWN}/custom-idp`, "POST", 400, body(fill("["))),
  "a body of objects": admin(`${OWN}/custom-idp`, "POST", 400, body(fill('{"a":'))),
  "a body that is an array of numbers": admin(`${OWN}/custom-idp`, "POST", 422, body(list(10_000, (n) => n))),
  "an entry with 5 000 unknown properties": entry(422, Object.fromEntries(list(5000, (n) => [`p${n}`, n]))),
  "an entry with an unknown property of 60 KB": entry(422, { [fill("x")]: 1 }),
  "an entry with lists of faults": entry(422, { allowedAzp: list(12_000, () => 7) }),
  "an entry with a label of many languages": entry(422, {
    label: Object.fromEntries(list(4000, (n) => [`l${n}`, 7])),
  }),
  "an entry with a template of braces": entry(422, {
    roleDetection: "CLAIM",
    roleTemplate: fill("{project}"),
  }),
  "an entry with an issuer of 60 KB": entry(422, { iss: `https://${fill("x")}` }),
  "an entry with a claim of 60 KB": entry(422, { idClaim: fill("a.") }),
  "an entry more than there can be": entry(409, { id: "more" }),
  "an order of 8 000 ids": admin(`${OWN}/custom-idp-order`, "PUT", 422, body(list(8000, (n) => `i${n}`))),
  "a label of 60 KB": admin(OWN, "PUT", 422, body({ label: { en: fill("x") } })),
  "routes with 600 faults": admin(
    `${API}/gateway?dryRun=true`,
    "PUT",
    422,
    body(routes((n) => `x${n}`, 600)),
  ),
  "routes with one path each 600 times": admin(
    `${API}/gateway?dryRun=true`,
    "PUT",
    422,
    body(routes(() => "/a/{project}/x", 600)),
  ),
  "If-Match of 58 KB": admin(OWN, "PUT", 412, {
    headers: [["If-Match", fill('"a",', 58_000)]],
    body: "{}",
  }),
  "If-None-Match of 58 KB": admin(OWN, "GET", 200, {
    headers: [["If-None-Match", fill('W/"a", ', 58_000)]],
  }),
  "8 000 parameters": admin(`${OWN}?${fill("a=b&", 32_000)}`, "GET", 400),
  "all entries of the project": admin(`${OWN}/custom-idp`, "GET", 200),
  "an owner: all entries of the project": owner(`${LARGE}/custom-idp`, "GET", 200),
  "trying another entry": admin(`${LARGE}/custom-idp?dryRun=true`, "POST", 200, saved(99)),
  "an owner: trying another entry": owner(`${LARGE}/custom-idp?dryRun=true`, "POST", 200, saved(99)),
  "an owner: trying another entry of 60 KB": owner(
    `${LARGE}/custom-idp?dryRun=true`,
    "POST",
    200,
    ({ iss }) => body({ ...ENTRY, iss, id: "long", allowedAud: list(240, (n) => `${n}`.padStart(240, "0")) }),
  ),
  "an owner: explaining a path": owner(
    `${LARGE}/explain`,
    "POST",
    200,
    body({ method: "GET", path: "/api/large/x" }),
  ),
  "an unknown project, no token": () => ({ path: `${API}/projects/nobody/custom-idp`, status: 401 }),
  "an unknown project, an unsigned token": ({ iss }) => ({
    path: `${API}/projects/nobody/custom-idp`,
    token: unsigned(claims(iss)),
    status: 401,
  }),
  "the large project, no token": () => ({ path: `${OWN}/custom-idp`, status: 401 }),
  "the large project, a malformed token": () => ({ path: `${OWN}/custom-idp`, token: "x.y.z", status: 401 }),
  "the large project, a forged token": ({ iss }) => ({
    path: `${OWN}/custom-idp`,
    token: unsigned(claims(iss, { aud: list(1400, (n) => `y-${n}`) })),
    status: 401,
  }),
  "explaining 11 KB of claims": explain(200, (iss) => ({
    claims: claims(iss, { roles: list(1300, (n) => `r${n}`) }),
  })),
  "explaining 60 KB of claims": explain(422, (iss) => ({ claims: claims(iss, { x: fill("x") }) })),
  "explaining a token of 1 400 audiences": explain(200, (iss) => ({
    token: unsigned(claims(iss, { aud: list(1400, (n) => `y-${n}`) })),
  })),
  "explaining claims of 1 100 audiences": explain(200, (iss) => ({
    claims: claims(iss, { aud: list(1100, (n) => `y-${n}`) }),
  })),
  "explaining a path of 50 KB": explain(200, { path: `/api/own/${fill("%61", 50_000)}`, token: "x" }),
  "explaining a method of 50 KB": explain(200, { method: fill("X", 50_000), token: "x" }),
};

/**
 * Changes of the large project. Of each, the object writes the record twice (when the change is made, and when it is
 * published), KV stores the snapshot, and the edge reads and parses it: 256 KiB each time. Parsing it once takes 5 to 8 ms.
 */
export const LARGE_CHANGES = {
  "changing an entry": admin(`${LARGE}/custom-idp/idp-7`, "PUT", 200, saved(7)),
  "an owner: changing an entry": owner(`${LARGE}/custom-idp/idp-8`, "PUT", 200, saved(8)),
  "an owner: the order of entries": owner(`${LARGE}/custom-idp-order`, "PUT", 200, body(ORDER)),
  "a revocation": admin(`${LARGE}/revocations`, "POST", 201, () =>
    body({ tokenId: base64url(randomBytes(9)), reason: "x" }),
  ),
  "a label of the project": admin(LARGE, "PUT", 200, body({ label: { en: "x" } })),
};
