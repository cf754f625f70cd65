// What an attacker would send to make memory grow: tokens, projects, routes, headers and names, and what KV holds for it.
import { createPublicKey, sign } from "node:crypto";
import { keyRecord, privateKey } from "../tests/e2e/tokens.mjs";

const ISSUER = "https://issuer.example";
const METHODS = ["GET", "PUT", "POST", "PATCH", "DELETE"];
const MANAGEMENT = "/project-management-service/v1/projects";
const SECRET_HEADER = { name: "X-Origin-Auth", secret: "ORIGIN_SECRET" };
const ROLES = 300;
const ROLE_BYTES = 32;
const key = privateKey("ec256-1");
const jwk = { ...createPublicKey(key).export({ format: "jwk" }), kid: "k", alg: "ES256" };

export const VARIABLES = { CONFIG_TTL_SECONDS: "1", ORIGIN_SECRET: "it was the edge" };

const list = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token of ES256; one that is not signed has a signature of the right length. */
export function token(claims, isSigned = true) {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: ISSUER, sub: "someone", iat: now, exp: now + 3600, ...claims };
  const input = `${encode({ alg: "ES256", kid: "k", typ: "JWT" })}.${encode(all)}`;
  const signature = isSigned
    ? sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" })
    : Buffer.alloc(64, 1);
  return `${input}.${signature.toString("base64url")}`;
}

/** A token of 14 KB with 300 roles. */
function largeToken(number) {
  const roles = list(ROLES - 1, (n) => `role-${n}-`.padEnd(ROLE_BYTES, "x"));
  return token({ jti: String(number), roles: ["access", ...roles] });
}

const ordinaryToken = (number) => token({ jti: String(number) });

const entry = (more) => ({ id: "idp", iss: ISSUER, label: { en: "IdP" }, idClaim: "sub", ...more });
const CLAIMED = { roleDetection: "CLAIM", rolesClaim: "roles", roleTemplate: "{roleName}" };
const DEFINED = { roleDetection: "DEFINED", definedRoles: ["access"] };

/** The routes document: `count` routes and those `named`, all of them open to the role `access`. */
export function gateway(originUrl, count, named = []) {
  const guarded = (name) => ({ path: `/${name}/{project}`, origin: "origin", access: { "*": ["access"] } });
  return {
    origins: { origin: { url: originUrl }, secret: { url: originUrl, secretHeader: SECRET_HEADER } },
    routes: [
      ...list(count, (number) => guarded(`route-${number}`)),
      ...named.map(guarded),
      { path: "/public/{*rest}", origin: "origin", public: true },
      { path: "/secret/{*rest}", origin: "secret", public: true },
    ],
  };
}

/** What KV holds: a project for each kind of entry, and as many as are asked for besides. */
export function stored(originUrl, { routes }, projects = 0) {
  const project = (more) => ({ version: 1, idps: [entry(more)] });
  return {
    CONFIG: {
      gateway: gateway(originUrl, routes),
      "project/claimed": project(CLAIMED),
      "project/defined": project(DEFINED),
      ...Object.fromEntries(list(projects, (number) => [`project/p${number}`, project(DEFINED)])),
    },
    JWKS: { [ISSUER]: keyRecord([jwk]) },
  };
}

/** The route that is added before a round of that number. */
export const routeOf = (number) => `version-${number}`;

/**
 * Each kind of abuse: how many MiB it may take at most, and the rounds in which requests are sent. With `projects`, KV
 * holds so many more; with `isChange`, the routes change before each round; the first rounds `toWarmUp` are not measured.
 */
export const ABUSE = {
  "large tokens × 20 routes × 5 methods": {
    most: 64,
    rounds({ largeTokens, routes }) {
      const tokens = list(largeTokens, largeToken);
      return list(routes, (number) =>
        tokens.flatMap((token) =>
          METHODS.map((method) => ({ method, path: `/route-${number}/claimed`, token })),
        ),
      );
    },
  },
  "ordinary tokens × 3 routes": {
    most: 64,
    rounds({ ordinaryTokens }) {
      const tokens = list(ordinaryTokens, ordinaryToken);
      return list(6, (number) => tokens.map((token) => ({ path: `/route-${number % 3}/defined`, token })));
    },
  },
  "projects, a token each": {
    most: 64,
    projects: ({ projects }) => projects,
    rounds({ projects }) {
      const requests = list(projects, (number) => ({
        path: `/route-0/p${number}`,
        token: ordinaryToken(number),
      }));
      return list(3, () => requests);
    },
  },
  "changes of the routes, with large tokens in use": {
    most: 16,
    isChange: true,
    toWarmUp: 1,
    rounds({ changeTokens, changes }) {
      const tokens = list(changeTokens, largeToken);
      return list(changes + 1, (number) => {
        const names = [routeOf(number), ...list(4, (n) => `route-${n}`)];
        const once = names.flatMap((name) => tokens.map((token) => ({ path: `/${name}/claimed`, token })));
        return [...once, ...once];
      });
    },
  },
  "headers with names of 50 KB": {
    most: 16,
    rounds({ names }) {
      const headers = (number) => [[`x${number}${"-y".repeat(25_000)}`, "z"]];
      return ["public", "secret"].map((folder) =>
        list(names, (number) => ({ path: `/${folder}/x`, headers: headers(number) })),
      );
    },
  },
  "projects that do not exist, in the management API": {
    most: 48,
    rounds({ invented }) {
      const path = (number) => `${MANAGEMENT}/made-up-${number}/custom-idp`;
      return [undefined, "x.y.z", token({}, false)].map((token) =>
        list(invented, (number) => ({ path: path(number), token, status: 401 })),
      );
    },
  },
};
