// An authorizer as one would write it with hono and jose: the checks of this project's, by the same documents.
import { Hono } from "hono";
import { createLocalJWKSet, errors, jwtVerify } from "jose";
import { forward, refuse } from "./forward.js";

const TTL_MS = 30_000;
const SKEW_SECONDS = 30;
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

/** What was read from KV, by its key, with when. */
const memory = new Map();

async function read(namespace, key, make) {
  const kept = memory.get(key);
  if (kept && Date.now() - kept.at < TTL_MS) return kept.value;
  const value = make(await namespace.get(key, "json"));
  memory.set(key, { at: Date.now(), value });
  return value;
}

/** The gateway's routes as an application. */
function application({ origins, routes }) {
  const app = new Hono();
  for (const { path, origin, access } of routes) {
    const pattern = path.replace("{*rest}", "*").replaceAll(/\{(\w+)\}/g, ":$1");
    app.all(pattern, (context) => authorize(context, { path, origin: origins[origin].url, access }));
  }
  return app;
}

async function authorize({ req, env }, { path, origin, access }) {
  const trace = [{ step: "route", path }];
  const caller = { project: req.param("project"), route: path, idp: null, subject: null };
  const [scheme, token] = (req.header("authorization") ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || !token)
    return refuse(req.raw, 401, "token_missing", caller, trace);
  const { idps } = await read(env.CONFIG, `project/${caller.project}`, (project) => project);
  const recognised = await recognise(token, caller.project, idps, env.JWKS, trace);
  if (!recognised) return refuse(req.raw, 401, "token_untrusted", caller, trace);
  const { idp, subject, roles } = recognised;
  const required = access[req.method] ?? access["*"] ?? [];
  trace.push({ step: "access", method: req.method, required, held: roles });
  const who = { ...caller, idp, subject, roles };
  if (!required.some((role) => roles.includes(role))) return refuse(req.raw, 403, "role_missing", who, trace);
  return forward(req.raw, origin, who, trace);
}

/** Who a token's bearer is to the first identity provider that it applies to. */
async function recognise(token, project, idps, store, trace) {
  for (const idp of idps) {
    try {
      const key = await read(store, idp.iss, (record) => createLocalJWKSet(record.jwks));
      const { payload, protectedHeader } = await jwtVerify(token, key, {
        issuer: idp.iss,
        audience: idp.allowedAud,
        algorithms: ALGORITHMS,
        clockTolerance: SKEW_SECONDS,
        requiredClaims: ["exp", "iat"],
        typ: "JWT",
      });
      if (!idp.allowedAzp.includes(payload.azp) || typeof payload[idp.idClaim] !== "string") continue;
      const { alg, kid } = protectedHeader;
      trace.push({ step: "token", issuer: idp.iss, algorithm: alg, kid });
      trace.push({ step: "idp", id: idp.id, outcome: "applies" });
      trace.push({ step: "key", kid, outcome: "verified" });
      const roles = rolesOf(payload[idp.rolesClaim], project, idp, trace);
      trace.push({ step: "idp", id: idp.id, outcome: "decides" });
      return { idp: idp.id, subject: payload[idp.idClaim], roles };
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
  }
  return undefined;
}

function rolesOf(values, project, { roleTemplate, allowedRoles }, trace) {
  const prefix = roleTemplate.replace("{project}", project).replace("{roleName}", "");
  const roles = [];
  for (const value of values) {
    const role = value.startsWith(prefix) ? value.slice(prefix.length) : undefined;
    const isKept = role !== undefined && allowedRoles.includes(role);
    if (isKept) roles.push(role);
    trace.push({ step: "role", value, outcome: isKept ? { kept: role } : "no_match" });
  }
  return roles;
}

export default {
  async fetch(request, env, context) {
    const app = await read(env.CONFIG, "gateway", application);
    return app.fetch(request, env, context);
  },
};
