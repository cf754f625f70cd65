// The people whom the demo's OpenID Provider knows, and the gateway as its client for logins.

/** By the name with which they sign in there. None is a user of the gateway until an administrator declares them. */
export const PEOPLE = {
  ada: { email: "ada@example.com", email_verified: true, name: "Ada Admin" },
  bob: { email: "bob@example.com", email_verified: true, name: "Bob Member" },
  eve: { email: "eve@example.com", email_verified: true, name: "Eve Undeclared" },
  mallory: { email: "ada@example.com", email_verified: false, name: "Mallory" },
};

/** The gateway at `base` as a client of the provider, as `GET /federation/client-metadata` describes it. */
export const gatewayClient = (base) => ({
  client_id: "gateway",
  client_secret: "the secret of the demo's gateway",
  redirect_uris: [`${base}/auth/federation-callback`],
  post_logout_redirect_uris: [`${base}/auth/signed-out`],
  backchannel_logout_uri: `${base}/auth/backchannel-logout`,
  backchannel_logout_session_required: true,
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "client_secret_basic",
});

/** The part of the provider's configuration that is about people. */
export function peopleConfiguration(people = PEOPLE) {
  return {
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    // Claims are in the ID Token, as most providers put them there.
    conformIdTokenClaims: false,
    issueRefreshToken: (_context, client) => client.grantTypeAllowed("refresh_token"),
    // The gateway is the company's own: nobody is asked to consent.
    loadExistingGrant: async (context) => {
      const { provider, session, client } = context.oidc;
      const id = session.grantIdFor(client.clientId);
      if (id) return provider.Grant.find(id);
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
  };
}
