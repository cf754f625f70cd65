// The keys of an issuer, fetched by a document of its own that is told the issuer and nothing else.

export interface Published {
  configuration: string;
  keySet: string;
}

export interface Unreachable {
  error: string;
  /** The address that did not answer. */
  url: string;
}

type Answer = Published | Unreachable;

const PATIENCE_MS = 15_000;

/** Asks an issuer for its configuration and its keys. */
export function fetchPublished(issuer: string): Promise<Answer> {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.setAttribute("allow", "local-network-access *; loopback-network *");
  frame.title = "Fetches the keys of the issuer";
  frame.hidden = true;
  frame.src = "keys/";
  return new Promise<Answer>((resolve) => {
    const finish = (answer: Answer) => {
      clearTimeout(timer);
      removeEventListener("message", listen);
      frame.remove();
      resolve(answer);
    };
    const listen = ({ source, data }: MessageEvent<Answer | { ready: true }>) => {
      if (source !== frame.contentWindow) return;
      // The frame's origin is opaque and cannot be named.
      if ("ready" in data) frame.contentWindow?.postMessage({ issuer }, "*");
      else finish(data);
    };
    const timer = setTimeout(() => finish({ error: "no answer in time", url: issuer }), PATIENCE_MS);
    addEventListener("message", listen);
    document.body.append(frame);
  });
}
