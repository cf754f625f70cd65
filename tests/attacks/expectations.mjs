// Expectations of a request: the answer, and the step of the log line's trace that names the cause.

const untrusted = (because) => ({ status: 401, code: "token_untrusted", because });

/** The form of the token. */
export const malformed = (reason) => ({
  status: 401,
  code: "token_malformed",
  because: { step: "malformed", reason },
});

export const WRONG_SIGNATURE = untrusted({ step: "key", outcome: "wrong_signature" });

/** The platform does not take the key. */
export const KEY_REFUSED = untrusted({ step: "key", outcome: "key_refused" });

/** No key with the token's `kid` fits its `alg`; keys that break a rule were set aside before. */
export const NO_KEY = untrusted({ step: "no_key", reason: "none" });

export const TOO_MANY_KEYS = untrusted({ step: "no_key", reason: "too_many" });

/** The project's only entry, or the last one that was considered, does not take the token. */
export const skipped = (outcome) => untrusted({ step: "idp", outcome });

/** The key fits, and the project does not trust it. */
export const DISTRUSTED = untrusted({ step: "no_key", reason: "distrusted" });

/** The project has revoked the token. */
export const REVOKED = untrusted({ step: "revoked" });

export const EXPIRED = { status: 401, code: "token_expired", because: { step: "untimely", claim: "exp" } };

export const notYetValid = (claim) => ({
  status: 401,
  code: "token_not_yet_valid",
  because: { step: "untimely", claim },
});

export const NO_TOKEN = { status: 401, code: "token_missing", because: { step: "route" } };
export const INVALID_REQUEST = { status: 400, code: "request_invalid", because: { step: "route" } };

/** The caller is known, and this is what became of the attacked value of the roles claim. */
export const noRole = (outcome) => ({
  status: 403,
  code: "role_missing",
  because: { step: "role", outcome },
});

export const noRoles = (outcome) => ({
  status: 403,
  code: "role_missing",
  because: { step: "roles_claim", outcome },
});

/** The caller has roles, and the route demands another. */
export const OTHER_ROLE = { status: 403, code: "role_missing" };

/** Nothing is looked at but the request's form. */
export const NO_REQUEST = { status: 400, code: "request_invalid", because: undefined };

/** Nothing is looked at but the path. */
export const AMBIGUOUS = { status: 400, code: "path_ambiguous", because: undefined };
export const NO_ROUTE = { status: 404, code: "route_not_found", because: undefined };
export const NO_METHOD = { status: 405, code: "method_not_allowed", because: undefined };

/** The runtime answers and the worker never sees the request. */
export const byRuntime = (status) => ({ status, by: "runtime" });

export const PERMITTED = { status: 200 };

/** The request is permitted, and this is what the origin receives. */
export const arrives = (received) => ({ status: 200, received });

/** The gateway refuses the request. */
export const refused = (status, code, more) => ({ status, code, ...more });

/** The gateway answers the request itself. */
export const answered = (status) => ({ status, reaches: 0 });
