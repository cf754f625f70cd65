// What the edge offers: its handler.
import { entryPoint } from "./build/index.js";

const handle = entryPoint("handle");

export default {
  fetch(request, env, context) {
    // Each look at a request crosses to the runtime: once is enough.
    const { headers, method, url } = request;
    const authorization = headers.get("authorization") ?? undefined;
    // Of a request without a token, a session may take its place.
    const cookie = (authorization === undefined && headers.get("cookie")) || undefined;
    return handle({ request, headers, method, url }, method, url, authorization, cookie, env, context);
  },
};
