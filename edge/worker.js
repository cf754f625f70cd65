// What the edge offers: its handler.
import { entryPoint } from "./build/index.js";

const handle = entryPoint("handle");

export default {
  fetch(request, env, context) {
    // Each look at a request crosses to the runtime: once is enough.
    const { headers, method, url } = request;
    const authorization = headers.get("authorization") ?? undefined;
    return handle({ request, headers, method, url }, method, url, authorization, env, context);
  },
};
