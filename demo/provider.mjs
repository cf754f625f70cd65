// A real OpenID Provider that issues access tokens by client credentials, and at which people sign in.
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";
import { close, listen } from "./origin.mjs";
import { gatewayClient, peopleConfiguration } from "./people.mjs";

/** The provider's clients: their secret is their name, and `roles` goes into the claim of that name. */
export const CLIENTS = {
  "demo-app": { roles: ["demo.access", "demo.data_provider", "other.admin"] },
  "demo-owner": { roles: ["demo.owner"] },
  "demo-guest": { roles: ["demo.visitor"] },
  "demo-device": {},
};

const RESOURCE = "urn:demo:api";
const KEYS = { RS256: "demo-rsa", ES256: "demo-ec" };

/** A private key for each algorithm, as JWK. */
export async function generateKeys() {
  const keys = {};
  for (const [alg, kid] of Object.entries(KEYS)) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    keys[alg] = { ...(await exportJWK(privateKey)), kid, use: "sig" };
  }
  return keys;
}

/**
 * Starts the provider on 127.0.0.1; port 0 takes a free one. It signs with new keys, or with those of an earlier run; people sign in
 * to the gateway at `gatewayUrl`. `more` is configuration besides.
 */
export async function startProvider(port = 0, keys, gatewayUrl, more = {}) {
  keys ??= await generateKeys();
  const { default: Provider } = await withoutWarnings(() => import("oidc-provider"));
  const server = createServer();
  await listen(server, port);
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = await withoutWarnings(
    () => new Provider(issuer, { ...configuration(keys, gatewayUrl), ...more }),
  );
  // Anew for each request: tests give middleware to a provider that runs.
  server.on("request", (request, response) => provider.callback()(request, response));
  return {
    issuer,
    provider,
    token: (client, alg = "RS256") => requestToken(issuer, client, alg),
    expiredToken: (client) => signExpired(issuer, client, keys.RS256),
    close: () => close(server),
  };
}

function configuration(keys, gatewayUrl) {
  const machines = Object.keys(CLIENTS).map((client_id) => ({
    client_id,
    client_secret: client_id,
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
  }));
  return {
    ...peopleConfiguration(),
    // Logout tokens go to this machine, which the provider's own dispatcher refuses.
    fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
    jwks: { keys: Object.values(keys) },
    cookies: { keys: ["the key of the demo's cookies"] },
    clients: gatewayUrl ? [...machines, gatewayClient(gatewayUrl)] : machines,
    extraTokenClaims: (_context, token) => {
      const roles = CLIENTS[token.clientId]?.roles;
      return roles && { roles };
    },
    ttl: { ClientCredentials: 600 },
    features: {
      clientCredentials: { enabled: true },
      // Its own pages to sign in, which take any password.
      devInteractions: { enabled: gatewayUrl !== undefined },
      backchannelLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // A request that names no resource gets a JWT too.
        defaultResource: (_context, client) =>
          client.grantTypeAllowed("client_credentials") ? `${RESOURCE}:RS256` : undefined,
        getResourceServerInfo: (_context, resource) => ({
          scope: "",
          audience: RESOURCE,
          accessTokenTTL: 600,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: resource.split(":").at(-1) } },
        }),
      },
    },
  };
}

async function requestToken(issuer, client, alg) {
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${client}:${client}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials", resource: `${RESOURCE}:${alg}` }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`the provider issues no token: ${JSON.stringify(answer)}`);
  return answer.access_token;
}

async function signExpired(issuer, client, jwk) {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ client_id: client, roles: CLIENTS[client].roles })
    .setProtectedHeader({ alg: "RS256", kid: KEYS.RS256, typ: "at+jwt" })
    .setIssuer(issuer)
    .setSubject(client)
    .setAudience(RESOURCE)
    .setIssuedAt(now - 7200)
    .setExpirationTime(now - 3600)
    .sign(await importJWK(jwk, "RS256"));
}

// The provider warns on standard output that it runs with development settings, which is what it is here for.
async function withoutWarnings(work) {
  const { warn, info } = console;
  console.warn = console.info = () => {};
  try {
    return await work();
  } finally {
    Object.assign(console, { warn, info });
  }
}
