// Runs in a sandboxed document of its own: it receives addresses, fetches them, and says what came back. It never sees a
// token.
import type { DiscoveryRequest } from "../src/core-types.ts";
import { readText } from "../src/response.ts";

window.addEventListener("message", async ({ data, source }: MessageEvent<Partial<DiscoveryRequest>>) => {
  const { url, timeoutMs, maxBodyLength } = data ?? {};
  if (source !== parent || typeof url !== "string" || !timeoutMs || !maxBodyLength) return;
  parent.postMessage(await fetched({ url, timeoutMs, maxBodyLength }), "*");
});
parent.postMessage({ ready: true }, "*");

async function fetched(request: DiscoveryRequest) {
  try {
    return { text: await fetchText(request) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function fetchText({ url, timeoutMs, maxBodyLength }: DiscoveryRequest): Promise<string> {
  const response = await fetch(url, {
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`the answer has the status ${response.status}`);
  return readText(response, maxBodyLength);
}
