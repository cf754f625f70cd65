// Members of headers and claims that are known, in a person's words; `of` names the provider that writes them so.

export interface Meaning {
  name: string;
  of?: string;
}

export const HEADER: Record<string, Meaning> = {
  alg: { name: "Signature algorithm" },
  kid: { name: "Key id: which key of the issuer signed it" },
  typ: { name: "Type of the token" },
  cty: { name: "Type of what it contains" },
  crit: { name: "Extensions that have to be understood; there are none here" },
  x5t: { name: "Thumbprint of the key's certificate" },
  "x5t#S256": { name: "Thumbprint of the key's certificate (SHA-256)" },
  x5c: { name: "Certificates; never used: keys come from the issuer" },
  x5u: { name: "Address of a certificate; never followed" },
  jku: { name: "Address of a key set; never followed" },
  jwk: { name: "A key; never used: keys come from the issuer" },
  nonce: { name: "The token is for Microsoft Graph, and only Graph can verify it", of: "Entra ID" },
};

const KEYCLOAK = "Keycloak";
const ENTRA = "Entra ID";
const OKTA = "Okta";
const AUTH0 = "Auth0";

export const CLAIMS: Record<string, Meaning> = {
  iss: { name: "Issuer" },
  sub: { name: "Subject: whom the token is about" },
  aud: { name: "Audience: the API that it is for" },
  azp: { name: "Authorized party: the client that got it" },
  client_id: { name: "Client that got it" },
  exp: { name: "Expires" },
  iat: { name: "Issued" },
  nbf: { name: "Not before" },
  jti: { name: "Id of the token" },
  scope: { name: "Scopes: what the client may do" },
  scp: { name: "Scopes: what the client may do" },
  roles: { name: "Roles" },
  groups: { name: "Groups" },
  typ: { name: "Kind of token", of: KEYCLOAK },
  nonce: { name: "Ties an ID token to one sign-in" },
  at_hash: { name: "Hash of an access token: this is an ID token" },
  c_hash: { name: "Hash of a code: this is an ID token" },
  auth_time: { name: "When the person signed in" },
  acr: { name: "Strength of the sign-in" },
  amr: { name: "Ways of the sign-in" },
  sid: { name: "Session" },
  name: { name: "Full name" },
  given_name: { name: "First name" },
  family_name: { name: "Last name" },
  preferred_username: { name: "User name; it can change" },
  email: { name: "E-mail address; it can change" },
  email_verified: { name: "Whether the e-mail address was checked" },
  updated_at: { name: "When the profile changed" },
  cnf: { name: "Key that the sender has to prove" },
  act: { name: "Who acts for the subject" },
  idp: { name: "Entry that identified the caller; of Entra ID: who signed the user in" },
  project: { name: "Project", of: "an assertion of the gateway" },
  entitlements: { name: "Entitlements" },

  realm_access: { name: "Roles of the realm", of: KEYCLOAK },
  resource_access: { name: "Roles of clients", of: KEYCLOAK },
  "allowed-origins": { name: "Pages that may use it", of: KEYCLOAK },
  session_state: { name: "Session", of: KEYCLOAK },
  clientHost: { name: "Host of the service account", of: KEYCLOAK },
  clientAddress: { name: "Address of the service account", of: KEYCLOAK },
  clientId: { name: "Client that got it", of: KEYCLOAK },

  appid: { name: "Client that got it", of: `${ENTRA} v1` },
  appidacr: { name: "How the client proved itself: 0 not, 1 secret, 2 certificate", of: `${ENTRA} v1` },
  azpacr: { name: "How the client proved itself: 0 not, 1 secret, 2 certificate", of: ENTRA },
  oid: { name: "Object id: the same in every application", of: ENTRA },
  tid: { name: "Tenant", of: ENTRA },
  ver: { name: "Version of the token's form", of: `${ENTRA}, ${OKTA}` },
  upn: { name: "User name; it can change", of: ENTRA },
  unique_name: { name: "User name; it can change", of: `${ENTRA} v1` },
  idtyp: { name: "Whether it is an app's or a user's", of: ENTRA },
  ipaddr: { name: "Address of the user", of: ENTRA },
  wids: { name: "Roles in the directory", of: ENTRA },
  hasgroups: { name: "There are more groups than fit", of: ENTRA },
  aio: { name: "For Entra ID's own use", of: ENTRA },
  rh: { name: "For Entra ID's own use", of: ENTRA },
  uti: { name: "For Entra ID's own use", of: ENTRA },
  xms_tcdt: { name: "For Entra ID's own use", of: ENTRA },

  cid: { name: "Client that got it", of: OKTA },
  uid: { name: "User id; it does not change", of: OKTA },

  gty: { name: "Kind of grant", of: AUTH0 },
  permissions: { name: "Permissions", of: AUTH0 },
  org_id: { name: "Organization", of: AUTH0 },
};

export const ALGORITHMS: Record<string, string> = {
  RS256: "RSA (PKCS #1 v1.5) with SHA-256",
  RS384: "RSA (PKCS #1 v1.5) with SHA-384",
  RS512: "RSA (PKCS #1 v1.5) with SHA-512",
  PS256: "RSA (PSS) with SHA-256",
  PS384: "RSA (PSS) with SHA-384",
  PS512: "RSA (PSS) with SHA-512",
  ES256: "ECDSA on P-256 with SHA-256",
  ES384: "ECDSA on P-384 with SHA-384",
  ES512: "ECDSA on P-521 with SHA-512",
  EdDSA: "Ed25519",
};
