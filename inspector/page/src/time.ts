// Points in time in a person's words.

const UNITS: [number, Intl.RelativeTimeFormatUnit][] = [
  [365 * 86_400, "year"],
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const ABSOLUTE = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "medium",
  timeStyle: "medium",
  timeZone: "UTC",
});

/** "3 minutes ago", "in 2 hours". */
export function relative(seconds: number, now: number): string {
  const away = seconds - now;
  const [length, unit] = UNITS.find(([length]) => Math.abs(away) >= 2 * length) ?? [1, "second" as const];
  return RELATIVE.format(Math.trunc(away / length) || 0, unit);
}

/** "19 Feb 2024, 13:56:46 UTC"; nothing where no calendar reaches. */
export function absolute(seconds: number): string | undefined {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? undefined : `${ABSOLUTE.format(date)} UTC`;
}

/** What a claim's time means: "expired 3 minutes ago". */
export function meaning(claim: string, seconds: number, now: number): string | undefined {
  const date = absolute(seconds);
  if (date === undefined) return undefined;
  const isPast = seconds <= now;
  const verb = VERBS[claim]?.[isPast ? 0 : 1] ?? "";
  return `${verb} ${relative(seconds, now)} (${date})`.trim();
}

const VERBS: Record<string, [past: string, future: string]> = {
  exp: ["expired", "expires"],
  iat: ["issued", "issued"],
  nbf: ["valid since", "not valid before"],
  auth_time: ["signed in", "signed in"],
  updated_at: ["updated", "updated"],
};

/** Whether a claim of that name is a point in time. */
export const isTime = (claim: string): boolean => claim in VERBS;

/** Reads "2024-02-19T13:53:20Z" or seconds since 1970; nothing where it is neither. */
export function readTime(text: string): number | undefined {
  const seconds = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Date.parse(text) / 1000;
  return Number.isFinite(seconds) ? seconds : undefined;
}
