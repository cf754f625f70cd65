// A configuration in the fragment of a link, which no server sees. It never carries a token or keys.
import { decode, encode } from "./base64url.ts";
import type { Inputs } from "./inputs.ts";

/** What of the inputs a link carries. */
export type Configuration = Pick<Inputs, "entries" | "project" | "method" | "path" | "routes">;

const PREFIX = "#c=";
const MAX_LENGTH = 200_000;

/** The fragment that says a configuration. */
export async function toFragment({ entries, project, method, path, routes }: Configuration): Promise<string> {
  const text = JSON.stringify({ entries, project, method, path, routes });
  return PREFIX + encode(await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(text)));
}

/** The configuration that a fragment says, if it says one. */
export async function fromFragment(fragment: string): Promise<Configuration | undefined> {
  if (!fragment.startsWith(PREFIX) || fragment.length > MAX_LENGTH) return undefined;
  try {
    const bytes = await through(
      new DecompressionStream("deflate-raw"),
      decode(fragment.slice(PREFIX.length)),
    );
    return readConfiguration(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

/**
 * The five members of a configuration, each of its type; a project's entries need not be given. Anything else that a link carries is left behind: with a token, keys
 * or a time of its author's, the page would show a verdict that the reader did not ask for.
 */
function readConfiguration(value: Partial<Record<keyof Configuration, unknown>>): Configuration | undefined {
  const { entries, project, method, path, routes } = value;
  const areEntries =
    entries === undefined || (Array.isArray(entries) && entries.length <= 64 && entries.every(isText));
  return areEntries && isText(project) && isText(method) && isText(path) && isText(routes)
    ? { entries, project, method, path, routes }
    : undefined;
}

const isText = (value: unknown): value is string => typeof value === "string";

const MAX_CONFIGURATION = 1_000_000;

async function through(stream: GenericTransformStream, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = new Blob([bytes])
    .stream()
    .pipeThrough(stream as ReadableWritablePair<Uint8Array, Uint8Array>)
    .getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    if (length > MAX_CONFIGURATION) throw new Error("too long");
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}
