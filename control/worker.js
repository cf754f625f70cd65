// What the control plane offers: the answers to what the edge hands over, the answers to the edge's own questions, and the
// objects. The build exports every class of the `worker` crate besides.
import { WorkerEntrypoint } from "cloudflare:workers";
import Entrypoint, { IssuerObject, ProjectObject, RegistryObject } from "./build/index.js";

const { handle, reply } = Entrypoint.prototype;

export { IssuerObject, ProjectObject, RegistryObject };

/** Clients' requests, which come from the edge: the target as it was sent is in the query. */
export default {
  fetch(request, env, context) {
    const { headers, method } = request;
    const url = decodeURIComponent(request.url.slice(request.url.indexOf("?") + 1));
    const authorization = headers.get("authorization") ?? undefined;
    const arrival = { request, headers, method, url };
    return recovering(env, context, () => handle(arrival, method, url, authorization, env, context));
  },
};

/** The edge's questions. No client's request comes here: what the edge hands over goes to the default entrypoint. */
export class Questions extends WorkerEntrypoint {
  fetch(request) {
    return recovering(this.env, this.ctx, () => reply(request, this.env));
  }
}

async function recovering(env, context, answer) {
  try {
    return await answer();
  } catch (error) {
    // After a trap, what the build has around its entry point starts the wasm anew.
    reportError(error);
    new Entrypoint(context, env);
    throw error;
  }
}
