// The steps that led to a verdict, a sentence each.
import type { Line } from "../core-types.ts";
import { Icon, type Sign } from "./Icon.tsx";
import { Sentence } from "./Sentence.tsx";

export function Trace({ narrative }: { narrative: Line[] }) {
  return (
    <ol class="trace">
      {grouped(narrative).map(({ line, inner }, index) => (
        <li key={index} class={line.mark}>
          <Step line={line} />
          {inner.length > 0 && (
            <ul>
              {inner.map((line, index) => (
                <li key={index} class={line.mark}>
                  <Step line={line} />
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ol>
  );
}

const WORDS: Record<Sign, string> = {
  passed: "Passed",
  failed: "Failed",
  skipped: "Left aside",
  noted: "Note",
};

function Step({ line }: { line: Line }) {
  return (
    <div class="step">
      <Icon sign={line.mark} />
      <p>
        <span class="unseen">{WORDS[line.mark]}: </span>
        <Sentence text={line.text} />
      </p>
    </div>
  );
}

/** Lines with those within them. */
function grouped(lines: Line[]): { line: Line; inner: Line[] }[] {
  const groups: { line: Line; inner: Line[] }[] = [];
  for (const line of lines) {
    if (line.level === 1) groups.at(-1)?.inner.push(line);
    else groups.push({ line, inner: [] });
  }
  return groups;
}
