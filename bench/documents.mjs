// What the workers are configured with, and the tokens' claims.
import { keyRecord, publicJwk } from "../tests/e2e/tokens.mjs";
import { assertionKey } from "./assertion-key.mjs";

export const ISSUER = "https://login.example/realms/bench";
export const PROJECT = "demo";
export const PATH = `/data-recorder-service/v2/${PROJECT}/things`;

/** The keys in tests/keys.json, by the algorithms that are measured. */
export const KEYS = { RS256: "rsa-1", ES256: "ec256-1", EdDSA: "ed25519-1", ES512: "ec521-1" };

/** How many callers the tokens are of. */
export const CLIENTS = 500;

/** Where the gateway is reached, and its own issuer. */
const PUBLIC_URL = "https://gateway.example";
const OWN_ISSUER = `${PUBLIC_URL}/auth`;

/** Who issued tokens: an identity provider of the project, or the gateway itself. */
export const ISSUED = {
  byProvider: { typ: "JWT", claims: (number) => claims(number) },
  byGateway: {
    typ: "at+jwt",
    claims: (number) => {
      const client = `${PROJECT}/client-${number % CLIENTS}`;
      const { iat, exp, jti } = claims(number);
      const roles = [`${PROJECT}.access`, `${PROJECT}.visitor`];
      const names = { sub: client, aud: PUBLIC_URL, client_id: client, azp: client };
      return { iss: OWN_ISSUER, ...names, iat, exp, jti, roles };
    },
  },
};

/** What the token of that number says. Good for as long as anybody will measure, so that tokens can be kept. */
const claims = (number) => ({
  iss: ISSUER,
  sub: `client-${number % CLIENTS}`,
  aud: ["data-recorder"],
  azp: "bench-app",
  iat: Date.UTC(2026, 0, 1) / 1000,
  exp: Date.UTC(2100, 0, 1) / 1000,
  jti: String(number),
  roles: [`${PROJECT}.access`, `${PROJECT}.visitor`, "other.admin"],
});

/**
 * What KV holds of a gateway with so many routes and a project with so many identity providers; the last counts. With an
 * `audience` the origin gets assertions; with `hasAccounts`, the project has service accounts; `sessions` are those that its
 * control plane knows, as tokens by cookie; with `isPublic`, the route that is measured asks for no token; `projects` is how many
 * there are, each with the same entries.
 */
export function stored(
  originUrl,
  { idps = 1, routes = 10, projects = 1, audience, hasAccounts, sessions, isPublic } = {},
) {
  const project = {
    version: 1,
    idps: [
      ...Array.from({ length: idps - 1 }, (_, number) =>
        idp(`idp-${number}`, `https://idp-${number}.example`),
      ),
      idp("apps", ISSUER),
      ...(hasAccounts ? [builtInEntry()] : []),
    ],
  };
  return {
    CONFIG: {
      gateway: {
        origins: { origin: { url: originUrl, assertion: audience && { audience } } },
        routes: [
          ...Array.from({ length: routes - 1 }, (_, number) => route(`service-${number}`)),
          {
            ...route("data-recorder-service"),
            ...(sessions && { session: true }),
            ...(isPublic && { access: undefined, public: true }),
          },
        ],
      },
      ...Object.fromEntries(
        Array.from({ length: projects - 1 }, (_, number) => [`project/other-${number}`, project]),
      ),
      [`project/${PROJECT}`]: project,
      ...(sessions && { "bench-sessions": sessions }),
      ...(audience && { "assertion-key": assertionKey() }),
    },
    JWKS: {
      [ISSUER]: keyRecord(Object.values(KEYS).map(publicJwk)),
      ...(hasAccounts && { [OWN_ISSUER]: keyRecord([publicJwk(KEYS.ES256)]) }),
    },
  };
}

const route = (service) => ({
  path: `/${service}/v2/{project}/{*rest}`,
  origin: "origin",
  access: { GET: ["access"], POST: ["data_provider"], "*": ["admin"] },
});

const idp = (id, iss) => ({
  id,
  iss,
  label: { en: "Apps" },
  idClaim: "sub",
  roleDetection: "CLAIM",
  rolesClaim: "roles",
  roleTemplate: "{project}.{roleName}",
  allowedRoles: ["access", "data_provider", "visitor"],
  allowedAzp: ["bench-app"],
  allowedAud: ["data-recorder"],
});

/** The entry of a project with service accounts, as `src/accounts/built_in_entry.rs` makes it. */
const builtInEntry = () => ({
  ...idp("accounts", OWN_ISSUER),
  allowedRoles: ["access", "visitor"],
  allowedAzp: undefined,
  allowedAud: [PUBLIC_URL],
});
