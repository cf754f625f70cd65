// How the entries of a project come into the page: pasted, or loaded from the server that the page is from.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { entriesRequest } from "../core.ts";
import { listLine } from "../curl.ts";
import { loadEntries, readEntries, readRevocations } from "../entries.ts";
import { Copy } from "../parts/Copy.tsx";
import { Field } from "../parts/Field.tsx";
import { Icon, type Sign } from "../parts/Icon.tsx";
import { Sentence } from "../parts/Sentence.tsx";

interface Props {
  project: string;
  /** Where the management API is. */
  api: string;
  /** The server that the page is from, if it may have the management API. */
  server: string | undefined;
  /** The token of an owner, for that server alone. */
  ownerToken: string;
  onOwnerToken: (token: string) => void;
  /** Takes entries, and revocations if what was pasted says which there are. */
  onEntries: (entries: string[], revocations?: string) => void;
  /** Fields for the project and the API, where they are not elsewhere. */
  children?: ComponentChildren;
}

const NOT_ENTRIES = [{ pointer: "", expected: "JSON: a list of entries, one entry, or a snapshot" }];

export function EntriesIntake({ project, api, server, children, ...props }: Props) {
  const { ownerToken, onOwnerToken, onEntries } = props;
  const [text, setText] = useState("");
  const paste = (text: string) => {
    const entries = readEntries(text);
    if (entries) onEntries(entries, readRevocations(text));
    else setText(text);
  };
  const request = entriesRequest({ project, token: null });
  return (
    <div class="intake">
      <Field
        label="The project’s entries"
        hint="A list of entries, one entry, or a snapshot."
        value={text}
        onChange={paste}
        faults={text.trim() === "" ? undefined : NOT_ENTRIES}
        rows={4}
        code
        json
      />
      {children}
      {"error" in request ? null : (
        <section>
          <h3>By the management API</h3>
          <pre class="code" tabIndex={0} aria-label="The request that lists the entries">
            {listLine(api, request.path)}
          </pre>
          <Copy text={listLine(api, request.path)}>Copy the line</Copy>
          <p class="hint">
            <code>$TOKEN</code> is a token of an owner of the project. Paste the output into the field above.
          </p>
        </section>
      )}
      {server !== undefined && (
        <Load
          project={project}
          server={server}
          token={ownerToken}
          onToken={onOwnerToken}
          onLoaded={onEntries}
        />
      )}
    </div>
  );
}

interface LoadProps {
  project: string;
  server: string;
  token: string;
  onToken: (token: string) => void;
  onLoaded: (entries: string[]) => void;
}

function Load({ project, server, token, onToken, onLoaded }: LoadProps) {
  const [state, setState] = useState<{ text: string; sign?: Sign }>({ text: "" });
  const running = useRef<AbortController | undefined>(undefined);
  // A response to another question than the one that is on the page now is not taken.
  useLayoutEffect(() => {
    setState({ text: "" });
    return () => running.current?.abort();
  }, [project, token]);
  const load = async () => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setState({ text: "Loading…" });
    const loaded = await loadEntries(project, token, controller.signal);
    if (controller.signal.aborted) return;
    if ("error" in loaded) return setState({ text: `Not loaded: ${loaded.error}.`, sign: "noted" });
    onLoaded(loaded.entries);
  };
  return (
    <section class="fetch">
      <h3>From this server</h3>
      <Field
        label="Token of an owner"
        hint={`Sent to \`${server}\` when you click, and nowhere else. The page forgets it as soon as there are entries.`}
        value={token}
        onChange={onToken}
        code
      />
      <button type="button" disabled={token.trim() === ""} onClick={load}>
        Load from this server
      </button>
      <p role="status" class={state.sign ?? "hint"}>
        {state.sign && <Icon sign={state.sign} />} <Sentence text={state.text} />
      </p>
    </section>
  );
}
