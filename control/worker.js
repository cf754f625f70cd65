// What the control plane offers: the answers to what the edge hands over, the answers to the edge's own questions, and the
// objects.
import { WorkerEntrypoint } from "cloudflare:workers";
import { durableObject, entryPoint } from "./build/index.js";

const handle = entryPoint("handle");
const reply = entryPoint("reply");

export const DirectoryObject = durableObject("DirectoryObject");
export const IssuerObject = durableObject("IssuerObject");
export const ProjectObject = durableObject("ProjectObject");
export const RegistryObject = durableObject("RegistryObject");
export const SigningKeysObject = durableObject("SigningKeysObject");

/** Clients' requests, which come from the edge: the target as it was sent is in the query. */
export default {
  fetch(request, env, context) {
    const url = decodeURIComponent(request.url.slice(request.url.indexOf("?") + 1));
    return handle(request, url, env, context);
  },
};

/** The edge's questions. No client's request comes here: what the edge hands over goes to the default entrypoint. */
export class Questions extends WorkerEntrypoint {
  fetch(request) {
    return reply(request, this.env, this.ctx);
  }
}
