// The token: pasted, taken apart, its members in a person's words.
import { visible } from "../core.ts";
import type { Diagnosis, Flaw, GatewayToken, PartName, PastedCredentials } from "../core-types.ts";
import { accountLine } from "../curl.ts";
import { nameOf } from "../json.ts";
import { Copy } from "../parts/Copy.tsx";
import { Field } from "../parts/Field.tsx";
import { Sentence } from "../parts/Sentence.tsx";
import { ClaimTable } from "./ClaimTable.tsx";

interface Props {
  text: string;
  credentials: PastedCredentials | null;
  diagnosis: Diagnosis | undefined;
  /** What the token is, if the gateway signs its like itself. */
  gatewayToken: GatewayToken | null;
  /** What is known of the signature, in words; nothing as long as there are no keys. */
  signature: string | undefined;
  now: number;
  onChange: (text: string) => void;
  onShow: (tab: string) => void;
}

export function TokenPanel(props: Props) {
  const { text, credentials, diagnosis, gatewayToken, signature, now, onChange, onShow } = props;
  const { token, claims } = credentials ?? { token: null, claims: null };
  return (
    <>
      <Field
        label="Access token"
        hint="A token, a whole `Authorization` header, or claims as JSON. It stays in this page."
        value={text}
        onChange={onChange}
        rows={5}
        code
      />
      {token === null && claims && (
        <section class="part payload">
          <h3>Claims</h3>
          <p class="hint">Nobody signed these: the decision leaves header and signature out.</p>
          <ClaimTable part="payload" text={text} flaws={[]} now={now} />
        </section>
      )}
      {token !== null && diagnosis && (
        <>
          {gatewayToken && <OfGateway {...gatewayToken} />}
          <Flaws token={token} flaws={diagnosis.flaws} />
          {diagnosis.flaws.length > 0 && <Spelling token={token} diagnosis={diagnosis} />}
          {diagnosis.parts.map((part) => (
            <section class={`part ${part.name}`} key={part.name}>
              <h3>
                {NAMES[part.name]}
                <span class="size">{part.bytes === null ? "cannot be decoded" : `${part.bytes} bytes`}</span>
              </h3>
              {part.name === "signature"
                ? ((signature && (
                    <p>
                      <Sentence text={signature} />
                    </p>
                  )) ?? (
                    <>
                      <p>There are no keys yet to check it by. Fetch those of the issuer, or paste them.</p>
                      <div class="actions">
                        <button type="button" onClick={() => onShow("keys")}>
                          Open Keys
                        </button>
                      </div>
                    </>
                  ))
                : part.text !== null && (
                    <ClaimTable
                      part={part.name}
                      text={part.text}
                      flaws={diagnosis.flaws.filter((flaw) => flaw.part === part.name)}
                      now={now}
                    />
                  )}
            </section>
          ))}
        </>
      )}
    </>
  );
}

/** What a token of the gateway itself is. */
function OfGateway({ title, sentences, accountUrl }: GatewayToken) {
  return (
    <div class="notice noted" role="group" aria-labelledby="of-gateway">
      <h3 id="of-gateway">
        <Sentence text={title} />
      </h3>
      {sentences.map((sentence) => (
        <p key={sentence}>
          <Sentence text={sentence} />
        </p>
      ))}
      {accountUrl !== null && (
        <>
          <p>
            The account, for an owner or the administrator:{" "}
            <a href={accountUrl} target="_blank" rel="noreferrer noopener">
              {accountUrl}
            </a>
          </p>
          <Copy text={accountLine(accountUrl)}>Copy the curl line</Copy>
        </>
      )}
    </div>
  );
}

const NAMES: Record<PartName, string> = { header: "Header", payload: "Payload", signature: "Signature" };

function Flaws({ token, flaws }: { token: string; flaws: Flaw[] }) {
  if (flaws.length === 0) return null;
  return (
    <div class="notice failed" role="group" aria-labelledby="flaws">
      <h3 id="flaws">{flaws.length === 1 ? "One fault" : `${flaws.length} faults`}</h3>
      <ul>
        {flaws.map((flaw) => (
          <li key={place(token, flaw) + flaw.message}>
            <strong>{visible(place(token, flaw))}</strong> <Sentence text={flaw.message} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Where a flaw is: "Payload, `exp`", "Header, byte 12", "character 40". */
function place(token: string, { part, member, offset, start }: Flaw): string {
  const name = part ? NAMES[part] : "Token";
  if (member) return `${name}, ${nameOf(member)}`;
  if (offset !== null) return `${name}, byte ${offset + 1}`;
  return part && token.length ? `${name}, character ${start + 1} of the token` : name;
}

/** The token as it is spelled, its parts in colours, with the faulty characters marked. */
function Spelling({ token, diagnosis: { parts, flaws } }: { token: string; diagnosis: Diagnosis }) {
  const marks = flaws.filter((flaw) => flaw.member === null && flaw.part !== null && flaw.end > flaw.start);
  // Positions are in bytes of UTF-8.
  const bytes = new TextEncoder().encode(token);
  const slice = (start: number, end: number) => visible(new TextDecoder().decode(bytes.subarray(start, end)));
  return (
    <p class="spelling code" aria-label="The token as it is spelled">
      {parts.map((part, index) => {
        const mark = marks.find(
          (flaw) => flaw.part === part.name && flaw.end - flaw.start < part.end - part.start,
        );
        return (
          <span key={part.name}>
            {index > 0 && "."}
            <span class={part.name}>
              {mark ? (
                <>
                  {slice(part.start, mark.start)}
                  <mark>{slice(mark.start, mark.end)}</mark>
                  {slice(mark.end, part.end)}
                </>
              ) : (
                slice(part.start, part.end)
              )}
            </span>
          </span>
        );
      })}
    </p>
  );
}
