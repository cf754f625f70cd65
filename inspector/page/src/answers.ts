// What the core answers.

export interface Fault {
  pointer: string;
  value?: unknown;
  expected: string;
}

export type PartName = "header" | "payload" | "signature";

export interface Part {
  name: PartName;
  start: number;
  end: number;
  bytes: number | null;
  text: string | null;
}

export interface Flaw {
  part: PartName | null;
  member: string | null;
  offset: number | null;
  start: number;
  end: number;
  message: string;
}

export interface Dissection {
  parts: Part[];
  flaws: Flaw[];
}

export interface Line {
  mark: "passed" | "skipped" | "failed" | "noted";
  level: 0 | 1;
  text: string;
}

export interface Explanation {
  verdict: "permit" | "deny" | "preflight";
  status: number;
  code: string | null;
  idp: string | null;
  subject: string | null;
  roles: string[];
  originHeaders: Record<string, string>;
  trace: unknown[];
}

export interface Explained {
  explanation: Explanation;
  narrative: Line[];
}

export interface DocumentFaults {
  faults: { routes: Fault[]; idps: Fault[][]; project: string | null };
}

export interface Failure {
  error: string;
}

export type KeyOutcome = "verified" | "wrong_signature" | "key_refused";

export interface KeyReport {
  kid: string | null;
  thumbprint: string | null;
  unusable: string | null;
  reason: string | null;
  fits: boolean;
  isNamed: boolean;
  outcome: KeyOutcome | null;
}

export type RoleOutcome =
  "no_match" | "not_a_role" | "not_a_string" | { kept: string } | { not_allowed: string };

export interface RoleMatches {
  before: string;
  after: string;
  values: { value: string; name: string | null; outcome: RoleOutcome }[];
}

export type Entry = Record<string, unknown>;

export interface Suggestion {
  provider: string;
  providerName: string;
  idp: Entry;
  notes: string[];
}
