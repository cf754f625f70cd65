// Tokens of each provider's form with entries that fit, from the vectors that the core is tested with. Each is signed
// when it is loaded, by a key that is made for it: it is fresh, and its signature is right.
import { projects as auth0Projects, token as auth0Token } from "../../../tests/vectors/auth0.json";
import { projects as entraV1Projects, token as entraV1Token } from "../../../tests/vectors/entra-v1.json";
import { projects as entraV2Projects, token as entraV2Token } from "../../../tests/vectors/entra-v2.json";
import {
  now,
  projects as keycloakProjects,
  token as keycloakToken,
} from "../../../tests/vectors/keycloak.json";
import { projects as oktaProjects, token as oktaToken } from "../../../tests/vectors/okta.json";
import { encode } from "./base64url.ts";
import { NOTHING, type Inputs } from "./inputs.ts";
import { pretty } from "./json.ts";

export interface Example {
  name: string;
  token: { header?: object; claims: object };
  entries: object[];
}

const stranger = { ...keycloakToken, claims: { ...keycloakToken.claims, azp: "another-app" } };

export const EXAMPLES: Example[] = [
  { name: "Keycloak", token: keycloakToken, entries: keycloakProjects.plant7 },
  { name: "Entra ID v1", token: entraV1Token, entries: entraV1Projects.plant7 },
  { name: "Entra ID v2", token: entraV2Token, entries: entraV2Projects.plant7 },
  { name: "Okta", token: oktaToken, entries: oktaProjects.plant7 },
  { name: "Auth0", token: auth0Token, entries: auth0Projects.plant7 },
  { name: "A refusal", token: stranger, entries: keycloakProjects.plant7 },
];

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** The inputs of an example. */
export async function load({ token, entries }: Example): Promise<Inputs> {
  const parameters = { ...ALGORITHM, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(parameters, false, ["sign", "verify"]);
  const { kty, n, e } = await crypto.subtle.exportKey("jwk", publicKey);
  const kid = "example";
  const header = withoutNulls({ alg: "RS256", kid, typ: "JWT", ...token.header });
  // The vectors have a time of their own; here it is now.
  const claims = shifted(token.claims, Math.floor(Date.now() / 1000) - now);
  const input = `${encodeJson(header)}.${encodeJson(claims)}`;
  const signature = await crypto.subtle.sign(ALGORITHM, privateKey, new TextEncoder().encode(input));
  return {
    ...NOTHING,
    token: `${input}.${encode(new Uint8Array(signature))}`,
    keys: pretty({ keys: [{ kty, kid, use: "sig", alg: "RS256", n, e }] }),
    entries: entries.map(pretty),
  };
}

const encodeJson = (value: object) => encode(new TextEncoder().encode(JSON.stringify(value)));

function withoutNulls(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function shifted(claims: object, seconds: number): object {
  const shift = (name: string, value: unknown) =>
    ["exp", "iat", "nbf"].includes(name) && typeof value === "number" ? value + seconds : value;
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, shift(name, value)]));
}
