// Small signs. They never stand alone: a text says the same.

const PATHS = {
  passed: "M4.8 8.3l2.2 2.2 4.3-4.8",
  failed: "M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8",
  skipped: "M5 8h6",
  noted: "M8 7.6v3.4M8 4.9v.1",
};

export type Sign = keyof typeof PATHS;

export function Icon({ sign }: { sign: Sign }) {
  return (
    <svg class={`icon ${sign}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <circle cx="8" cy="8" r="8" />
      <path d={PATHS[sign]} fill="none" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
