// The request: what is asked for, when, and which routes there are.
import type { Fault } from "../core-types.ts";
import type { Inputs } from "../inputs.ts";
import { Faults, Field, Select } from "../parts/Field.tsx";
import { readTime } from "../time.ts";

interface Props {
  inputs: Inputs;
  routesFaults: Fault[];
  projectFault: string | undefined;
  onChange: (changes: Partial<Inputs>) => void;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

export function RequestPanel({ inputs, routesFaults, projectFault, onChange }: Props) {
  const faultsOf = (expected: string | undefined) => (expected ? [{ pointer: "", expected }] : undefined);
  const isTime = inputs.at === "" || readTime(inputs.at) !== undefined;
  return (
    <>
      <div class="grid">
        <Field
          label="Project"
          hint="Whose entries these are. The request’s own project stands in its path."
          value={inputs.project}
          onChange={(project) => onChange({ project })}
          faults={faultsOf(projectFault)}
          code
        />
        <Select
          label="Method"
          value={inputs.method}
          options={METHODS}
          onChange={(method) => onChange({ method })}
        />
      </div>
      <Field
        label="Path"
        value={inputs.path}
        onChange={(path) => onChange({ path })}
        hint="As it is sent, without the query."
        code
      />
      <div class="grid">
        <Field
          label="Decide as of"
          hint="Empty: now. A date, or seconds since 1970."
          value={inputs.at}
          onChange={(at) => onChange({ at })}
          placeholder="2026-01-31T12:00:00Z"
          faults={isTime ? undefined : faultsOf("a date, or seconds since 1970")}
          code
        />
        <Field
          label="Clock skew"
          hint="How far clocks may differ, in seconds."
          value={String(inputs.skew)}
          onChange={(skew) => onChange({ skew: Math.min(300, Math.max(0, Number(skew) || 0)) })}
          code
        />
      </div>
      <Field
        label="Routes"
        hint="The routes document, as in `PUT /gateway`."
        value={inputs.routes}
        onChange={(routes) => onChange({ routes })}
        rows={14}
        code
        json
      />
      <RoutesFaults faults={routesFaults} />
    </>
  );
}

function RoutesFaults({ faults }: { faults: Fault[] }) {
  if (!faults.length) return <p class="hint">The routes document has no faults.</p>;
  return (
    <div class="notice failed">
      <h3>{faults.length === 1 ? "One fault" : `${faults.length} faults`}</h3>
      <Faults faults={faults} withPlaces />
    </div>
  );
}
