// The claims of a payload, or the parameters of a header, with what they mean and what is wrong with them.
import { visible } from "../core.ts";
import type { Flaw, PartName } from "../core-types.ts";
import { ALGORITHMS, CLAIMS, HEADER, type Meaning } from "../glossary.ts";
import { exactNumbers, nameOf, parseObject, pretty, visibleLines } from "../json.ts";
import { isTime, meaning } from "../time.ts";

interface Props {
  part: PartName;
  text: string;
  flaws: Flaw[];
  now: number;
}

export function ClaimTable({ part, text, flaws, now }: Props) {
  const members = parseObject(text, exactNumbers);
  if (!members)
    return <Text text={text} offset={flaws.find((flaw) => flaw.offset !== null)?.offset ?? undefined} />;
  const missing = flaws.flatMap((flaw) => {
    const name = flaw.member && nameOf(flaw.member);
    return name && !(name in members) ? [name] : [];
  });
  const flawOf = (name: string) =>
    flaws.find((flaw) => flaw.member !== null && nameOf(flaw.member) === name)?.message;
  return (
    <>
      <table class="claim-table">
        <thead class="unseen">
          <tr>
            <th scope="col">Member</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(members).map(([name, value]) => (
            <Row
              key={name}
              name={name}
              value={value}
              known={known(part, name)}
              flaw={flawOf(name)}
              now={now}
              part={part}
            />
          ))}
          {missing.map((name) => (
            <Row
              key={name}
              name={name}
              value={undefined}
              known={known(part, name)}
              flaw={flawOf(name)}
              now={now}
              part={part}
            />
          ))}
        </tbody>
      </table>
      <details>
        <summary>As JSON</summary>
        <pre class="code" tabIndex={0}>
          {pretty(members)}
        </pre>
      </details>
    </>
  );
}

/** A text that is no object, with the place marked where reading it ended. */
function Text({ text, offset }: { text: string; offset: number | undefined }) {
  // The offset is in bytes of UTF-8.
  const before = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, offset));
  const [marked = " "] = text.slice(before.length);
  return (
    <pre class="code" tabIndex={0}>
      {visibleLines(before)}
      {offset !== undefined && (
        <>
          <mark>{visible(marked)}</mark>
          {visibleLines(text.slice(before.length + marked.length))}
        </>
      )}
    </pre>
  );
}

const known = (part: PartName, name: string): Meaning | undefined => {
  const glossary = part === "header" ? HEADER : CLAIMS;
  return Object.hasOwn(glossary, name) ? glossary[name] : undefined;
};

interface RowProps {
  part: PartName;
  name: string;
  value: unknown;
  known: Meaning | undefined;
  flaw: string | undefined;
  now: number;
}

function Row({ part, name, value, known, flaw, now }: RowProps) {
  const words =
    part === "payload" && isTime(name) && typeof value === "number"
      ? meaning(name, value, now)
      : part === "header" && name === "alg"
        ? ALGORITHMS[String(value)]
        : undefined;
  return (
    <tr class={flaw ? "faulty" : undefined}>
      <th scope="row">
        <code>{visible(name)}</code>
        {known && (
          <span class="known">
            {known.name}
            {known.of && <span class="of">{known.of}</span>}
          </span>
        )}
      </th>
      <td>
        <Value value={value} />
        {words && <span class="words">{words}</span>}
        {flaw && <span class="flaw">{flaw}</span>}
      </td>
    </tr>
  );
}

function Value({ value }: { value: unknown }) {
  if (value === undefined) return null;
  if (typeof value === "string") return <code class="value">{value === "" ? '""' : visible(value)}</code>;
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string")) {
    return (
      <ul class="chips">
        {value.map((item, index) => (
          <li key={index}>
            <code>{visible(item)}</code>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <code class="value">
      {typeof value === "object" && value !== null ? pretty(value) : JSON.stringify(value)}
    </code>
  );
}
