// What single requests to the management API may cost. Each function is given the administrator's token.
import { ENTRY } from "../e2e/project.mjs";
import { base64url } from "./forge.mjs";

export const API = "/project-management-service/v1";
const OWN = `${API}/projects/own`;
const BODY_BYTES = 60_000;

const fill = (text, bytes = BODY_BYTES) => text.repeat(Math.floor(bytes / text.length));
const list = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const admin = (path, method, more) => (token) => ({ path, method, token, ...more });
const body = (value) => ({ body: typeof value === "string" ? value : JSON.stringify(value) });
const entry = (more) => admin(`${OWN}/custom-idp`, "POST", body({ ...ENTRY, ...more }));
const explain = (document) =>
  admin(`${OWN}/explain`, "POST", body({ method: "GET", path: "/api/own/x", ...document }));
const routes = (path, count) => ({
  origins: { o: { url: "https://o.example" } },
  routes: list(count, (n) => ({ path: path(n), origin: "o", access: { "*": ["access"] } })),
});
const unsigned = (claims) =>
  [{ alg: "ES256", kid: "ec256-1" }, claims, ""]
    .map((part) => base64url(part === "" ? Buffer.alloc(64, 1) : JSON.stringify(part)))
    .join(".");
const NOW = Math.floor(Date.now() / 1000);
const CLAIMS = { iss: ENTRY.iss, sub: "x", iat: NOW, exp: NOW + 3600 };

export const MANAGEMENT = {
  "a body of brackets": admin(`${OWN}/custom-idp`, "POST", body(fill("["))),
  "a body of objects": admin(`${OWN}/custom-idp`, "POST", body(fill('{"a":'))),
  "a body that is an array of numbers": admin(`${OWN}/custom-idp`, "POST", body(list(10_000, (n) => n))),
  "an entry with 5 000 unknown properties": entry(Object.fromEntries(list(5000, (n) => [`p${n}`, n]))),
  "an entry with an unknown property of 60 KB": entry({ [fill("x")]: 1 }),
  "an entry with lists of faults": entry({ allowedAzp: list(12_000, () => 7) }),
  "an entry with a label of many languages": entry({
    label: Object.fromEntries(list(4000, (n) => [`l${n}`, 7])),
  }),
  "an entry with a template of braces": entry({ roleDetection: "CLAIM", roleTemplate: fill("{project}") }),
  "an entry with an issuer of 60 KB": entry({ iss: `https://${fill("x")}` }),
  "an entry with a claim of 60 KB": entry({ idClaim: fill("a.") }),
  "an order of 8 000 ids": admin(`${OWN}/custom-idp-order`, "PUT", body(list(8000, (n) => `i${n}`))),
  "a label of 60 KB": admin(OWN, "PUT", body({ label: { en: fill("x") } })),
  "routes with 600 faults": admin(`${API}/gateway?dryRun=true`, "PUT", body(routes((n) => `x${n}`, 600))),
  "routes with one path each 600 times": admin(
    `${API}/gateway?dryRun=true`,
    "PUT",
    body(routes(() => "/a/{project}/x", 600)),
  ),
  "If-Match of 58 KB": admin(OWN, "PUT", { headers: [["If-Match", fill('"a",', 58_000)]], body: "{}" }),
  "If-None-Match of 58 KB": admin(OWN, "GET", { headers: [["If-None-Match", fill('W/"a", ', 58_000)]] }),
  "8 000 parameters": admin(`${OWN}?${fill("a=b&", 32_000)}`, "GET"),
  "an unknown project, no token": () => ({ path: `${API}/projects/nobody/custom-idp` }),
  "an unknown project, an unsigned token": () => ({
    path: `${API}/projects/nobody/custom-idp`,
    token: unsigned(CLAIMS),
  }),
  "explaining 11 KB of claims": explain({ claims: { ...CLAIMS, roles: list(2000, (n) => `r${n}`) } }),
  "explaining 60 KB of claims": explain({ claims: { ...CLAIMS, x: fill("x") } }),
  "explaining a token of 1 400 audiences": explain({
    token: unsigned({ ...CLAIMS, aud: list(1400, (n) => `y-${n}`) }),
  }),
  "explaining a path of 50 KB": explain({ path: `/api/own/${fill("%61", 50_000)}` }),
  "explaining a method of 50 KB": explain({ method: fill("X", 50_000) }),
};
