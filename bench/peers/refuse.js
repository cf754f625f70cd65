// Refuses every request as one without a token: the least that a refusal has to do.
import { CALLER, TRACE } from "./caller.js";
import { refuse } from "./forward.js";

const NOBODY = { ...CALLER, idp: null, subject: null };

export default {
  fetch: (request) => refuse(request, 401, "token_missing", NOBODY, TRACE.slice(0, 1)),
};
