// The requests that the demo prints.

export const MANAGEMENT = "/project-management-service/v1";

/** Prints requests to try, each with the answer to expect. `account` is a service account. */
export async function printRequests(base, provider, admin, account) {
  const data = `${base}/data-recorder-service/v2/demo/things`;
  const requests = [
    ["a role from the token's claim", "200", data, await provider.token("demo-app")],
    [
      "a role defined for the client",
      "200",
      `-X POST -d temperature=21 ${data}`,
      await provider.token("demo-device", "ES256"),
    ],
    ["a public route, no token", "200", `${base}/public/hello`],
    ["the wrong role", "403 role_missing", data, await provider.token("demo-guest")],
    ["an expired token", "401 token_expired", data, await provider.expiredToken("demo-app")],
    ["no token", "401 token_missing", data],
    [
      "the project's identity providers, as its owner",
      "200",
      `${base}${MANAGEMENT}/projects/demo/custom-idp`,
      await provider.token("demo-owner"),
    ],
    ["the list of projects, as the platform's administrator", "200", `${base}${MANAGEMENT}/projects`, admin],
    [
      "another project",
      "401 token_untrusted",
      data.replace("demo", "other"),
      await provider.token("demo-app"),
    ],
  ];
  for (const [what, answer, url, token] of requests) {
    console.log(`\n# ${what}: ${answer}`);
    console.log(`curl -i ${token ? `-H 'Authorization: Bearer ${token}' ` : ""}${url}`);
  }
  console.log(`
# These tokens live ten minutes. For fresh ones, as demo-app, demo-device, demo-guest or demo-owner:
${tokenFunction(provider.issuer)}
curl -i -H "Authorization: Bearer $(token demo-app)" ${data}

# A service account gets a token from the gateway's own issuer, as in docs/service-accounts.md:
${accountLines(base, account)}

# To manage the installation and the project \`demo\`, as in docs/management-api.md:
gateway=${base}
issuer=${provider.issuer}
api=$gateway${MANAGEMENT}
admin=(-H 'Authorization: Bearer ${admin}' -H 'Content-Type: application/json')
# The owner's token lives ten minutes, too. Repeat this line for a fresh one:
owner=(-H "Authorization: Bearer $(token demo-owner)" -H 'Content-Type: application/json')

# Why a token is refused or gets its roles: paste one into
${base}/inspector/`);
}

/** A request for a token of a service account, and one with it. */
function accountLines(base, { project, client, secret }) {
  const form = `grant_type=client_credentials&client_id=${encodeURIComponent(client)}&client_secret=${secret}`;
  return `curl -s -d '${form}' ${base}/auth/token
account=$(curl -s -d '${form}' ${base}/auth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl -i -H "Authorization: Bearer $account" ${base}/data-recorder-service/v2/${project}/things`;
}

/** A shell function that prints a fresh token of a client. */
const tokenFunction = (issuer) =>
  `token() { curl -s -u "$1:$1" -d grant_type=client_credentials ${issuer}/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'; }`;
