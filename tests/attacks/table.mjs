// The tables: groups of attacks, each beside the control that differs from it in the attacked point alone.
//
//   { about, advisory, given, control, refused, accepted, attacks: { name: side | [side, control] } }
//
// A side is a request (see send.mjs): `given` is what both sides share. `refused` is what is expected of the attacks (see
// expectations.mjs; where an attack is not refused but comes to nothing, what the origin receives instead), `accepted` what is of
// the controls; a side that has `expected` of its own says so itself. `advisory` names where the attack went through
// elsewhere. Where a project is made for each row, `entries` are its identity providers, `otherEntries` those of another
// project, and `before` what is sent before the attack, to be permitted.
import { PERMITTED } from "./expectations.mjs";

/** The rows of a family's groups. */
export function rows(groups) {
  return groups.flatMap((group) =>
    Object.entries(group.attacks).map(([name, sides]) => {
      const [attack, control] = Array.isArray(sides) ? sides : [sides, group.control ?? {}];
      const { refused, accepted = PERMITTED, given, entries, otherEntries, before = [] } = group;
      return {
        name: `${group.about}: ${name}`,
        entries: attack.entries ?? entries,
        otherEntries,
        before: (attack.before ?? before).map((side) => ({ ...given, expected: accepted, ...side })),
        attack: { ...given, expected: refused, ...attack },
        control: { ...given, expected: accepted, ...control },
      };
    }),
  );
}

/** The attacks, or whatever else has names: what `make` makes of each value. Values of a list are their own names. */
export function each(values, make) {
  const nameOf = (value) => JSON.stringify(String(value)).slice(1, -1);
  const named = Array.isArray(values)
    ? values.map((value) => [nameOf(value), value])
    : Object.entries(values);
  return Object.fromEntries(named.map(([name, value]) => [name, make(value, name)]));
}
