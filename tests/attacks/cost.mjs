// What single requests may cost: each is answered within a bound of CPU time beyond a plain request, whatever it carries.
import { createECDH, randomBytes } from "node:crypto";
import { differs } from "../e2e/hosts.mjs";
import { ENTRY } from "../e2e/project.mjs";
import { keyRecord, publicJwk } from "../e2e/tokens.mjs";
import { base64url, forge, fromNow } from "./forge.mjs";

const ISSUER = ENTRY.iss;
const issuer = (name) => `https://${name}.example`;
const list = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const TOKEN_BYTES = 11_500;

/** Entries of one issuer, as many as a project can have, each with more of its own. */
const entries = (name, more) =>
  list(100, (index) => ({ ...ENTRY, id: `idp-${index}`, iss: issuer(name), ...more(index) }));
const claimed = (more) => {
  const { definedRoles: _, ...entry } = ENTRY;
  return { ...entry, roleDetection: "CLAIM", rolesClaim: "roles", roleTemplate: "{roleName}", ...more };
};

/** Keys with no `kid`; of the elliptic ones nobody has the private part, of the RSA ones there is none. */
const p521 = () => {
  const ecdh = createECDH("secp521r1");
  const point = ecdh.generateKeys().subarray(1);
  return { kty: "EC", crv: "P-521", x: base64url(point.subarray(0, 66)), y: base64url(point.subarray(66)) };
};
const rsa8192 = () => {
  const modulus = randomBytes(1024);
  [modulus[0], modulus[1023]] = [0xff, modulus[1023] | 1];
  return { kty: "RSA", n: base64url(modulus), e: "AQAB" };
};
const KEYS = [publicJwk("ec256-1")];
const many = list(99, (index) => ({
  ...publicJwk("ec256-1"),
  kid: `k${index}`,
  x: base64url(randomBytes(32)),
}));

/** Projects, and the keys of their issuers beside the usual one. */
const PROJECTS = {
  p1: { idps: [ENTRY] },
  audiences: {
    idps: entries("audiences", (at) => ({ allowedAud: list(256, (n) => `${"x".repeat(3)}${at}-${n}`) })),
    keys: KEYS,
  },
  clients: {
    idps: entries("clients", (at) => ({ allowedAzp: list(256, (n) => `${"x".repeat(3)}${at}-${n}`) })),
    keys: KEYS,
  },
  subjects: { idps: entries("subjects", () => ({ idClaim: list(20, () => "a").join(".") })), keys: KEYS },
  curves: { idps: [{ ...ENTRY, iss: issuer("curves") }], keys: list(2, p521) },
  "more-curves": { idps: [{ ...ENTRY, iss: issuer("more-curves") }], keys: list(4, p521) },
  moduli: { idps: [{ ...ENTRY, iss: issuer("moduli") }], keys: list(2, rsa8192) },
  "same-id": {
    idps: [{ ...ENTRY, iss: issuer("same-id") }],
    keys: list(4, () => ({ ...p521(), kid: "k" })),
  },
  blocked: {
    idps: [{ ...ENTRY, iss: issuer("blocked") }],
    keys: [...many, ...KEYS],
    distrustedKeys: list(100, (index) => ({
      iss: issuer("blocked"),
      kid: `b${index}`,
      thumbprint: "t".repeat(43),
    })),
  },
  revoked: {
    idps: [{ ...ENTRY, iss: issuer("revoked") }],
    keys: KEYS,
    revocations: list(1000, (n) => ({
      id: `r${n}`,
      [n % 2 ? "subject" : "tokenId"]: `${"x".repeat(60)}${n}`,
      issuedBefore: 4e9,
    })),
  },
  "revoked-alike": {
    idps: [{ ...ENTRY, iss: issuer("revoked-alike") }],
    keys: KEYS,
    revocations: list(1000, (n) => ({
      id: `r${n}`,
      subject: "x".repeat(120),
      client: `${"x".repeat(20)}${n}`,
      issuedBefore: 4e9,
    })),
  },
  roles: { idps: [claimed({ iss: issuer("roles"), allowedRoles: list(256, (n) => `r${n}`) })], keys: KEYS },
  "long-roles": {
    idps: [claimed({ iss: issuer("long-roles"), roleTemplate: `${"x".repeat(200)}{roleName}` })],
    keys: KEYS,
  },
  types: {
    idps: entries("types", (at) => ({ allowedTyp: list(256, (n) => `t${at}-${n}`) })),
    keys: KEYS,
  },
  large: {
    idps: list(100, (n) => ({
      ...ENTRY,
      id: `idp-${n}`,
      iss: issuer(`large-${n}`),
      label: { en: "x".repeat(256), de: "ä".repeat(256), fr: "x".repeat(256) },
    })),
  },
};

const REQUIRED = list(256, (index) => `required-${index}`);

/** The routes: the one that is called, one that demands much, one that many pages may call, and a thousand others. */
export const ROUTES = [
  { path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access", "r1"] } },
  { path: "/demanding/{project}/{*rest}", origin: "origin", access: { "*": REQUIRED } },
  { path: "/public/{*rest}", origin: "origin", public: true },
  {
    path: "/cors/{*rest}",
    origin: "origin",
    public: true,
    cors: { origins: list(256, (n) => `https://app${n}.example`) },
  },
  ...list(900, (n) => ({
    path: `/deep-${n}/{a}/{b}/{c}/{d}/{project}/{*rest}`,
    origin: "origin",
    access: { GET: ["access"] },
  })),
];

/** What KV holds beside the routes. */
export const snapshots = Object.fromEntries(
  Object.entries(PROJECTS).map(([name, { keys: _, ...project }]) => [
    `project/${name}`,
    { version: 1, ...project },
  ]),
);
export const jwks = {
  [ISSUER]: keyRecord(KEYS),
  ...Object.fromEntries(
    Object.entries(PROJECTS)
      .filter(([, { keys }]) => keys)
      .map(([name, { keys }]) => [issuer(name), keyRecord(keys)]),
  ),
};

/** A token for a project: signed by the issuer's key, or `forged`: by nobody. */
function token(project, claims = {}, { jose, forged = false, iss } = {}) {
  const ownIssuer = PROJECTS[project].keys ? issuer(project) : ISSUER;
  const all = { jti: base64url(randomBytes(9)), ...claims };
  const sign = forged ? { sign: () => randomBytes(jose?.bytes ?? 64) } : {};
  const { bytes: _, ...header } = jose ?? {};
  return forge({ claims: all, jose: header, ...sign }, { iss: iss ?? ownIssuer });
}

const request = (path, token, status) => ({ path, token, status });
/** To a project; who forged the token is refused, and so is whoever has none of the roles. */
const api = (project, claims, more = {}) =>
  request(`/api/${project}/x`, token(project, claims, more), more.status ?? (more.forged ? 401 : 200));
const refused = (status, make) => () => ({ ...make(), status });
const open = (headers, more) => ({ path: "/public/x", headers, ...more });
const fill = (text) => text.repeat(Math.floor(58_000 / text.length));
const bulky = (text) => text.repeat(Math.floor(TOKEN_BYTES / text.length));

/** A request as bytes, after which the connection closes. */
export function bytesOf({ path, method = "GET", headers = [], host = "gateway", token, body = "" }) {
  const length = Buffer.byteLength(body);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(length === 0 ? [] : ["Content-Type: application/json", `Content-Length: ${length}`]),
    ...(headers.some(([name]) => name === "Connection") ? [] : ["Connection: close"]),
  ];
  return [...lines, "", body].join("\r\n");
}

/** Functions, so that no token comes twice. By data plane: what they are, and the request. */
export const DATA_PLANE = {
  "a Connection with 29 000 members": refused(400, () => open([["Connection", fill("a,")]])),
  "a Connection with 31 long members and 400 headers": () =>
    open([
      ["Connection", list(31, (n) => `${"x".repeat(900)}${n}`).join(",")],
      ...list(400, (n) => [`h-${n}`, "x"]),
    ]),
  "a header with a name of 50 KB": () => open([[`x${fill("-a").slice(0, 50_000)}`, "x"]]),
  "a header with a value of 58 KB": () => open([["X-Long", fill("x")]]),
  "2 500 headers": refused(differs("headers", 400, 431), () => open(list(2500, (n) => [`x-${n}`, "y"]))),
  "490 headers": () => open(list(490, (n) => [`x-${n}`, "y"])),
  "4 000 headers of one name": refused(differs("headers", 200, 431), () =>
    open(list(4000, () => ["x-a", "y"])),
  ),
  "a Cookie of 58 KB": () => open([["Cookie", fill("a=b; ")]]),
  "an Authorization of commas": () => open([["Authorization", fill(", ")]]),
  "an Authorization of schemes": refused(400, () => ({
    path: "/api/p1/x",
    headers: [["Authorization", fill("Basic a, ")]],
  })),
  "an Authorization of spaces": refused(401, () => ({
    path: "/api/p1/x",
    headers: [["Authorization", `Bearer ${fill(" ")}x`]],
  })),
  "a Host of 58 KB": () => open([], { host: fill("h") }),
  "a CF-Connecting-IP of 58 KB": () => open([["CF-Connecting-IP", fill("1.")]]),
  "a path of 58 KB": refused(400, () => ({ path: `/public/${fill("x")}` })),
  "a path of segments": refused(400, () => ({ path: `/public/${fill("x/")}x` })),
  "a path of segments, as long as it may be": () => ({ path: `/public/${"x/".repeat(8000)}x` }),
  "a path of escapes": refused(400, () => ({ path: `/public/${fill("%61")}` })),
  "a path of escaped escapes": refused(400, () => ({ path: `/public/${fill("%2541")}` })),
  "a path that almost matches": refused(401, () => ({ path: `/deep-899/${fill("a/")}` })),
  "a query of 58 KB": refused(400, () => ({ path: `/public/x?${fill("a=b&")}` })),
  "a query of parameters, as long as it may be": () => ({ path: `/public/x?${"a=b&".repeat(4000)}` }),
  "a query of what is escaped": refused(400, () => ({ path: `/public/x?${fill("'")}` })),
  "a preflight of a long Origin": refused(204, () => ({
    path: "/cors/x",
    method: "OPTIONS",
    headers: [
      ["Origin", `https://${fill("a")}`],
      ["Access-Control-Request-Method", "GET"],
    ],
  })),
  "a preflight with many headers": refused(204, () => ({
    path: "/cors/x",
    method: "OPTIONS",
    headers: [
      ["Origin", "https://app255.example"],
      ["Access-Control-Request-Method", "GET"],
      ["Access-Control-Request-Headers", fill("x,")],
    ],
  })),
  "1 400 audiences before 100 entries, unsigned": () =>
    api("audiences", { aud: list(1400, (n) => `y-${n}`) }, { forged: true }),
  "audiences with a long common beginning, unsigned": () =>
    api("audiences", { aud: list(90, (n) => `${"x".repeat(110)}${n}`) }, { forged: true }),
  "a client before 100 entries, unsigned": () => api("clients", { azp: bulky("x") }, { forged: true }),
  "100 entries without an id": refused(401, () => api("subjects", { a: { a: { a: 1 } } })),
  "no kid before two P-521 keys": () =>
    api("curves", {}, { jose: { alg: "ES512", kid: undefined, bytes: 132 }, forged: true }),
  "no kid before four P-521 keys": () =>
    api("more-curves", {}, { jose: { alg: "ES512", kid: undefined, bytes: 132 }, forged: true }),
  "no kid before two RSA keys of 8192 bits": () =>
    api("moduli", {}, { jose: { alg: "RS512", kid: undefined, bytes: 1024 }, forged: true }),
  "four P-521 keys of one kid": () =>
    api("same-id", {}, { jose: { alg: "ES512", kid: "k", bytes: 132 }, forged: true }),
  "100 keys before 100 blocked ones": () => api("blocked", {}, { jose: { kid: undefined }, forged: true }),
  "a kid of 11 KB": () => api("p1", {}, { jose: { kid: bulky("k") }, forged: true, status: 503 }),
  "an issuer of 11 KB": () => api("p1", { iss: `https://${bulky("i")}` }, { forged: true }),
  "a type of 11 KB": () => api("p1", {}, { jose: { typ: bulky("T") }, forged: true }),
  "a type of 11 KB before 100 entries": () => api("types", {}, { jose: { typ: bulky("T") }, forged: true }),
  "claims that are deep": () =>
    api("p1", { x: JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`) }, { forged: true }),
  "claims that are too deep": () =>
    request("/api/p1/x", `${base64url('{"alg":"ES256"}')}.${base64url("[".repeat(TOKEN_BYTES))}.AA`, 401),
  "claims of many members": () =>
    api("p1", Object.fromEntries(list(700, (n) => [`m${n}`, n])), { forged: true }),
  "claims of numbers": () => api("p1", { x: list(1000, () => 1.5e300) }, { forged: true }),
  "a token of dots": () => request("/api/p1/x", bulky("."), 401),
  "a token that is not base64url": () => request("/api/p1/x", `${bulky("!")}.${bulky("!")}.x`, 401),
  "1 100 roles, valid": () => api("roles", { roles: list(1100, (n) => `q${n}`) }, { status: 403 }),
  "1 800 roles as text, valid": () =>
    api("roles", { roles: list(1800, (n) => `q${n}`).join(" ") }, { status: 403 }),
  "roles that almost match the template, valid": () =>
    api("long-roles", { roles: list(55, () => "x".repeat(199)) }, { status: 403 }),
  "roles before a route that demands 256 others, valid": () =>
    request("/demanding/roles/x", token("roles", { roles: list(1100, (n) => `r${n % 256}`) }), 403),
  "a subject that is escaped, valid": () => api("p1", { sub: "\u0001".repeat(256) }),
  "1 000 revocations, valid": () => api("revoked", {}),
  "1 000 revocations, of which one refuses": () =>
    api("revoked", { sub: `${"x".repeat(60)}999` }, { status: 401 }),
  "1 000 revocations of the subject with other clients, valid": () =>
    api("revoked-alike", { sub: "x".repeat(120), azp: `${"x".repeat(20)}y` }),
  "a project of 200 KB, refused": () => request("/api/large/x", token("large", {}, { forged: true }), 401),
};
