// A worker with its management API, an issuer and an origin, and a project of its own for each test.
import assert from "node:assert/strict";
import { after, before, beforeEach } from "node:test";
import { send, startGateway } from "./gateway.mjs";
import { startIssuer } from "./issuer.mjs";
import { startTestOrigin } from "./origin.mjs";
import { ENTRY, bearer } from "./project.mjs";

export const BASE = "/project-management-service/v1";
export const ADMIN = { authorization: "Bearer the-admin-token-of-all-the-tests" };
const ROUTES = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];

/**
 * Registers what the tests of a suite need, and returns it; it is filled when they run. `variables` are the worker's,
 * `options` are `startGateway`'s.
 */
export function managementFixture(variables = {}, options = {}) {
  const api = {
    /** Calls the management API, as the platform's administrator unless told otherwise. */
    call(method, path, body, headers = ADMIN) {
      const json = body === undefined ? {} : { "content-type": "application/json" };
      const text = body === undefined ? undefined : JSON.stringify(body);
      return send(api.gateway.url, BASE + path, { method, headers: { ...json, ...headers }, body: text });
    },
    /** The status of a request to the test's project. */
    use: async (headers) => (await send(api.gateway.url, `/api/${api.id}/x`, { headers })).status,
    /** The headers of a request with a token of the issuer. */
    bearer: (claims) => bearer({ iss: api.issuer.url, ...claims }),
    /** What KV holds of the test's project. */
    snapshot: async () => JSON.parse(await api.gateway.get("CONFIG", `project/${api.id}`)),
    /** Makes a project for the test: `id`, and `project`, its path. */
    async newProject() {
      api.count += 1;
      api.id = `p${api.count}`;
      api.project = `/projects/${api.id}`;
      assert.equal((await api.call("PUT", api.project, { label: { en: "A project" } })).status, 201);
    },
    count: 0,
  };

  before(async () => {
    api.origin = await startTestOrigin();
    api.issuer = await startIssuer();
    api.ENTRY = { ...ENTRY, iss: api.issuer.url };
    api.OWNERS = { ...api.ENTRY, id: "owners", allowedAzp: ["owner-app"], definedRoles: ["owner"] };
    api.gateway = await startGateway({
      bindings: {
        ADMIN_TOKEN: "the-admin-token-of-all-the-tests",
        ADMIN_TOKEN_PREVIOUS: "the-admin-token-before-the-tests",
        INSECURE_ISSUER_HOSTS: new URL(api.issuer.url).host,
        ...variables,
      },
      ...options,
    });
    api.owner = await api.bearer({ azp: "owner-app" });
    api.user = await api.bearer({ azp: "user-app" });
    const routes = { origins: { origin: { url: api.origin.url } }, routes: ROUTES };
    assert.equal((await api.call("PUT", "/gateway", routes)).status, 201);
  });

  after(async () => {
    for (const server of [api.gateway, api.issuer, api.origin]) await server?.close();
  });

  beforeEach(() => api.newProject());

  return api;
}
