// All that a person puts in.
import { pretty } from "./json.ts";

export interface Inputs {
  /** What was pasted as a token. */
  token: string;
  /** Key set, JWK or PEM. */
  keys: string;
  /** The issuer whose keys they are, where they were fetched; pasted ones are the token's issuer's. */
  keysOf: string | undefined;
  /** The project's entries, each as text, in their order; nothing as long as they are not given. */
  entries: string[] | undefined;
  /** The project's revocations, as text: a list, or nothing. */
  revocations: string;
  /** The position of the entry that is edited. */
  selected: number;
  project: string;
  method: string;
  path: string;
  /** The routes document, as text. */
  routes: string;
  /** When to decide; empty for now. */
  at: string;
  /** How far clocks may differ, in seconds. */
  skew: number;
}

export const ROUTES = {
  origins: { insights: { url: "https://insights.example" } },
  routes: [
    {
      path: "/data-recorder-service/v2/{project}/{*rest}",
      origin: "insights",
      access: { GET: ["access"], POST: ["data_provider"], "*": ["admin"] },
    },
  ],
};

export const NOTHING: Inputs = {
  token: "",
  keys: "",
  keysOf: undefined,
  entries: undefined,
  revocations: "",
  selected: 0,
  project: "plant7",
  method: "GET",
  path: "/data-recorder-service/v2/plant7/data",
  routes: pretty(ROUTES),
  at: "",
  skew: 30,
};
