// All that follows from the inputs, worked out anew whenever one changes.
import { useEffect, useMemo, useState } from "preact/hooks";
import {
  checkEntries,
  checkRoutes,
  dissect,
  explain,
  gatewayToken,
  readCredentials,
  readKeys,
  suggest,
  verify,
  type Jwk,
} from "./core.ts";
import type { PastedCredentials, VerifyAnswer } from "./core-types.ts";
import type { Inputs } from "./inputs.ts";
import type { Outcome } from "./panels/Verdict.tsx";
import { readTime } from "./time.ts";

/** What is known of the credentials and the rest. `clock` is the time in seconds. */
export function useInspection(inputs: Inputs, clock: number) {
  const credentials = useMemo(() => readCredentials(inputs.token), [inputs.token]);
  const token = credentials?.token ?? null;
  const claims = credentials?.claims ?? NO_CLAIMS;
  const diagnosis = useMemo(() => (token === null ? undefined : dissect(token)), [token]);
  const ofGateway = useMemo(() => (token === null ? null : gatewayToken(token)), [token]);
  const entriesFaults = useMemo(() => checkEntries(inputs.entries ?? []), [inputs.entries]);
  const routesFaults = useMemo(() => checkRoutes(inputs.routes), [inputs.routes]);
  const suggestion = useMemo(
    () =>
      credentials?.token || credentials?.claims
        ? suggest({ ...credentials, project: inputs.project })
        : undefined,
    [credentials, inputs.project],
  );
  const issuer = typeof claims.iss === "string" ? claims.iss : undefined;
  const { keys, fault } = useMemo(() => keysOf(inputs.keys), [inputs.keys]);
  const givenKeys = inputs.keys.trim() !== "" && fault === undefined ? keys : undefined;
  const [verified] = useAsync<VerifyAnswer | undefined>(undefined, () => verifiedBy(token, keys), [
    token,
    keys,
  ]);
  const now = (inputs.at === "" ? undefined : readTime(inputs.at)) ?? clock;
  const [outcome, isDecided] = useAsync<Outcome | undefined>(
    undefined,
    () => outcomeOf(inputs, credentials, givenKeys, issuer, now),
    [inputs, credentials, givenKeys, issuer, Math.floor(now / 5)],
  );
  return {
    credentials,
    claims,
    issuer,
    diagnosis,
    ofGateway,
    entriesFaults,
    routesFaults,
    suggestion,
    keys,
    fault,
    verified,
    outcome,
    isBusy: !isDecided,
    now,
  };
}

const NO_CLAIMS: Record<string, unknown> = {};

/** The keys that were pasted, or what is wrong with them. */
function keysOf(text: string): { keys: Jwk[]; fault?: string } {
  const read = readKeys(text);
  return "error" in read ? { keys: [], fault: read.error } : read;
}

/** What the keys make of the token, if it is well-formed and there are keys. */
async function verifiedBy(token: string | null, keys: Jwk[]): Promise<VerifyAnswer | undefined> {
  if (token === null || keys.length === 0) return undefined;
  const verified = await verify({ token, keys });
  return "error" in verified ? undefined : verified;
}

async function outcomeOf(
  { entries, revocations, project, method, path, routes, skew, keysOf }: Inputs,
  credentials: PastedCredentials | null,
  keys: Jwk[] | undefined,
  issuer: string | undefined,
  now: number,
): Promise<Outcome> {
  const owner = keysOf ?? issuer;
  const sets = owner !== undefined && keys ? { [owner]: { keys } } : {};
  const { token, claims } = credentials ?? { token: null, claims: null };
  const idps = entries ?? null;
  return explain({ token, claims, method, path, routes, project, idps, revocations, keys: sets, now, skew });
}

/** The latest answer to a question that takes time, and whether it is to the question as it is now. */
function useAsync<T>(
  initial: T,
  ask: () => Promise<T>,
  dependencies: unknown[],
): [answer: T, isCurrent: boolean] {
  const [{ answer, to }, setAnswered] = useState({ answer: initial, to: undefined as unknown[] | undefined });
  useEffect(() => {
    let isLatest = true;
    ask().then((answer) => isLatest && setAnswered({ answer, to: dependencies }));
    return () => {
      isLatest = false;
    };
  }, dependencies);
  return [answer, dependencies.every((dependency, index) => Object.is(dependency, to?.[index]))];
}
