// The fixture whose projects are in KV from the start: `p1`, the attacker's own, and one for each side that wants it otherwise.
import { ENTRY } from "../e2e/project.mjs";
import { keyRecord, publicJwk } from "../e2e/tokens.mjs";
import { EVIL_KEY, startFixture } from "./fixture.mjs";
import { startBentIssuer } from "./issuer.mjs";

/** The issuer that the attacker runs, and which the project `evil` trusts. */
export const EVIL_ISSUER = "https://evil.example";

/**
 * A fixture for rows whose sides say by `idp`, changes of the usual entry, or `idps`, several of those, how their project
 * is to be, by `keys` what its issuer has published, or by `project` which one it is; `projects` are more of them, by name.
 * The issuer of the project `live` is there to be asked for its keys; the others cannot be reached.
 */
export async function startKvFixture(rows, { bindings, projects = {} } = {}) {
  const issuer = await startBentIssuer({});
  const snapshots = {};
  const jwks = {
    [ENTRY.iss]: keyRecord(["rsa-1", "ec256-1", "ec384-1", "ec521-1", "ed25519-1"].map(publicJwk)),
    [EVIL_ISSUER]: keyRecord([{ ...publicJwk(EVIL_KEY), kid: "ec256-1" }]),
  };
  const store = (project, idps) => {
    snapshots[`project/${project}`] = { version: 1, idps: idps.map((changes) => ({ ...ENTRY, ...changes })) };
  };
  store("p1", [{}]);
  store("live", [{ iss: issuer.url }]);
  store("evil", [{ iss: EVIL_ISSUER, definedRoles: ["access", "admin"] }]);
  for (const [project, idps] of Object.entries(projects)) store(project, idps);

  const places = new Map();
  for (const side of rows.flatMap(({ attack, control }) => [attack, control])) {
    if (!side.idp && !side.idps && !side.keys) {
      const { project = "p1" } = side;
      places.set(side, { project, iss: project === "live" ? issuer.url : ENTRY.iss });
      continue;
    }
    const project = `own${places.size}`;
    const iss = side.idp?.iss ?? (side.keys ? `https://${project}.example` : ENTRY.iss);
    store(project, side.idps ?? [{ iss, ...side.idp }]);
    if (side.keys) jwks[iss] = keyRecord(side.keys);
    places.set(side, { project, iss });
  }
  const fixture = await startFixture({
    snapshots,
    jwks,
    bindings: { INSECURE_ISSUER_HOSTS: new URL(issuer.url).host, ...bindings },
  });
  const tokenOf = (side, forge) => forge(side);
  /** Where a row's sides are sent. */
  fixture.prepare = async () => (side) => ({ ...places.get(side), trap: fixture.trap.url, tokenOf });
  fixture.state = async () => undefined;
  const closeFixture = fixture.close;
  fixture.close = async () => {
    await closeFixture();
    await issuer.close();
  };
  return fixture;
}
