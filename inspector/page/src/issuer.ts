// The keys of an issuer, fetched by a document of its own that receives addresses and nothing else.
import { checkDiscovery, configurationRequest, keysRequest, type Failure } from "./core.ts";
import type { DiscoveryRequest, PastedKeys } from "./core-types.ts";

interface Fetched {
  text: string;
}

interface Unreachable extends Failure {
  /** The address that did not answer. */
  url: string;
}

/** The keys of a set whose address is known, as those of the gateway's assertions. */
export async function fetchKeySet(
  issuer: string,
  request: DiscoveryRequest,
): Promise<PastedKeys | Unreachable | Failure> {
  const fetcher = openFetcher();
  try {
    const keySet = await fetcher.fetch(request);
    if ("error" in keySet) return keySet;
    return checkDiscovery({ issuer, configuration: null, keySet: keySet.text });
  } finally {
    fetcher.close();
  }
}

/** The keys that an issuer publishes. */
export async function fetchKeys(issuer: string): Promise<PastedKeys | Unreachable | Failure> {
  const first = configurationRequest(issuer);
  if ("error" in first) return first;
  const fetcher = openFetcher();
  try {
    const configuration = await fetcher.fetch(first);
    if ("error" in configuration) return configuration;
    const second = keysRequest({ issuer, configuration: configuration.text });
    if ("error" in second) return second;
    const keySet = await fetcher.fetch(second);
    if ("error" in keySet) return keySet;
    return checkDiscovery({ issuer, configuration: configuration.text, keySet: keySet.text });
  } finally {
    fetcher.close();
  }
}

/** How much longer than the request the document may take. */
const PATIENCE_MS = 5_000;

/** Opens the document that fetches. */
function openFetcher() {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.setAttribute("allow", "local-network-access *; loopback-network *");
  frame.title = "Fetches the keys of the issuer";
  frame.hidden = true;
  frame.src = "keys/";
  document.body.append(frame);
  const ready = nextMessage<{ ready: true }>(frame);
  const ask = async (request: DiscoveryRequest) => {
    await ready;
    const answer = nextMessage<Fetched | Failure>(frame);
    // The frame's origin is opaque and cannot be named.
    frame.contentWindow?.postMessage(request, "*");
    return answer;
  };
  return {
    async fetch(request: DiscoveryRequest): Promise<Fetched | Unreachable> {
      const answer = await Promise.race([ask(request), timeout(request.timeoutMs + PATIENCE_MS)]);
      return "error" in answer ? { ...answer, url: request.url } : answer;
    },
    close: () => frame.remove(),
  };
}

const timeout = (ms: number): Promise<Failure> =>
  new Promise((resolve) => setTimeout(() => resolve({ error: "no answer in time" }), ms));

function nextMessage<T>(frame: HTMLIFrameElement): Promise<T> {
  return new Promise((resolve) => {
    const listen = ({ source, data }: MessageEvent<T>) => {
      if (source !== frame.contentWindow) return;
      removeEventListener("message", listen);
      resolve(data);
    };
    addEventListener("message", listen);
  });
}
