// The project's identity providers: a list in their order, one of them as a form and as JSON.
import type { ComponentChildren } from "preact";
import { visible, type Entry } from "../core.ts";
import type { Fault } from "../core-types.ts";
import { readList, readRevocations } from "../entries.ts";
import type { Inputs } from "../inputs.ts";
import { parseObject, pretty } from "../json.ts";
import { Faults, Field } from "../parts/Field.tsx";
import { Icon } from "../parts/Icon.tsx";
import { EntryForm } from "./EntryForm.tsx";

interface Props {
  /** The entries, if they are given. */
  entries: string[] | undefined;
  selected: number;
  /** The faults of each entry. */
  faults: Fault[][];
  /** The project's revocations, as text. */
  revocations: string;
  revocationsFaults: Fault[];
  /** The token's issuer, for a new entry. */
  issuer: string | undefined;
  onShow: (tab: string) => void;
  onChange: (changes: Pick<Partial<Inputs>, "entries" | "selected" | "revocations">) => void;
  /** What takes all entries of the project. */
  intake: ComponentChildren;
}

export function ProvidersPanel({
  entries: given,
  selected,
  faults,
  revocations,
  revocationsFaults,
  issuer,
  onShow,
  onChange,
  intake,
}: Props) {
  const entries = given ?? [];
  const text = entries[selected];
  const own = faults[selected] ?? [];
  const replace = (text: string) => onChange({ entries: entries.with(selected, text) });
  const edit = (text: string) => {
    const several = readList(text);
    const others = readRevocations(text) ?? revocations;
    if (several?.length) onChange({ entries: several.map(pretty), revocations: others, selected: 0 });
    else replace(text);
  };
  const add = () => onChange({ entries: [...entries, pretty(draft(issuer))], selected: entries.length });
  const remove = () => {
    const others = entries.toSpliced(selected, 1);
    // Without its last entry, a project is one whose entries are not given.
    onChange({ entries: others.length ? others : undefined, selected: Math.max(0, selected - 1) });
  };
  const move = (by: number) => {
    const entry = entries[selected] ?? "";
    onChange({
      entries: entries.toSpliced(selected, 1).toSpliced(selected + by, 0, entry),
      selected: selected + by,
    });
  };
  return (
    <>
      <p class="hint">
        They are asked in this order. The first that applies and finds the caller’s id decides.
      </p>
      <div class="entries" role="group" aria-label="Entries in their order">
        {entries.map((entry, index) => (
          <button
            key={index}
            type="button"
            aria-pressed={index === selected}
            onClick={() => onChange({ selected: index })}
          >
            <span class="position">{index + 1}</span> {nameOf(entry)}
            {!!faults[index]?.length && (
              <>
                <Icon sign="failed" />
                <span class="unseen">, has faults</span>
              </>
            )}
          </button>
        ))}
        <button type="button" onClick={add}>
          Add an entry
        </button>
        {entries.length === 0 && (
          <button type="button" onClick={() => onShow("suggest")}>
            Suggest one
          </button>
        )}
      </div>
      {given === undefined && (
        <p>Paste the project’s entries, add one by hand, or let one be suggested from the token.</p>
      )}
      {given?.length === 0 && (
        <p>The project has no entries: it accepts no token. Paste others, or add one.</p>
      )}
      {entries.length === 0 && intake}
      {text !== undefined && (
        <>
          <div class="actions" role="group" aria-label={`Entry ${nameOf(text)}`}>
            <button type="button" disabled={selected === 0} onClick={() => move(-1)}>
              Ask earlier
            </button>
            <button type="button" disabled={selected >= entries.length - 1} onClick={() => move(1)}>
              Ask later
            </button>
            <button type="button" onClick={remove}>
              Remove
            </button>
          </div>
          <div class="side-by-side">
            <EntryForm entry={parseObject(text)} faults={own} onChange={(entry) => replace(pretty(entry))} />
            <section>
              <Field
                label="As JSON"
                hint="A list of entries, or a whole snapshot, replaces them all."
                value={text}
                onChange={edit}
                rows={Math.min(32, Math.max(18, text.split("\n").length + 1))}
                code
                json
              />
              {own.length > 0 && (
                <div class="notice failed">
                  <h3>{own.length === 1 ? "One fault" : `${own.length} faults`}</h3>
                  <Faults faults={own} withPlaces />
                </div>
              )}
            </section>
          </div>
        </>
      )}
      <Field
        label="Revocations"
        hint="A list, as `…/revocations` of the project answers. Nothing: none."
        value={revocations}
        onChange={(revocations) => onChange({ revocations })}
        faults={revocationsFaults}
        rows={2}
        code
        json
      />
    </>
  );
}

function nameOf(entry: string): string {
  const id = parseObject(entry)?.id;
  return typeof id === "string" && id !== "" ? visible(id) : "without an id";
}

const draft = (issuer: string | undefined): Entry => ({
  id: "my-idp",
  iss: issuer ?? "https://login.example.org",
  label: { en: "My identity provider" },
  idClaim: "sub",
  roleDetection: "CLAIM",
  rolesClaim: "roles",
  roleTemplate: "{project}.{roleName}",
});
