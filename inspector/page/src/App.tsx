// The page: what is put in on one side, the verdict on the other.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Entry } from "./core.ts";
import { defaultApi, servedFrom } from "./curl.ts";
import { EXAMPLES, load } from "./examples.ts";
import { NOTHING, type Inputs } from "./inputs.ts";
import { useInspection } from "./inspection.ts";
import { parseObject, pretty } from "./json.ts";
import { fromFragment, toFragment } from "./link.ts";
import { EntriesIntake } from "./panels/EntriesIntake.tsx";
import { KeysPanel } from "./panels/KeysPanel.tsx";
import { ProvidersPanel } from "./panels/ProvidersPanel.tsx";
import { RequestPanel } from "./panels/RequestPanel.tsx";
import { RolesPanel } from "./panels/RolesPanel.tsx";
import { SuggestPanel } from "./panels/SuggestPanel.tsx";
import { TokenPanel } from "./panels/TokenPanel.tsx";
import { inBrief, Verdict } from "./panels/Verdict.tsx";
import { Copy } from "./parts/Copy.tsx";
import { Field } from "./parts/Field.tsx";
import { Icon, type Sign } from "./parts/Icon.tsx";
import { Tabs } from "./parts/Tabs.tsx";

export function App() {
  const [inputs, setInputs] = useState<Inputs>(NOTHING);
  const [tab, setTab] = useState("token");
  const [api, setApi] = useState(() => defaultApi(location));
  // Beside the inputs, so that no link can carry it.
  const [ownerToken, setOwnerToken] = useState("");
  const change = (changes: Partial<Inputs>) => setInputs((inputs) => ({ ...inputs, ...changes }));
  const found = useInspection(inputs, useClock());
  const { credentials, issuer, verified, outcome } = found;
  const isEmpty = credentials === null;
  const projectFault = outcome && "faults" in outcome ? (outcome.faults.project ?? undefined) : undefined;
  const revocationsFaults = outcome && "faults" in outcome ? outcome.faults.revocations : [];
  useEffect(() => {
    if (inputs.entries) setOwnerToken("");
  }, [inputs.entries]);
  useLink((configuration) => change({ ...configuration, selected: 0 }));

  const use = (entry: Entry, alone: boolean) => {
    const entries = alone ? [pretty(entry)] : [...(inputs.entries ?? []), pretty(entry)];
    change({ entries, selected: entries.length - 1 });
    setTab("providers");
  };
  const putTemplate = (roleTemplate: string, rolesClaim: string | undefined) => {
    const { definedRoles: _, ...entry } = parseObject(inputs.entries?.[inputs.selected] ?? "") ?? {};
    const next = {
      ...entry,
      roleDetection: "CLAIM",
      rolesClaim: rolesClaim ?? entry.rolesClaim,
      roleTemplate,
    };
    change({ entries: inputs.entries?.with(inputs.selected, pretty(next)) });
  };
  /** What takes the entries of a project; `focus` has the focus then. */
  const intake = (project: string, focus: string, children?: ComponentChildren) => (
    <EntriesIntake
      project={project}
      api={api}
      server={servedFrom(location)}
      ownerToken={ownerToken}
      onOwnerToken={setOwnerToken}
      onEntries={(entries, revocations = inputs.revocations) => {
        change({ entries, revocations, selected: 0, project });
        document.getElementById(focus)?.focus();
      }}
    >
      {children}
    </EntriesIntake>
  );

  const panels: Record<string, () => ComponentChildren> = {
    token: () => (
      <TokenPanel
        text={inputs.token}
        credentials={credentials}
        diagnosis={found.diagnosis}
        gatewayToken={found.ofGateway}
        signature={verified?.text ?? (found.keys.length > 0 ? "It cannot be checked." : undefined)}
        now={found.now}
        onChange={(token) => change({ token })}
        onShow={setTab}
      />
    ),
    keys: () => (
      <KeysPanel
        text={inputs.keys}
        issuer={issuer}
        gatewayToken={found.ofGateway}
        keysOf={inputs.keysOf}
        keys={found.keys}
        fault={found.fault}
        reports={verified?.keys ?? []}
        onChange={(keys, keysOf) => change({ keys, keysOf })}
      />
    ),
    providers: () => (
      <ProvidersPanel
        entries={inputs.entries}
        selected={inputs.selected}
        faults={found.entriesFaults}
        revocations={inputs.revocations}
        revocationsFaults={revocationsFaults}
        issuer={issuer}
        onShow={setTab}
        onChange={change}
        intake={intake(
          inputs.project,
          "tab-providers",
          <div class="grid">
            <Field
              label="Project"
              value={inputs.project}
              onChange={(project) => change({ project })}
              faults={projectFault === undefined ? undefined : [{ pointer: "", expected: projectFault }]}
              code
            />
            <Field label="API" value={api} onChange={setApi} code />
          </div>,
        )}
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
        entry={inputs.entries?.[inputs.selected]}
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
    setOwnerToken("");
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
        <Verdict
          outcome={outcome}
          isEmpty={isEmpty}
          isBusy={found.isBusy}
          tab={tab}
          onShow={setTab}
          intake={(project) =>
            tab === "providers" ? (
              <p class="hint">They are pasted under Providers.</p>
            ) : (
              intake(project, "verdict")
            )
          }
        />
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
      state: found.verified
        ? found.verified.isVerified
          ? state("passed", "signature right")
          : state("failed", "signature not verified")
        : undefined,
    },
    {
      id: "providers",
      label: "Providers",
      state: inputs.entries?.length
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
