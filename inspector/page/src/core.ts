// The core in wasm: questions and answers are JSON.
import * as glue from "./pkg/inspector.js";
import type {
  Configuration,
  Diagnosis,
  DiscoveryRequest,
  EntriesQuestion,
  EntriesRequest,
  EntriesResponse,
  ExplainAnswer,
  ExplainQuestion,
  Fault,
  GatewayToken,
  MatchQuestion,
  PastedCredentials,
  PastedKeys,
  Published,
  RoleClaim,
  RoleMatches,
  SuggestQuestion,
  Suggestion,
  VerifyAnswer,
  VerifyQuestion,
} from "./core-types.ts";

/** Has to be awaited once, before anything is asked. */
export const loaded: Promise<unknown> = glue.default({ module_or_path: "pkg/inspector_bg.wasm" });

/** What a question got instead of its answer. */
export interface Failure {
  error: string;
}

/** A JWK, which need not be usable. */
export type Jwk = Record<string, unknown>;

/** An entry, which may have faults. */
export type Entry = Record<string, unknown>;

export const readCredentials = (text: string): PastedCredentials | null =>
  JSON.parse(glue.read_credentials(text));

export const dissect = (token: string): Diagnosis => JSON.parse(glue.dissect_token(token));

export const gatewayToken = (token: string): GatewayToken | null => JSON.parse(glue.gateway_token(token));

/** A text for people: what they would not see, or what reorders other characters, is escaped. */
export const visible = (text: string): string =>
  /^[ -~]*$/.test(text) ? text : JSON.parse(glue.visible(text));

export const explain = async (question: ExplainQuestion): Promise<ExplainAnswer | Failure> =>
  JSON.parse(await glue.explain(JSON.stringify(question)));

export const readKeys = (text: string): PastedKeys | Failure => JSON.parse(glue.read_keys(text));

export const verify = async (question: VerifyQuestion): Promise<VerifyAnswer | Failure> =>
  JSON.parse(await glue.verify_token(JSON.stringify(question)));

export const checkEntries = (entries: string[]): Fault[][] =>
  JSON.parse(glue.check_entries(JSON.stringify(entries)));

export const checkRoutes = (document: string): Fault[] => JSON.parse(glue.check_routes(document));

export const configurationRequest = (issuer: string): DiscoveryRequest | Failure =>
  JSON.parse(glue.configuration_request(issuer));

export const keysRequest = (question: Configuration): DiscoveryRequest | Failure =>
  JSON.parse(glue.keys_request(JSON.stringify(question)));

export const checkDiscovery = (published: Published): PastedKeys | Failure =>
  JSON.parse(glue.check_discovery(JSON.stringify(published)));

export const entriesRequest = (question: EntriesQuestion): EntriesRequest | Failure =>
  JSON.parse(glue.entries_request(JSON.stringify(question)));

/** What is wrong with the response, if anything. */
export const checkEntriesResponse = (response: EntriesResponse): Failure | null =>
  JSON.parse(glue.check_entries_response(JSON.stringify(response)));

export const roleClaims = (claims: Record<string, unknown>): RoleClaim[] =>
  JSON.parse(glue.role_claims(JSON.stringify(claims)));

export const matchRoles = (question: MatchQuestion): RoleMatches | Failure =>
  JSON.parse(glue.match_roles(JSON.stringify(question)));

export const suggest = (question: SuggestQuestion): Suggestion | Failure =>
  JSON.parse(glue.suggest_entry(JSON.stringify(question)));
