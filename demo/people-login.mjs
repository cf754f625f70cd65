// The users of the demo, and their login at the demo's provider.
import { gatewayClient } from "./people.mjs";
import { MANAGEMENT } from "./requests.mjs";

const USERS = [
  { email: "ada@example.com", name: "Ada Admin", roles: ["admin"] },
  { email: "bob@example.com", name: "Bob Member" },
];

/** The members of the project `demo`. An edge learns at once what is changed of a project through it. */
const MEMBERS = [
  { email: "ada@example.com", roles: ["access", "owner"] },
  { email: "bob@example.com", roles: ["access"] },
];

/** Declares the users and sets up the login at the provider, unless an earlier run has. */
export async function openLogin(base, admin, issuer) {
  const call = async (method, path, document) => {
    const headers = { authorization: `Bearer ${admin}`, "content-type": "application/json" };
    const response = await fetch(base + MANAGEMENT + path, {
      method,
      headers,
      body: JSON.stringify(document),
    });
    if (!response.ok && response.status !== 409)
      throw new Error(`the login cannot be set up: ${method} ${path}: ${await response.text()}`);
  };
  for (const user of USERS) await call("POST", "/users", user);
  for (const member of MEMBERS) await call("POST", "/projects/demo/members", member);
  const { client_id: clientId, client_secret: clientSecret } = gatewayClient(base);
  // Nobody can try it before it is there: without a test login, it has to be forced.
  await call("PUT", "/federation?force=true", { issuer, clientId, clientSecret, active: true });
}

/** What to open, and as whom to sign in. */
export function printLogin(base) {
  console.log(`
# In a browser: sign in as ada (an administrator) or bob (a member of the project \`demo\`), with any password. eve is not declared,
# and mallory's address is not verified. docs/login.md explains it.
${base}/app/demo/home`);
}
