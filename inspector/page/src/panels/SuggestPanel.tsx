// An entry made of the token alone, and the request that saves it.
import type { Entry, Failure } from "../core.ts";
import type { Suggestion } from "../core-types.ts";
import { saveLine } from "../curl.ts";
import { pretty } from "../json.ts";
import { Copy } from "../parts/Copy.tsx";
import { Field } from "../parts/Field.tsx";
import { Sentence } from "../parts/Sentence.tsx";

interface Props {
  suggestion: Suggestion | Failure | undefined;
  project: string;
  projectFault: string | undefined;
  api: string;
  onProject: (project: string) => void;
  onApi: (api: string) => void;
  onUse: (entry: Entry, alone: boolean) => void;
}

export function SuggestPanel(props: Props) {
  const { suggestion, project, projectFault, api, onProject, onApi, onUse } = props;
  if (!suggestion)
    return <p class="empty">Paste a token, and an entry that recognises its bearer is made of it.</p>;
  if ("error" in suggestion) {
    return <p class="notice failed">No entry can be made of this token: {suggestion.error}.</p>;
  }
  const { idp, notes, path, providerName } = suggestion;
  return (
    <>
      <p>
        {suggestion.provider === "other" ? (
          "This is a token of no provider that is known here. "
        ) : (
          <>
            This is a token of <strong>{providerName}</strong>.{" "}
          </>
        )}
        An entry that recognises its bearer:
      </p>
      <pre class="code" tabIndex={0} aria-label="The suggested entry">
        {pretty(idp)}
      </pre>
      {notes.length > 0 && (
        <div class="notice noted">
          <h3>Before you save it</h3>
          <ul>
            {notes.map((note) => (
              <li key={note}>
                <Sentence text={note} />
              </li>
            ))}
          </ul>
        </div>
      )}
      <div class="actions">
        <button type="button" class="primary" onClick={() => onUse(idp, true)}>
          Use it alone
        </button>
        <button type="button" onClick={() => onUse(idp, false)}>
          Add it to the entries
        </button>
        <Copy text={pretty(idp)}>Copy the entry</Copy>
      </div>
      <h3>Save it through the API</h3>
      <div class="grid">
        <Field
          label="Project"
          value={project}
          onChange={onProject}
          faults={projectFault === undefined ? undefined : [{ pointer: "", expected: projectFault }]}
          code
        />
        <Field label="API" value={api} onChange={onApi} code />
      </div>
      {path !== null && <SaveRequest line={saveLine(api, path, idp)} />}
    </>
  );
}

function SaveRequest({ line }: { line: string }) {
  return (
    <>
      <pre class="code" tabIndex={0} aria-label="The request that saves the entry">
        {line}
      </pre>
      <Copy text={line}>Copy the line</Copy>
      <p class="hint">
        <code>$TOKEN</code> is a token of an owner of the project. With <code>?dryRun=true</code> at the end
        of the address nothing is saved.
      </p>
    </>
  );
}
