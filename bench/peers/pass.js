// Hands every request to the origin as it is.
import { targetOf } from "./forward.js";

export default {
  fetch: (request, { ORIGIN }) => fetch(ORIGIN + targetOf(request), request),
};
