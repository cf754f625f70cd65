// What the worker offers: its handler and its objects. The build exports every class of the `worker` crate besides, and wraps
// the handler in what a class with remote methods needs; this one has none.
import Entrypoint, { IssuerObject, ProjectObject, RegistryObject } from "./build/index.js";

const { handle } = Entrypoint.prototype;

export { IssuerObject, ProjectObject, RegistryObject };

export default {
  fetch(request, env, context) {
    // Each look at a request crosses to the runtime: once is enough.
    const { headers, method, url } = request;
    const authorization = headers.get("authorization") ?? undefined;
    try {
      return handle({ request, headers, method, url }, method, url, authorization, env, context);
    } catch (error) {
      // After a trap, what the build has around its entry point starts the wasm anew.
      reportError(error);
      new Entrypoint(context, env);
      throw error;
    }
  },
};
