// Requests to the management API, as lines for a POSIX shell.
import type { Entry } from "./core.ts";

/** The server that the page is from, if a gateway may have served it. */
export function servedFrom(location: Location): string | undefined {
  const isServed = /^https?:$/.test(location.protocol) && location.pathname.startsWith("/inspector/");
  return isServed ? location.origin : undefined;
}

/** Where the management API is, as long as nobody says so. */
export const defaultApi = (location: Location): string =>
  servedFrom(location) ?? "https://gateway.example.com";

/** The line that saves an entry. */
export const saveLine = (api: string, path: string, idp: Entry): string =>
  curlLine(
    ["-X POST", address(api, path)],
    [AUTHORIZATION, `-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(idp))}`],
  );

/** The line that lists the entries. */
export const listLine = (api: string, path: string): string =>
  curlLine([address(api, path)], [AUTHORIZATION]);

/** The line that reads a service account. */
export const accountLine = (url: string): string => curlLine([quoted(url)], [AUTHORIZATION]);

const AUTHORIZATION = `-H "Authorization: Bearer $TOKEN"`;

const curlLine = (first: string[], others: string[]) =>
  [["curl", ...first].join(" "), ...others].join(" \\\n  ");

const address = (api: string, path: string) => quoted(api.replace(/\/+$/, "") + path);

/** A text between single quotes, in which a shell reads nothing. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
