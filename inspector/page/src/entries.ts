// A project's entries, pasted or loaded from the server that the page is from.
import { checkEntriesResponse, entriesRequest, type Failure } from "./core.ts";
import type { EntriesRequest } from "./core-types.ts";
import { parseJson, parseObject, pretty } from "./json.ts";
import { readText } from "./response.ts";

/** The entries of a list, a snapshot or a single entry, each as text; nothing where the text is none of these. */
export function readEntries(text: string): string[] | undefined {
  const several = readList(text);
  if (several) return several.map(pretty);
  const value = parseJson(text);
  return typeof value === "object" && value !== null ? [pretty(value)] : undefined;
}

/** The revocations of a snapshot, as text; nothing where the text is another. */
export function readRevocations(text: string): string | undefined {
  const { idps, revocations = [] } = parseObject(text) ?? {};
  if (!Array.isArray(idps) || !Array.isArray(revocations)) return undefined;
  return revocations.length > 0 ? pretty(revocations) : "";
}

/** The entries of a list or a snapshot; nothing where the text is another. */
export function readList(text: string): unknown[] | undefined {
  const value = parseJson(text);
  const list = Array.isArray(value) ? value : (value as { idps?: unknown } | null | undefined)?.idps;
  return Array.isArray(list) ? list : undefined;
}

/**
 * Loads a project's entries with the token of an owner, which goes nowhere else. This is the only request that the page
 * itself sends after it is loaded; call it when a person asks for it.
 */
export async function loadEntries(
  project: string,
  token: string,
  signal: AbortSignal,
): Promise<{ entries: string[] } | Failure> {
  const request = entriesRequest({ project, token });
  if ("error" in request) return request;
  const response = await send(request, signal);
  const failure = checkEntriesResponse({ project, ...response });
  return failure ?? { entries: readEntries(response.body) ?? [] };
}

async function send(
  { path, authorization, timeoutMs, maxBodyLength }: EntriesRequest,
  signal: AbortSignal,
): Promise<{ status: number | null; body: string }> {
  try {
    const response = await fetch(path, {
      headers: authorization === null ? {} : { authorization },
      mode: "same-origin",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return { status: response.status, body: await readText(response, maxBodyLength) };
  } catch {
    return { status: null, body: "" };
  }
}
