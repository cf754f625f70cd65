// The core in wasm: questions and answers are JSON.
import * as glue from "./pkg/inspector.js";
import type {
  Dissection,
  DocumentFaults,
  Explained,
  Failure,
  Fault,
  KeyReport,
  RoleMatches,
  Suggestion,
} from "./answers.ts";
import type { Jwk } from "./keys.ts";

/** Has to be awaited once, before anything is asked. */
export const loaded: Promise<unknown> = glue.default({ module_or_path: "pkg/inspector_bg.wasm" });

/** A token, or claims that nobody signed. */
export interface Subject {
  token?: string;
  claims?: Record<string, unknown>;
}

export interface Case extends Subject {
  method: string;
  path: string;
  routes: string;
  project: string;
  idps: string[];
  keys: Record<string, { keys: Jwk[] }>;
  now: number;
  skew: number;
}

export const dissect = (token: string): Dissection => JSON.parse(glue.dissect_token(token));

export const explain = async (question: Case): Promise<Explained | DocumentFaults | Failure> =>
  JSON.parse(await glue.explain(JSON.stringify(question)));

export const verify = async (token: string, keys: Jwk[]): Promise<{ keys: KeyReport[] } | Failure> =>
  JSON.parse(await glue.verify_token(JSON.stringify({ token, keys })));

export const checkEntries = (entries: string[]): Fault[][] =>
  JSON.parse(glue.check_entries(JSON.stringify(entries)));

export const checkRoutes = (document: string): Fault[] => JSON.parse(glue.check_routes(document));

export const checkDiscovery = (published: {
  issuer: string;
  configuration: string;
  keySet: string;
}): { keys: Jwk[] } | Failure => JSON.parse(glue.check_discovery(JSON.stringify(published)));

export const matchRoles = (question: {
  template: string;
  project: string;
  values: string[];
  allowedRoles: string[] | null;
}): RoleMatches | Failure => JSON.parse(glue.match_roles(JSON.stringify(question)));

export const suggest = (question: Subject & { project: string }): Suggestion | Failure =>
  JSON.parse(glue.suggest_entry(JSON.stringify(question)));
