// What surrounds the workers that are measured: the origin, and KV with documents.
import { EDGE_SEALING_KEY } from "./assertion-key.mjs";
import { stored } from "./documents.mjs";
import { startKv } from "./kv.mjs";
import { startOrigin } from "./origin.mjs";
import { startWorker } from "./workers.mjs";

/** Starts what surrounds workers. `start` starts one, with `documents` of a size, and `log` to receive its log. */
export async function openEnvironment() {
  const originUrl = await startOrigin();
  const stores = new Map();
  return {
    originUrl,
    async start(worker, { documents = {}, log } = {}) {
      const size = JSON.stringify(documents);
      const namespaces = stored(originUrl, documents);
      if (!stores.has(size)) stores.set(size, await startKv(namespaces));
      const variables = { EDGE_SEALING_KEY };
      const kvAddress = stores.get(size).address;
      return startWorker(worker, { originUrl, namespaces, kvAddress, log, variables });
    },
  };
}
