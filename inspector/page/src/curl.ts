// The request that saves an entry.
import type { Entry } from "./core.ts";

/** Where the management API is: where this page is from, if a worker served it. */
export function defaultApi(location: Location): string {
  const isServed = /^https?:$/.test(location.protocol) && location.pathname.startsWith("/inspector/");
  return isServed ? location.origin : "https://edge-authorizer.example.workers.dev";
}

/** A line for a POSIX shell. */
export function curlLine(api: string, path: string, idp: Entry): string {
  return [
    `curl -X POST ${quoted(api.replace(/\/+$/, "") + path)}`,
    `-H "Authorization: Bearer $TOKEN"`,
    `-H 'Content-Type: application/json'`,
    `-d ${quoted(JSON.stringify(idp))}`,
  ].join(" \\\n  ");
}

/** A text between single quotes, in which a shell reads nothing. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
