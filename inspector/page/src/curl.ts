// The request that saves an entry.
import type { Entry } from "./answers.ts";

const MANAGEMENT = "/project-management-service/v1";

/** Where the management API is: where this page is from, if a worker served it. */
export function defaultApi(location: Location): string {
  const isServed = /^https?:$/.test(location.protocol) && location.pathname.startsWith("/inspector/");
  return isServed ? location.origin : "https://edge-authorizer.example.workers.dev";
}

/** A line for a POSIX shell. */
export function curlLine(api: string, project: string, idp: Entry): string {
  const url = `${api.replace(/\/+$/, "")}${MANAGEMENT}/projects/${encodeURIComponent(project)}/custom-idp`;
  return [
    `curl -X POST ${quoted(url)}`,
    `-H "Authorization: Bearer $TOKEN"`,
    `-H 'Content-Type: application/json'`,
    `-d ${quoted(JSON.stringify(idp))}`,
  ].join(" \\\n  ");
}

/** A text between single quotes, in which a shell reads nothing. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
