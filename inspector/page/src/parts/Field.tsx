// A labelled input with what is wrong with it.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { visible } from "../core.ts";
import type { Fault } from "../core-types.ts";
import { pretty } from "../json.ts";
import { Sentence } from "./Sentence.tsx";

interface Common {
  label: string;
  hint?: string | undefined;
  faults?: Fault[] | undefined;
  disabled?: boolean | undefined;
}

interface Text extends Common {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  /** Rows of a text of several lines. */
  rows?: number;
  /** Whether the text is code. */
  code?: boolean;
  /** Whether it is JSON, whose lines stay whole. */
  json?: boolean;
  options?: string[];
}

export function Field({
  label,
  hint,
  faults,
  disabled,
  value,
  onChange,
  placeholder,
  rows,
  code,
  json,
  options,
}: Text) {
  const id = useId();
  const common = {
    id,
    value,
    disabled,
    placeholder,
    spellcheck: false,
    autocomplete: "off" as const,
    autocapitalize: "off" as const,
    class: code ? "code" : undefined,
    "aria-invalid": faults?.length ? ("true" as const) : undefined,
    "aria-describedby": describedBy(id, hint, faults),
    onInput: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  return (
    <Frame id={id} label={label} hint={hint} faults={faults}>
      {rows ? (
        <textarea {...common} rows={rows} wrap={json ? "off" : "soft"} />
      ) : (
        <input type="text" {...common} list={options && `${id}-list`} />
      )}
      {options && (
        <datalist id={`${id}-list`}>
          {options.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
    </Frame>
  );
}

interface List extends Common {
  value: unknown;
  onChange: (value: string[] | undefined) => void;
}

/** A list of texts, one a line; empty means that there is no list. */
export function ListField({ value, onChange, ...common }: List) {
  const given = Array.isArray(value) ? value.map(String) : [];
  const [text, setText] = useState(given.join("\n"));
  // What is typed stays as it is, an unfinished line included, as long as it says the same.
  const shown = lines(text).join("\n") === given.join("\n") ? text : given.join("\n");
  const change = (text: string) => {
    setText(text);
    const list = lines(text);
    onChange(list.length ? list : undefined);
  };
  return <Field {...common} value={shown} onChange={change} rows={Math.max(1, given.length)} code />;
}

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

interface Choice extends Common {
  value: string;
  options: string[];
  onChange: (value: string) => void;
}

export function Select({ label, hint, faults, disabled, value, options, onChange }: Choice) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} faults={faults}>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-describedby={describedBy(id, hint, faults)}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {visible(option)}
          </option>
        ))}
      </select>
    </Frame>
  );
}

interface FrameProps {
  id: string;
  label: string;
  hint: string | undefined;
  faults: Fault[] | undefined;
  children: ComponentChildren;
}

function Frame({ id, label, hint, faults, children }: FrameProps) {
  return (
    <div class={faults?.length ? "field faulty" : "field"}>
      <label for={id}>{label}</label>
      {children}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          <Sentence text={hint} />
        </p>
      )}
      <Faults id={`${id}-faults`} faults={faults} />
    </div>
  );
}

const describedBy = (id: string, hint: string | undefined, faults: Fault[] | undefined) =>
  [hint && `${id}-hint`, faults?.length && `${id}-faults`].filter(Boolean).join(" ") || undefined;

/** What is wrong, each with its place. */
export function Faults({
  id,
  faults,
  withPlaces,
}: {
  id?: string;
  faults?: Fault[] | undefined;
  withPlaces?: boolean;
}) {
  if (!faults?.length) return null;
  return (
    <ul class="faults" id={id}>
      {faults.map(({ pointer, value, expected }) => (
        <li key={pointer + expected}>
          {withPlaces && pointer && (
            <>
              <code>{visible(pointer)}</code>:{" "}
            </>
          )}
          expected <Sentence text={expected} />
          {value !== undefined && (
            <>
              , not <code>{pretty(value)}</code>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
