// Runs in a sandboxed document of its own: it is told an issuer, fetches what that publishes, and says what came back.
// It never sees a token.

const TIMEOUT_MS = 5_000;
const MAX_BODY_LENGTH = 256 * 1024;

window.addEventListener("message", async ({ data, source }: MessageEvent<{ issuer?: unknown }>) => {
  if (source !== parent || typeof data?.issuer !== "string") return;
  parent.postMessage(await publishedBy(data.issuer), "*");
});
parent.postMessage({ ready: true }, "*");

async function publishedBy(issuer: string) {
  let url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  try {
    const configuration = await fetchText(url);
    url = JSON.parse(configuration).jwks_uri;
    return { configuration, keySet: await fetchText(url), url };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), url: String(url) };
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, {
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`the answer has the status ${response.status}`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return text;
    text += value;
    if (text.length > MAX_BODY_LENGTH) throw new Error("the answer is longer than 256 KiB");
  }
}
