// Refuses every request as one without a token: the least that a refusal has to do.
import { IDENTITY, TRACE } from "./identity.js";
import { refuse } from "./forward.js";

const NOBODY = { ...IDENTITY, idp: null, subject: null };

export default {
  fetch: (request) => refuse(request, 401, "token_missing", NOBODY, TRACE.slice(0, 1)),
};
