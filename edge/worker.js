// What the worker offers: its handler and its objects.
import { durableObject, entryPoint } from "./build/index.js";

const handle = entryPoint("handle");

export const IssuerObject = durableObject("IssuerObject");
export const ProjectObject = durableObject("ProjectObject");
export const RegistryObject = durableObject("RegistryObject");

export default {
  fetch(request, env, context) {
    // Each look at a request crosses to the runtime: once is enough.
    const { headers, method, url } = request;
    const authorization = headers.get("authorization") ?? undefined;
    return handle({ request, headers, method, url }, method, url, authorization, env, context);
  },
};
