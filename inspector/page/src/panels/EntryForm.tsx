// An entry as a form. The JSON beside it says the same; what the form does not know, it leaves as it is.
import type { Entry } from "../core.ts";
import type { Fault } from "../core-types.ts";
import { Field, ListField } from "../parts/Field.tsx";

interface Props {
  entry: Entry | undefined;
  faults: Fault[];
  onChange: (entry: Entry) => void;
}

export function EntryForm({ entry, faults, onChange }: Props) {
  if (!entry) {
    return (
      <section>
        <p class="notice failed">The JSON cannot be read, so there is no form for it.</p>
      </section>
    );
  }
  const set = (changes: Entry) => {
    const next = { ...entry, ...changes };
    onChange(
      Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined && value !== "")),
    );
  };
  const faultsOf = (name: string) =>
    faults.filter(({ pointer }) => pointer === `/${name}` || pointer.startsWith(`/${name}/`));
  const text = (name: string) => ({
    value: typeof entry[name] === "string" ? entry[name] : "",
    onChange: (value: string) => set({ [name]: value }),
    faults: faultsOf(name),
    code: true,
  });
  const list = (name: string) => ({
    value: entry[name],
    onChange: (value: string[] | undefined) => set({ [name]: value }),
    faults: faultsOf(name),
  });
  const label = typeof entry.label === "object" && entry.label !== null ? (entry.label as Entry) : {};
  const isDefined = entry.roleDetection === "DEFINED";
  const detect = (roleDetection: string) => {
    const other = roleDetection === "DEFINED" ? CLAIM_ONLY : DEFINED_ONLY;
    set({ ...Object.fromEntries(other.map((name) => [name, undefined])), roleDetection });
  };
  return (
    <section class="form" aria-label="The entry as a form">
      <fieldset>
        <legend>Who it is</legend>
        <Field label="id" {...text("id")} />
        <Field label="Issuer (iss)" hint="To the letter, as in its tokens." {...text("iss")} />
        <Field
          label="Label"
          value={typeof label.en === "string" ? label.en : ""}
          onChange={(en) => set({ label: { ...label, en } })}
          faults={faultsOf("label")}
        />
        <Field
          label="Claim with the caller’s id (idClaim)"
          {...text("idClaim")}
          options={["sub", "oid", "uid", "client_id"]}
        />
      </fieldset>
      <fieldset>
        <legend>Which tokens count</legend>
        <p class="hint">One value a line. Empty: all.</p>
        <ListField label="Clients (allowedAzp)" {...list("allowedAzp")} />
        <Field
          label="Claim with the client (azpClaim)"
          placeholder="azp"
          {...text("azpClaim")}
          options={["azp", "appid", "cid", "client_id"]}
        />
        <ListField label="Audiences (allowedAud)" {...list("allowedAud")} />
        <ListField label="Algorithms (allowedAlgs)" {...list("allowedAlgs")} />
        <ListField
          label="Types (allowedTyp)"
          hint="Empty: `JWT`, `at+jwt` or none."
          {...list("allowedTyp")}
        />
      </fieldset>
      <fieldset>
        <legend>Roles</legend>
        <div class="choice" role="radiogroup" aria-label="Where roles come from (roleDetection)">
          {[
            { value: "CLAIM", label: "from a claim" },
            { value: "DEFINED", label: "defined here" },
          ].map(({ value, label }) => (
            <label key={value}>
              <input
                type="radio"
                name="roleDetection"
                checked={entry.roleDetection === value}
                onChange={() => detect(value)}
              />{" "}
              {label}
            </label>
          ))}
        </div>
        {isDefined ? (
          <ListField label="Roles (definedRoles)" {...list("definedRoles")} />
        ) : (
          <>
            <Field
              label="Claim with the roles (rolesClaim)"
              hint="`.` leads into an object; `\.` is a dot."
              {...text("rolesClaim")}
            />
            <Field label="Form of each role (roleTemplate)" {...text("roleTemplate")} />
            <ListField label="Roles that count (allowedRoles)" hint="Empty: all." {...list("allowedRoles")} />
          </>
        )}
      </fieldset>
    </section>
  );
}

const CLAIM_ONLY = ["rolesClaim", "roleTemplate", "allowedRoles"];
const DEFINED_ONLY = ["definedRoles"];
