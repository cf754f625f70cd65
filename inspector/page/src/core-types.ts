// Generated from the Rust types by the test that checks it, typescript_types_are_current: do not edit.

/** Pasted credentials. Credentials of another scheme than Bearer have neither token nor claims. */
export type PastedCredentials = {
  /** The token as the gateway would read it; absent if claims were pasted. */
  token: string | null,
  /** The pasted claims or those of the token, which nobody verified; absent if they cannot be read. */
  claims: Record<string, unknown> | null,
};

/** The diagnosis of a token. It has no flaws if and only if [`Token::parse`] accepts the token. */
export type Diagnosis = {
  /** Its parts, up to three. */
  parts: Array<Part>,
  /** What is wrong. */
  flaws: Array<Flaw>,
};

/** A part of a token, between the dots. */
export type Part = {
  /** Its name. */
  name: PartName,
  /** Where it begins in the token, in bytes. */
  start: number,
  /** Where it ends. */
  end: number,
  /** Its decoded size in bytes, if it can be decoded. */
  bytes: number | null,
  /** Its decoded text, if it is text. */
  text: string | null,
};

/** The parts of a compact JWS (RFC 7515, section 7.1). */
export type PartName = "header" | "payload" | "signature";

/** A flaw of a token, and its place. */
export type Flaw = {
  /** The part that has the flaw; absent if the whole token has. */
  part: PartName | null,
  /** The member of the part, as a JSON pointer. */
  member: string | null,
  /** Its offset in the part's text, in bytes. */
  offset: number | null,
  /** Where it begins in the token, in bytes. */
  start: number,
  /** Where it ends. */
  end: number,
  /** What is wrong. */
  message: string,
};

/** A fault at one place of a document. */
export type Fault = {
  /** The place, as a JSON pointer (RFC 6901). */
  pointer: string,
  /** The offending value; absent where something is missing. */
  value?: unknown,
  /** What is expected instead. */
  expected: string,
};

/** A request with a token, or with claims instead of one, and what is configured. */
export type ExplainQuestion = {
  /** The token. */
  token: string | null,
  /** Claims that nobody signed. They are left aside if there is a token. */
  claims: Record<string, unknown> | null,
  /** The method of the request. */
  method: string,
  /** Its path, as it is sent. */
  path: string,
  /** The routes document, as text. */
  routes: string,
  /** The project whose entries are given. */
  project: string,
  /** Its entries, each as text; absent if they are not given yet. */
  idps: Array<string> | null,
  /** The project's revocations, as text: a list, as the management API has them, or nothing. */
  revocations: string,
  /** The key sets that are given, by their issuers. */
  keys: Record<string, unknown>,
  /** When, in seconds since 1970. */
  now: number,
  /** How far clocks may differ, in seconds. */
  skew: number,
};

/** The decision on the request, what it waits for, or the faults of what is configured. */
export type ExplainAnswer = { "faults": DocumentFaults } | { "undecided": Undecided } | Explained;

/** What is wrong with the documents. */
export type DocumentFaults = {
  /** Those of the routes. */
  routes: Array<Fault>,
  /** Those of each entry. */
  idps: Array<Array<Fault>>,
  /** Those of the revocations. */
  revocations: Array<Fault>,
  /** What is wrong with the name of the project. */
  project: string | null,
};

/** A request that cannot be decided yet, because a person has not given all that decides on it. */
export type Undecided = {
  /** What has to be given first. */
  missing: Missing,
  /** What to do, in a few words. */
  next: string,
  /** What for, in a sentence with values in backticks. */
  text: string,
  /** The steps so far, in sentences. */
  narrative: Array<Line>,
};

/** What has to be given before a request can be decided. */
export type Missing = { "entries": string } | { "keys": string };

/** What becomes of the request. */
export type Explained = {
  /** The decision and its trace. */
  explanation: Explanation,
  /** The same in sentences. */
  narrative: Array<Line>,
};

/** The decision that a request would get, and why. It is no permit. */
export type Explanation = {
  /** The verdict. */
  verdict: Outcome,
  /** The status that the caller would get. For a permitted request it is 200, in place of the origin's status. */
  status: number,
  /** The error code, if it would be denied. */
  code: string | null,
  /** What is wrong with the request in particular, where the code does not say it. */
  reason: string | null,
  /** The entry that identified the caller. */
  idp: string | null,
  /** The caller's id. */
  subject: string | null,
  /** The caller's roles in the project; empty if no entry identified them. */
  roles: Array<string>,
  /** The identity headers that the origin would get; empty if it would not get the request. */
  originHeaders: Record<string, string>,
  /** Every step that led there. */
  trace: Array<unknown>,
};

/** The kind of a verdict. */
export type Outcome = "permit" | "preflight" | "deny";

/** One sentence, with values in backticks. */
export type Line = {
  /** The result of the step. */
  mark: Mark,
  /** How deep the step is within another: 0 or 1. */
  level: number,
  /** The sentence. */
  text: string,
};

/** The result of a step. */
export type Mark = "passed" | "skipped" | "failed" | "noted";

/** A token of the form that the gateway gives to its own. Whether the gateway signed it is for the keys to say. */
export type GatewayToken = {
  /** What it is, in a few words. */
  title: string,
  /** What it says and what it is good for, in sentences with values in backticks. */
  sentences: Array<string>,
  /** The service account in the management API; absent of an assertion. */
  accountUrl: string | null,
  /** The request for the keys that verify an assertion; those of an access token are found by discovery. */
  keys: DiscoveryRequest | null,
};

/** The keys of a text, each without its private members. */
export type PastedKeys = {
  /** The keys as JWKs, which need not be usable. */
  keys: Array<Record<string, unknown>>,
};

/** A token, and the keys to try on it. */
export type VerifyQuestion = {
  /** The token. */
  token: string,
  /** The keys, which need not be usable. */
  keys: Array<Record<string, unknown>>,
};

/** What each key makes of the token. */
export type VerifyAnswer = {
  /** Whether a key verifies the signature that the gateway would try. */
  isVerified: boolean,
  /** What is known of the signature, in a sentence. */
  text: string,
  /** One for each key. */
  keys: Array<KeyReport>,
};

/** What a key makes of a token. */
export type KeyReport = {
  /** Its `kid`. */
  kid: string | null,
  /** Its thumbprint, if it is usable. */
  thumbprint: string | null,
  /** The result: passed if the gateway would accept the signature by this key. */
  mark: Mark,
  /** The same in a sentence. */
  text: string,
};

/** A GET request, with the limits of the gateway. */
export type DiscoveryRequest = {
  /** The address. */
  url: string,
  /** How long it may take. */
  timeoutMs: number,
  /** The longest response, in bytes after decompression. */
  maxBodyLength: number,
};

/** An issuer, and the text of its configuration. */
export type Configuration = {
  /** The issuer. */
  issuer: string,
  /** Its configuration. */
  configuration: string,
};

/** An issuer, and the texts of its configuration, if the key set was found by it, and of its key set. */
export type Published = {
  /** The issuer. */
  issuer: string,
  /** Its configuration. */
  configuration: string | null,
  /** Its key set. */
  keySet: string,
};

/** A project, and the token of an owner if it is given. */
export type EntriesQuestion = {
  /** The project. */
  project: string,
  /** The token, as a person pastes it. */
  token: string | null,
};

/** A GET request of the management API. */
export type EntriesRequest = {
  /** Its path. */
  path: string,
  /** The value of the header `Authorization`, if a token was given. */
  authorization: string | null,
  /** How long it may take. */
  timeoutMs: number,
  /** The longest response, in bytes after decompression. */
  maxBodyLength: number,
};

/** What came of the request. */
export type EntriesResponse = {
  /** The project. */
  project: string,
  /** The status; absent if there was no response, or one that is too long. */
  status: number | null,
  /** The body. */
  body: string,
};

/** A claim with several values. */
export type RoleClaim = {
  /** The name by which an entry finds it. */
  name: string,
  /** Its values, without those that are not strings. */
  values: Array<string>,
};

/** A template, and the values that it reads, all as written. */
export type MatchQuestion = {
  /** The template. */
  template: string,
  /** The project whose roles are read. */
  project: string,
  /** The values. */
  values: Array<string>,
  /** The allowed roles; `None` allows all. */
  allowedRoles: Array<string> | null,
};

/** The results of a template on values. */
export type RoleMatches = {
  /** The literal text before a role name. */
  before: string,
  /** The literal text after it. */
  after: string,
  /** The roles that come out, in a sentence. */
  text: string,
  /** The result for each value. */
  values: Array<RoleMatch>,
};

/** The result of a template on one value. */
export type RoleMatch = {
  /** The value. */
  value: string,
  /** The part that the template extracts as the role name. */
  name: string | null,
  /** The outcome. */
  outcome: RoleOutcome,
  /** Whether a role comes out. */
  mark: Mark,
  /** The outcome in words, with values in backticks. */
  text: string,
};

/** The outcome of one value of the roles claim. */
export type RoleOutcome = { "kept": string } | { "not_allowed": string } | "no_match" | "not_a_role" | "not_a_string";

/** A token, or claims instead of one, and the project if it is known. */
export type SuggestQuestion = {
  /** The token. */
  token: string | null,
  /** Claims that nobody signed. They are left aside if there is a token. */
  claims: Record<string, unknown> | null,
  /** The project. */
  project: string | null,
};

/** A suggested entry, and notes for its author. */
export type Suggestion = {
  /** The provider that issued the token. */
  provider: Provider,
  /** The provider's name for people. */
  providerName: string,
  /** The entry. */
  idp: Record<string, unknown>,
  /** What to check before saving it. */
  notes: Array<string>,
  /** The path of the management API to which it is posted; absent if the project is not known. */
  path: string | null,
};

/** A kind of identity provider. */
export type Provider = "keycloak" | "entra-v1" | "entra-v2" | "okta" | "auth0" | "other";
