// The caller and the trace of the peers that do not look: what the authorizer finds in the token numbered 0.
export const IDENTITY = {
  project: "demo",
  route: "/data-recorder-service/v2/{project}/{*rest}",
  idp: "apps",
  subject: "client-0",
  roles: ["access", "visitor"],
};

export const TRACE = [
  { step: "route", path: IDENTITY.route },
  { step: "token", issuer: "https://login.example/realms/bench", algorithm: "RS256", kid: "rsa-1" },
  { step: "idp", id: "apps", outcome: "applies" },
  { step: "key", kid: "rsa-1", outcome: "verified" },
  { step: "role", value: "demo.access", outcome: { kept: "access" } },
  { step: "role", value: "demo.visitor", outcome: { kept: "visitor" } },
  { step: "role", value: "other.admin", outcome: "no_match" },
  { step: "idp", id: "apps", outcome: "decides" },
  { step: "access", method: "GET", required: ["access"], held: IDENTITY.roles },
];
