// What the peers do with a request, written by hand for speed: the origin receives the same from them as from this worker,
// with the same time-out and the same line in the log, and who is refused the same answer.

const UNCACHED = { cacheTtl: -1, cacheLevel: "bypass" };
const TIMEOUT_MS = 30_000;

/** The path and query of a request. */
export const targetOf = ({ url }) => url.slice(url.indexOf("/", 8));

/** Sends a request to the origin as the authorizer would: `identity` is who it found, `trace` why. */
export async function forward(request, origin, identity, trace) {
  const began = Date.now();
  const requestId = crypto.randomUUID();
  const { project, idp, subject, roles } = identity;
  const headers = {};
  for (const [name, value] of request.headers) {
    if (name === "cf-connecting-ip") headers["x-forwarded-for"] = value;
    else if (name !== "authorization") headers[name] = value;
  }
  headers["x-auth-project"] = project;
  headers["x-auth-idp"] = idp;
  headers["x-auth-subject"] = subject;
  headers["x-auth-roles"] = roles.join(",");
  headers["x-request-id"] = requestId;
  headers["x-forwarded-host"] = headers.host;
  headers["x-forwarded-proto"] = "http";
  const { method, body } = request;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), TIMEOUT_MS);
  try {
    const { signal } = controller;
    const init = { method, headers, body, redirect: "manual", cf: UNCACHED, signal };
    const response = await fetch(origin + targetOf(request), init);
    const answer = new Response(response.body, response);
    answer.headers.set("x-request-id", requestId);
    const { status: originStatus } = response;
    log(request, { requestId, verdict: "permit", code: null, ...identity, originStatus, began, trace });
    return answer;
  } catch {
    return new Response(null, { status: controller.signal.aborted ? 504 : 502 });
  } finally {
    clearTimeout(timer);
  }
}

/** Answers a request that does not reach the origin. */
export function refuse(request, status, code, identity, trace) {
  const requestId = crypto.randomUUID();
  const { project } = identity;
  log(request, {
    requestId,
    verdict: "deny",
    code,
    ...identity,
    originStatus: null,
    began: Date.now(),
    trace,
  });
  const error = code === "token_missing" ? "" : ', error="invalid_token"';
  return new Response(
    JSON.stringify({ title: "Unauthorized", status, code, detail: DETAIL[code], requestId }),
    {
      status,
      headers: {
        "content-type": "application/problem+json",
        "cache-control": "no-store",
        "x-request-id": requestId,
        "www-authenticate": `Bearer realm="${project}"${error}`,
      },
    },
  );
}

const DETAIL = {
  token_missing: "send an access token in the header `Authorization: Bearer …`",
  token_untrusted: "the token is not trusted here",
};

function log(
  request,
  { requestId, verdict, code, project, route, idp, subject, originStatus, began, trace },
) {
  const now = Date.now();
  const line = {
    event: "decision",
    verdict,
    project,
    route,
    idp,
    subject,
    trace,
    known: false,
    time: new Date(now).toISOString(),
    code,
    requestId,
    method: request.method,
    path: targetOf(request).split("?", 1)[0],
    address: request.headers.get("cf-connecting-ip"),
    originStatus,
    milliseconds: now - began,
  };
  console.log(JSON.stringify(line));
}
