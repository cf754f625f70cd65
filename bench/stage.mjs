// What stands around the workers that are measured: the origin, and KV with documents.
import { stored } from "./documents.mjs";
import { startKv } from "./kv.mjs";
import { startOrigin } from "./origin.mjs";
import { startWorker } from "./workers.mjs";

/** Sets the stage. `start` brings on a worker, with `documents` of a size of their own, and `log` to be given its log. */
export async function openStage() {
  const originUrl = await startOrigin();
  const stores = new Map();
  return {
    originUrl,
    async start(worker, { documents = {}, log } = {}) {
      const size = JSON.stringify(documents);
      if (!stores.has(size)) stores.set(size, await startKv(stored(originUrl, documents)));
      return startWorker(worker, { originUrl, kvAddress: stores.get(size).address, log });
    },
  };
}
