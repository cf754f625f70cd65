// The verdict, and the steps that led to it.
import type { ComponentChildren } from "preact";
import { visible, type Failure } from "../core.ts";
import type { DocumentFaults, ExplainAnswer, Explained, Explanation, Undecided } from "../core-types.ts";
import { pretty } from "../json.ts";
import { Copy } from "../parts/Copy.tsx";
import { Icon, type Sign } from "../parts/Icon.tsx";
import { Sentence } from "../parts/Sentence.tsx";
import { Trace } from "../parts/Trace.tsx";

export type Outcome = ExplainAnswer | Failure;

interface Props {
  outcome: Outcome | undefined;
  /** Whether nothing is pasted yet. */
  isEmpty: boolean;
  /** Whether it is still being worked out. */
  isBusy: boolean;
  /** The tab that is shown. */
  tab: string;
  onShow: (tab: string) => void;
  /** What takes the entries of a project, unless it is on the page already. */
  intake: (project: string) => ComponentChildren;
}

export function Verdict({ outcome, isEmpty, isBusy, tab, onShow, intake }: Props) {
  return (
    <section class="verdict" aria-labelledby="verdict" aria-busy={isBusy}>
      <h2 id="verdict" tabIndex={-1}>
        Verdict
      </h2>
      <p role="status" class="unseen">
        {inBrief(outcome, isEmpty).text}
      </p>
      {isEmpty ? (
        <Guide outcome={outcome} onShow={onShow} />
      ) : outcome === undefined ? null : "faults" in outcome ? (
        <FaultyDocuments faults={outcome.faults} onShow={onShow} />
      ) : "undecided" in outcome ? (
        <NotDecided {...outcome.undecided} tab={tab} onShow={onShow} intake={intake} />
      ) : "error" in outcome ? (
        <p class="notice failed">{outcome.error}</p>
      ) : (
        <Explained {...outcome} />
      )}
    </section>
  );
}

/** What to do first. */
function Guide({ outcome, onShow }: Pick<Props, "outcome" | "onShow">) {
  const steps = [
    ["token", "Token", "Paste one, or load an example."],
    ["keys", "Keys", "Fetch those of its issuer, or paste them."],
    ["providers", "Providers", "Paste the entries of the project, or let one be suggested."],
    ["request", "Request", "Say what was asked for."],
  ] as const;
  return (
    <>
      <p class="hint">What becomes of a request, and why, stands here as soon as there is a token.</p>
      <ol class="guide">
        {steps.map(([tab, name, text]) => (
          <li key={tab}>
            <button type="button" onClick={() => onShow(tab)}>
              {name}
            </button>
            <span>{text}</span>
          </li>
        ))}
      </ol>
      {outcome && "explanation" in outcome && (
        <p class="hint">
          <Sentence text={withoutToken(outcome.explanation)} />
        </p>
      )}
    </>
  );
}

const withoutToken = ({ verdict, status, code }: Explanation) =>
  verdict === "deny"
    ? `A request without a token gets ${status} \`${code}\`.`
    : "A request without a token passes.";

/** The verdict in a few words. */
export function inBrief(outcome: Outcome | undefined, isEmpty: boolean): { sign: Sign; text: string } {
  if (outcome === undefined || isEmpty) return { sign: "noted", text: "No token yet" };
  if ("faults" in outcome) return { sign: "failed", text: "The documents have faults" };
  if ("undecided" in outcome) return { sign: "noted", text: `Not decided yet: ${outcome.undecided.next}` };
  if ("error" in outcome) return { sign: "failed", text: outcome.error };
  const { verdict, status, code, roles } = outcome.explanation;
  if (verdict === "deny") return { sign: "failed", text: `Refused: ${status} ${code}` };
  if (verdict === "preflight") return { sign: "passed", text: "Answered as a preflight" };
  return { sign: "passed", text: roles.length ? `Permitted as ${roles.join(", ")}` : "Permitted" };
}

interface FaultyDocumentsProps {
  faults: DocumentFaults;
  onShow: (tab: string) => void;
}

function FaultyDocuments({ faults, onShow }: FaultyDocumentsProps) {
  const count = faults.idps.flat().length + faults.revocations.length;
  return (
    <div class="notice failed">
      <h3>The documents have faults</h3>
      <p>The gateway would not take them, so there is no verdict.</p>
      <div class="actions">
        {count > 0 && (
          <button type="button" onClick={() => onShow("providers")}>
            Providers: {count}
          </button>
        )}
        {(faults.routes.length > 0 || faults.project !== null) && (
          <button type="button" onClick={() => onShow("request")}>
            Request: {faults.routes.length + (faults.project === null ? 0 : 1)}
          </button>
        )}
      </div>
    </div>
  );
}

/** What has to be given first, and what is known until then. */
function NotDecided({
  missing,
  next,
  text,
  narrative,
  tab,
  onShow,
  intake,
}: Undecided & Pick<Props, "tab" | "onShow" | "intake">) {
  const offer = (to: string, words: string) =>
    tab !== to && (
      <button type="button" onClick={() => onShow(to)}>
        {words}
      </button>
    );
  return (
    <>
      <p class="headline noted" data-verdict="undecided">
        <Icon sign="noted" />
        Not decided yet: {next}
      </p>
      <p>
        <Sentence text={text} />
      </p>
      {"entries" in missing ? (
        <>
          {intake(missing.entries)}
          <div class="actions">
            {offer("suggest", "Suggest an entry")}
            {offer("request", "Change the request")}
          </div>
        </>
      ) : (
        tab !== "keys" && <div class="actions">{offer("keys", "Open Keys")}</div>
      )}
      {narrative.length > 0 && (
        <>
          <h3>Step by step, so far</h3>
          <Trace narrative={narrative} />
        </>
      )}
    </>
  );
}

function Explained({ explanation, narrative }: Explained) {
  const { idp, subject, roles, originHeaders } = explanation;
  const headers = Object.entries(originHeaders);
  return (
    <>
      <Headline {...explanation} />
      {idp !== null && (
        <dl class="facts">
          <Fact name="Entry">
            <code>{idp}</code>
          </Fact>
          <Fact name="Caller">
            <code>{visible(subject ?? "")}</code>
          </Fact>
          <Fact name="Roles">
            {roles.length > 0 && (
              <ul class="chips">
                {roles.map((role) => (
                  <li key={role}>
                    <code>{role}</code>
                  </li>
                ))}
              </ul>
            )}
          </Fact>
        </dl>
      )}
      <h3>Step by step</h3>
      <Trace narrative={narrative} />
      {headers.length > 0 && (
        <>
          <h3>What the origin gets</h3>
          <dl class="headers">
            {headers.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <code>{value}</code>
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <Copy text={pretty(explanation)}>Copy as JSON</Copy>
    </>
  );
}

function Headline({ verdict, status, code }: Explanation) {
  const isAllowed = verdict !== "deny";
  return (
    <p
      class={isAllowed ? "headline passed" : "headline failed"}
      data-verdict={verdict}
      data-code={code ?? ""}
    >
      <Icon sign={isAllowed ? "passed" : "failed"} />
      {isAllowed ? "Permitted" : "Refused"}
      {code && (
        <span class="code-of">
          {status} <code>{code}</code>
        </span>
      )}
    </p>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children || <span class="hint">none</span>}</dd>
    </div>
  );
}
