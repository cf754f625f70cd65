// The keys that the token is tried with: the issuer's, or pasted ones.
import { useEffect, useState } from "preact/hooks";
import { visible, type Jwk } from "../core.ts";
import type { GatewayToken, KeyReport } from "../core-types.ts";
import { fetchKeys, fetchKeySet } from "../issuer.ts";
import { pretty } from "../json.ts";
import { Field } from "../parts/Field.tsx";
import { Icon, type Sign } from "../parts/Icon.tsx";

interface Props {
  text: string;
  /** The token's issuer. */
  issuer: string | undefined;
  /** What the token is, if the gateway signs its like itself. */
  gatewayToken: GatewayToken | null;
  /** The issuer whose keys they are, or the address of those of assertions, where they were fetched. */
  keysOf: string | undefined;
  keys: Jwk[];
  fault: string | undefined;
  reports: KeyReport[];
  onChange: (text: string, keysOf: string | undefined) => void;
}

export function KeysPanel({ text, issuer, gatewayToken, keysOf, keys, fault, reports, onChange }: Props) {
  const faults =
    fault === undefined ? undefined : [{ pointer: "", expected: "a key set, a JWK or PEM: " + fault }];
  return (
    <>
      {text === "" && (
        <p>
          {issuer === undefined
            ? "Paste a token first, and its issuer is filled in; or name the issuer, or paste keys."
            : "There are no keys yet. Fetch those of the issuer, or paste them: they verify the token’s signature."}
        </p>
      )}
      <Fetch
        issuer={issuer}
        gatewayToken={gatewayToken}
        onFetched={(keys, issuer) => onChange(pretty(keys), issuer)}
      />
      <Field
        label="Key set, JWK or PEM"
        hint="PEM is a public key or a certificate, or several."
        value={text}
        onChange={(text) => onChange(text, undefined)}
        faults={faults}
        rows={8}
        code
        json
      />
      {keysOf !== undefined && keysOf !== (gatewayToken?.keys?.url ?? issuer) && (
        <p class="notice skipped">
          These are the keys of <code>{keysOf}</code>. They do not count for a token of another kind or
          issuer.
        </p>
      )}
      {keys.length > 0 && (
        <section>
          <h3>{keys.length === 1 ? "One key" : `${keys.length} keys`}</h3>
          <ul class="keys">
            {keys.map((key, index) => (
              <Key key={index} jwk={key} report={reports[index]} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

interface FetchProps {
  issuer: string | undefined;
  gatewayToken: GatewayToken | null;
  onFetched: (keys: { keys: Jwk[] }, issuer: string) => void;
}

function Fetch({ issuer, gatewayToken, onFetched }: FetchProps) {
  const [typed, setTyped] = useState(issuer ?? "");
  const [state, setState] = useState<{ text: string; sign?: Sign; url?: string }>({ text: "" });
  useEffect(() => setTyped(issuer ?? ""), [issuer]);
  const run = async () => {
    setState({ text: "Fetching…" });
    const known = typed === issuer ? (gatewayToken?.keys ?? undefined) : undefined;
    const answer = await (known ? fetchKeySet(typed, known) : fetchKeys(typed));
    if ("url" in answer) {
      return setState({
        text: `${answer.url} cannot be read from a page: ${answer.error}.`,
        sign: "failed",
        url: answer.url,
      });
    }
    if ("error" in answer)
      return setState({ text: `The issuer cannot be used: ${answer.error}.`, sign: "failed" });
    onFetched(answer, known?.url ?? typed);
    setState({
      text: `Fetched ${answer.keys.length === 1 ? "one key" : `${answer.keys.length} keys`}.`,
      sign: "passed",
    });
  };
  return (
    <div class="fetch">
      <Field
        label="Issuer"
        hint="Its keys are fetched by a sandboxed document that is told the issuer, and never the token."
        value={typed}
        onChange={setTyped}
        placeholder="https://login.example.org"
        code
      />
      <button type="button" class="primary" disabled={typed === ""} onClick={run}>
        Fetch the issuer’s keys
      </button>
      <p role="status" class={state.sign ?? "hint"}>
        {state.sign && <Icon sign={state.sign} />} {state.text}
        {state.url && /^https?:/.test(state.url) && (
          <>
            {" "}
            An issuer may keep pages out. Then{" "}
            <a href={state.url} target="_blank" rel="noreferrer noopener">
              open it yourself
            </a>{" "}
            and paste the key set below.
          </>
        )}
      </p>
    </div>
  );
}

function Key({ jwk, report }: { jwk: Jwk; report: KeyReport | undefined }) {
  const { mark, text } = report ?? UNTRIED;
  const kind = [jwk.kty, jwk.crv, jwk.alg].filter((member) => typeof member === "string").join(" ");
  return (
    <li class={mark}>
      <Icon sign={mark} />
      <div>
        <code>{typeof jwk.kid === "string" ? visible(jwk.kid) : "without an id"}</code>{" "}
        <span class="kind">{visible(kind)}</span>
        <p>{text}</p>
        {report?.thumbprint && (
          <p class="hint">
            Thumbprint <code>{report.thumbprint}</code>
          </p>
        )}
      </div>
    </li>
  );
}

const UNTRIED = { mark: "noted", text: "There is no well-formed token to try it on." } as const;
