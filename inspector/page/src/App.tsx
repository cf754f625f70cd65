// The page: what is put in on one side, the verdict on the other.
import { useEffect, useState } from "preact/hooks";
import type { Entry } from "./core.ts";
import type { KeyReport } from "./core-types.ts";
import { defaultApi } from "./curl.ts";
import { EXAMPLES, load } from "./examples.ts";
import { NOTHING, type Inputs } from "./inputs.ts";
import { useInspection } from "./inspection.ts";
import { parseObject, pretty } from "./json.ts";
import { fromFragment, toFragment } from "./link.ts";
import { KeysPanel } from "./panels/KeysPanel.tsx";
import { ProvidersPanel } from "./panels/ProvidersPanel.tsx";
import { RequestPanel } from "./panels/RequestPanel.tsx";
import { RolesPanel } from "./panels/RolesPanel.tsx";
import { SuggestPanel } from "./panels/SuggestPanel.tsx";
import { TokenPanel } from "./panels/TokenPanel.tsx";
import { inBrief, Verdict } from "./panels/Verdict.tsx";
import { Copy } from "./parts/Copy.tsx";
import { Icon, type Sign } from "./parts/Icon.tsx";
import { Tabs } from "./parts/Tabs.tsx";

export function App() {
  const [inputs, setInputs] = useState<Inputs>(NOTHING);
  const [tab, setTab] = useState("token");
  const [api, setApi] = useState(() => defaultApi(location));
  const change = (changes: Partial<Inputs>) => setInputs((inputs) => ({ ...inputs, ...changes }));
  const found = useInspection(inputs, useClock());
  const { credentials, issuer, reports, outcome } = found;
  const isEmpty = credentials === null;
  const projectFault = outcome && "faults" in outcome ? (outcome.faults.project ?? undefined) : undefined;
  useLink((configuration) => change({ ...configuration, selected: 0 }));

  const use = (entry: Entry, alone: boolean) => {
    const entries = alone ? [pretty(entry)] : [...inputs.entries, pretty(entry)];
    change({ entries, selected: entries.length - 1 });
    setTab("providers");
  };
  const putTemplate = (roleTemplate: string, rolesClaim: string | undefined) => {
    const { definedRoles: _, ...entry } = parseObject(inputs.entries[inputs.selected] ?? "") ?? {};
    const next = {
      ...entry,
      roleDetection: "CLAIM",
      rolesClaim: rolesClaim ?? entry.rolesClaim,
      roleTemplate,
    };
    change({ entries: inputs.entries.with(inputs.selected, pretty(next)) });
  };

  const panels: Record<string, () => preact.ComponentChild> = {
    token: () => (
      <TokenPanel
        text={inputs.token}
        credentials={credentials}
        diagnosis={found.diagnosis}
        signature={signatureInWords(reports, found.keys.length)}
        now={found.now}
        onChange={(token) => change({ token })}
      />
    ),
    keys: () => (
      <KeysPanel
        text={inputs.keys}
        issuer={issuer}
        keysOf={inputs.keysOf}
        keys={found.keys}
        fault={found.fault}
        reports={reports}
        onChange={(keys, keysOf) => change({ keys, keysOf })}
      />
    ),
    providers: () => (
      <ProvidersPanel
        entries={inputs.entries}
        selected={inputs.selected}
        faults={found.entriesFaults}
        issuer={issuer}
        onShow={setTab}
        onChange={change}
      />
    ),
    request: () => (
      <RequestPanel
        inputs={inputs}
        routesFaults={found.routesFaults}
        projectFault={projectFault}
        onChange={change}
      />
    ),
    roles: () => (
      <RolesPanel
        claims={found.claims}
        project={inputs.project}
        entry={inputs.entries[inputs.selected]}
        onProject={(project) => change({ project })}
        onUse={putTemplate}
      />
    ),
    suggest: () => (
      <SuggestPanel
        suggestion={found.suggestion}
        project={inputs.project}
        projectFault={projectFault}
        api={api}
        onProject={(project) => change({ project })}
        onApi={setApi}
        onUse={use}
      />
    ),
  };

  const clear = () => {
    linkTo(location.pathname);
    setInputs(NOTHING);
  };
  const brief = inBrief(outcome, isEmpty);
  return (
    <>
      <header>
        <div>
          <h1>Token inspector</h1>
          <p>
            Why was this token refused, or given these roles? It is worked out in this page, which the token
            never leaves.
          </p>
        </div>
        <div class="actions">
          <Copy
            text={async () => linkTo(await toFragment(inputs))}
            done="Copied: entries, routes and request, and never the token"
          >
            Copy a link
          </Copy>
          <button type="button" onClick={clear}>
            Clear
          </button>
        </div>
      </header>
      <nav class="examples" aria-label="Examples">
        <span>Examples</span>
        {EXAMPLES.map((example) => (
          <button key={example.name} type="button" onClick={async () => setInputs(await load(example))}>
            {example.name}
          </button>
        ))}
      </nav>
      <main>
        <section class="inputs" aria-labelledby="inputs">
          <h2 id="inputs" class="unseen">
            What is put in
          </h2>
          <Tabs label="What is put in" tabs={tabsOf(inputs, found)} current={tab} onSelect={setTab}>
            {panels[tab]?.()}
          </Tabs>
        </section>
        <Verdict outcome={outcome} isEmpty={isEmpty} isBusy={found.isBusy} onShow={setTab} />
      </main>
      <aside class="brief" aria-label="The verdict in brief">
        <span>
          <Icon sign={brief.sign} /> {brief.text}
        </span>
        <button type="button" onClick={() => document.getElementById("verdict")?.focus()}>
          See why
        </button>
      </aside>
    </>
  );
}

/** The tabs, each with the state of what is behind it. */
function tabsOf(inputs: Inputs, found: ReturnType<typeof useInspection>) {
  const state = (sign: Sign, text: string) => ({ sign, text });
  const faults = found.entriesFaults.flat().length;
  const flaws = found.diagnosis?.flaws.length;
  const isVerified = found.reports.some(isRight);
  return [
    {
      id: "token",
      label: "Token",
      state:
        flaws === undefined
          ? undefined
          : flaws
            ? state("failed", "has faults")
            : state("passed", "well-formed"),
    },
    {
      id: "keys",
      label: "Keys",
      state: found.reports.length
        ? isVerified
          ? state("passed", "signature right")
          : state("failed", "signature not verified")
        : undefined,
    },
    {
      id: "providers",
      label: "Providers",
      state: inputs.entries.length
        ? faults
          ? state("failed", "has faults")
          : state("passed", "without faults")
        : undefined,
    },
    {
      id: "request",
      label: "Request",
      state: found.routesFaults.length ? state("failed", "has faults") : undefined,
    },
    { id: "roles", label: "Roles" },
    { id: "suggest", label: "Suggest" },
  ];
}

const isRight = ({ isNamed, outcome }: KeyReport) => isNamed && outcome === "verified";

function signatureInWords(reports: KeyReport[], keys: number): string {
  const right = reports.find(isRight);
  if (right) return `It is right by the key ${right.kid ?? "without an id"}.`;
  if (reports.length > 0) return "It is right by none of the keys.";
  return keys > 0 ? "It cannot be checked." : "There are no keys yet to check it by.";
}

/** The time in seconds, every second. */
function useClock(): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Takes the configuration of the link that the page was opened by. */
function useLink(take: (configuration: Partial<Inputs>) => void) {
  useEffect(() => {
    const read = async () => {
      const configuration = await fromFragment(location.hash);
      if (configuration) take(configuration);
    };
    void read();
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
}

/** The address of this page with another end, which the address bar then shows. */
function linkTo(end: string): string {
  history.replaceState(null, "", end);
  return location.href;
}
