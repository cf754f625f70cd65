// The fixture whose projects are made by the management API for each row: `{own}`, and `{other}` where a row wants one.
import assert from "node:assert/strict";
import { send } from "../e2e/gateway.mjs";
import { ENTRY } from "../e2e/project.mjs";
import { startFixture } from "./fixture.mjs";
import { startBentIssuer } from "./issuer.mjs";
import { filled } from "./send.mjs";

export const API = "/project-management-service/v1";

const ADMIN_TOKEN = "the-admin-token-of-all-the-tests";

/** Credentials: those of the administrator, and tokens of clients that the issuer tells apart. */
export const AS_ADMIN = { token: ADMIN_TOKEN };
export const AS_OWNER = { claims: { azp: "owner-app" } };
export const AS_USER = { claims: { azp: "user-app" } };

/** The entry by which a project has owners, and one by which it has users; `{issuer}` is filled in. */
export const OWNERS = {
  ...ENTRY,
  id: "owners",
  iss: "{issuer}",
  allowedAzp: ["owner-app"],
  definedRoles: ["owner", "access"],
};
export const USERS = { ...ENTRY, id: "users", iss: "{issuer}", allowedAzp: ["user-app"] };
/** Who another project's owners are. */
export const OTHERS = { ...OWNERS, allowedAzp: ["other-owner-app"] };

/** A fixture for rows that have projects of their own: `entries` are those of one, `otherEntries` of the other. */
export async function startManagementFixture(_rows, { bindings } = {}) {
  const bends = {};
  const issuer = await startBentIssuer(bends);
  const fixture = await startFixture({
    bindings: {
      ADMIN_TOKEN,
      INSECURE_ISSUER_HOSTS: new URL(issuer.url).host,
      CLOCK_SKEW_SECONDS: "0",
      JWKS_COOLDOWN_SECONDS: "3600",
      ...bindings,
    },
  });
  const { gateway, trap } = fixture;
  Object.assign(bends, { trap: trap.url, trapPort: trap.port });
  let count = 0;

  const call = async (method, path, body) => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };
    const text = body && JSON.stringify(body).replaceAll("{issuer}", issuer.url);
    const answer = await send(gateway.url, API + path, { method, headers, body: text });
    assert.equal(answer.status, body ? 201 : 200, answer.text);
    return answer.json();
  };
  await call("PUT", "/gateway", JSON.parse(await gateway.get("CONFIG", "gateway")));
  const make = async (project, entries) => {
    await call("PUT", `/projects/${project}`, {});
    for (const entry of entries) await call("POST", `/projects/${project}/custom-idp`, entry);
  };

  fixture.prepare = async ({ entries = [OWNERS], otherEntries }) => {
    count += 1;
    const [own, other] = [`own${count}`, `other${count}`];
    await make(own, entries);
    if (otherEntries) await make(other, otherEntries);
    const tokens = [];
    const place = {
      own,
      other,
      project: own,
      projects: otherEntries ? [own, other] : [own],
      iss: issuer.url,
      issuer: issuer.url,
      trap: trap.url,
      trapPort: trap.port,
      api: API,
      /** The same recipe gives the same token, so that what was remembered of it would be used. */
      tokenOf: ({ jose, claims, key, bend = (token) => token }, forge) => {
        let made = tokens.find((made) => made.jose === jose && made.claims === claims && made.key === key);
        if (!made) tokens.push((made = { jose, claims, key, token: forge({ jose, claims, key }) }));
        return bend(made.token);
      },
    };
    return () => place;
  };
  /** What the edges see of a row's projects. */
  fixture.state = ({ projects }) =>
    Promise.all(projects.map((project) => gateway.get("CONFIG", `project/${project}`)));
  /** The newest entry of the audit log. */
  fixture.lastAudit = async ({ own }) => (await call("GET", `/projects/${own}/audit-log`)).items[0];
  /** What an issuer of its own publishes from now on. */
  fixture.publish = (place, [iss, keys]) => issuer.published.set(filled(iss, place), keys);
  const closeFixture = fixture.close;
  fixture.close = async () => {
    await closeFixture();
    await issuer.close();
  };
  return fixture;
}
