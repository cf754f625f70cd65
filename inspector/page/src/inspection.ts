// All that follows from the inputs, worked out anew whenever one changes.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { KeyReport } from "./answers.ts";
import { checkEntries, checkRoutes, dissect, explain, suggest, verify, type Subject } from "./core.ts";
import type { Inputs } from "./inputs.ts";
import { readKeys, type Jwk } from "./keys.ts";
import type { Outcome } from "./panels/Verdict.tsx";
import { claimsOf, readSubject } from "./subject.ts";
import { readTime } from "./time.ts";

/** What is known of a subject. `clock` is the time in seconds. */
export function useInspection(inputs: Inputs, clock: number) {
  const subject = useMemo(() => readSubject(inputs.token), [inputs.token]);
  const claims = useMemo(() => claimsOf(subject), [subject]);
  const dissection = useMemo(
    () => (subject?.token === undefined ? undefined : dissect(subject.token)),
    [subject],
  );
  const entriesFaults = useMemo(() => checkEntries(inputs.entries), [inputs.entries]);
  const routesFaults = useMemo(() => checkRoutes(inputs.routes), [inputs.routes]);
  const suggestion = useMemo(
    () => (subject?.token || subject?.claims ? suggest({ ...subject, project: inputs.project }) : undefined),
    [subject, inputs.project],
  );
  const issuer = typeof claims.iss === "string" ? claims.iss : undefined;
  const [{ keys, fault }, hasReadKeys] = useAsync(NO_KEYS, () => readKeys(inputs.keys), [inputs.keys]);
  const [reports] = useAsync(NO_REPORTS, () => reportsOn(subject, keys), [subject, keys]);
  const now = (inputs.at === "" ? undefined : readTime(inputs.at)) ?? clock;
  const [outcome, isDecided] = useAsync<Outcome | undefined>(
    undefined,
    () => outcomeOf(inputs, subject, keys, issuer, now),
    [inputs, subject, keys, issuer, Math.floor(now / 5)],
  );
  return {
    subject,
    claims,
    issuer,
    dissection,
    entriesFaults,
    routesFaults,
    suggestion,
    keys,
    fault,
    reports,
    outcome,
    isBusy: !(hasReadKeys && isDecided),
    now,
  };
}

const NO_KEYS: { keys: Jwk[]; fault?: string } = { keys: [] };
const NO_REPORTS: KeyReport[] = [];

async function reportsOn(subject: Subject | undefined, keys: Jwk[]): Promise<KeyReport[]> {
  if (subject?.token === undefined || keys.length === 0) return NO_REPORTS;
  const tried = await verify(subject.token, keys);
  return "error" in tried ? NO_REPORTS : tried.keys;
}

async function outcomeOf(
  { entries, project, method, path, routes, skew, keysOf }: Inputs,
  subject: Subject | undefined,
  keys: Jwk[],
  issuer: string | undefined,
  now: number,
): Promise<Outcome> {
  const owner = keysOf ?? issuer;
  const sets = owner !== undefined && keys.length > 0 ? { [owner]: { keys } } : {};
  return explain({ ...subject, method, path, routes, project, idps: entries, keys: sets, now, skew });
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
