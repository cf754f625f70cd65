// The role-template workbench: which values match, and which role comes out.
import { useMemo, useState } from "preact/hooks";
import { matchRoles, roleClaims, visible } from "../core.ts";
import { parseObject } from "../json.ts";
import { Field, Select } from "../parts/Field.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Sentence } from "../parts/Sentence.tsx";

interface Props {
  claims: Record<string, unknown>;
  project: string;
  /** The text of the entry that is edited. */
  entry: string | undefined;
  onProject: (project: string) => void;
  /** Puts a template and its claim into the entry. */
  onUse: (template: string, claim: string | undefined) => void;
}

const OWN_VALUES = "(none, only mine)";

export function RolesPanel({ claims, project, entry, onProject, onUse }: Props) {
  const configured = parseObject(entry ?? "") ?? {};
  const lists = useMemo(
    () => new Map(roleClaims(claims).map(({ name, values }) => [name, values])),
    [claims],
  );
  const [typed, setTyped] = useState<string>();
  const [chosen, setChosen] = useState<string>();
  const [own, setOwn] = useState("");
  const template = typed ?? textOf(configured.roleTemplate) ?? "{project}.{roleName}";
  const preset = textOf(configured.rolesClaim);
  const claim =
    chosen ??
    (preset !== undefined && lists.has(preset) ? preset : (lists.keys().next().value ?? OWN_VALUES));
  const values = [...(lists.get(claim) ?? []), ...own.split("\n").filter((line) => line !== "")];
  const allowed = Array.isArray(configured.allowedRoles) ? configured.allowedRoles.map(String) : null;
  const matches = matchRoles({ template, project, values, allowedRoles: allowed });
  const fault = "error" in matches ? [{ pointer: "", expected: matches.error }] : undefined;
  return (
    <>
      <div class="grid">
        <Field
          label="Template"
          hint="`{roleName}` once, `{project}` at most once."
          value={template}
          onChange={setTyped}
          faults={fault}
          code
        />
        <Field label="Project" value={project} onChange={onProject} code />
      </div>
      <div class="grid">
        <Select
          label="Values of the token’s claim"
          value={claim}
          options={[...lists.keys(), OWN_VALUES]}
          onChange={setChosen}
        />
        <Field label="More values" hint="One a line." value={own} onChange={setOwn} rows={2} code />
      </div>
      {!("error" in matches) && values.length === 0 && (
        <p class="empty">
          Paste a token, or type values here: which of them match the template, and which roles come out, is
          shown as soon as there is one.
        </p>
      )}
      {!("error" in matches) && values.length > 0 && (
        <>
          <p role="status">{visible(matches.text)}</p>
          <table class="matches">
            <caption>
              Values of the form{" "}
              <code>
                {visible(matches.before)}
                <em>{"{roleName}"}</em>
                {visible(matches.after)}
              </code>
              {allowed && (
                <>
                  , of which <code>allowedRoles</code> accepts {visible(allowed.join(", "))}
                </>
              )}
            </caption>
            <thead>
              <tr>
                <th scope="col">Value</th>
                <th scope="col">What comes out</th>
              </tr>
            </thead>
            <tbody>
              {matches.values.map(({ value, name, mark, text }, index) => (
                <tr key={index} class={mark}>
                  <td>
                    <code>
                      {name === null ? (
                        visible(value)
                      ) : (
                        <>
                          {visible(matches.before)}
                          <em>{visible(name)}</em>
                          {visible(matches.after)}
                        </>
                      )}
                    </code>
                  </td>
                  <td>
                    <Icon sign={mark} /> <Sentence text={text} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {entry !== undefined && (
            <button type="button" onClick={() => onUse(template, lists.has(claim) ? claim : undefined)}>
              Put it into the entry {textOf(configured.id) ?? ""}
            </button>
          )}
        </>
      )}
    </>
  );
}

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);
