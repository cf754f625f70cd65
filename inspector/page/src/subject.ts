// What a person pastes: a token, a whole header with one, or claims.
import { decode } from "./base64url.ts";
import type { Subject } from "./core.ts";
import { parseObject } from "./json.ts";

/** The subject of an inspection, which has no token where another scheme than Bearer is pasted. */
export function readSubject(text: string): Subject | undefined {
  const pasted = text.trim();
  if (pasted === "") return undefined;
  if (pasted.startsWith("{")) {
    const claims = parseObject(pasted);
    if (claims) return { claims };
  }
  const credentials = pasted.replace(/^authorization\s*:\s*/i, "");
  if (/^(basic|digest|dpop|negotiate)\s/i.test(credentials)) return {};
  return { token: credentials.replace(/^bearer(\s+|$)/i, "") };
}

/** The claims of a subject, trusted or not. */
export function claimsOf(subject: Subject | undefined): Record<string, unknown> {
  if (subject?.claims) return subject.claims;
  try {
    return parseObject(new TextDecoder().decode(decode(subject?.token?.split(".")[1] ?? ""))) ?? {};
  } catch {
    return {};
  }
}
