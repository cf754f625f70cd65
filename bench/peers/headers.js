// Sets the headers of one and the same caller, and checks nothing: the least that an authorizer has to do.
import { IDENTITY, TRACE } from "./identity.js";
import { forward } from "./forward.js";

export default {
  fetch: (request, { ORIGIN }) => forward(request, ORIGIN, IDENTITY, TRACE),
};
