// Caches: keys that were an issuer's until a moment ago, or that the project does not trust any more.
import { calculateJwkThumbprint } from "jose";
import { publicJwk } from "../e2e/tokens.mjs";
import { DISTRUSTED, NO_KEY, WRONG_SIGNATURE } from "./expectations.mjs";
import { AS_ADMIN, USERS } from "./fixture-management.mjs";
import { bent } from "./issuer.mjs";

/** Keys are fetched a second after they were at the earliest; what was read from KV is used for two seconds at most. */
export const options = { bindings: { JWKS_COOLDOWN_SECONDS: "1", CONFIG_TTL_SECONDS: "1" } };
const COOLDOWN = { wait: 1100 };
const SEEN = { wait: 2100 };

/** The issuers publish FIRST, which signs unless told otherwise, and SECOND, until they publish others. */
const [FIRST, SECOND, THIRD] = ["ec256-1", "ec384-1", "ec521-1"];
const FIRST_JWK = publicJwk(FIRST);
const THUMBPRINT = await calculateJwkThumbprint(FIRST_JWK);
const TWIN_JWK = { ...publicJwk("ec256-2"), kid: FIRST };
const BY_TWIN = { key: "ec256-2", jose: { kid: FIRST } };
const RENAMED_JWK = { ...FIRST_JWK, kid: "renamed" };
const RENAMED = { jose: { kid: "renamed" } };

const ENTRIES = "{api}/projects/{own}/custom-idp";
const asAdmin = (method, path, status, body) => ({
  ...AS_ADMIN,
  method,
  path: ENTRIES + path,
  body,
  expected: { status, reaches: 0 },
});
const refresh = [COOLDOWN, asAdmin("POST", "/users/keys/refresh", 200), SEEN];
const distrust = (kid) => asAdmin("PUT", `/users/keys/${kid}/distrust`, 201);

/** A token that was just good, after what `change` makes happen; its issuer is this row's own. */
function after(name, refused, change, { attack = {}, control = { key: SECOND }, more = [], hasOther } = {}) {
  const iss = bent({ name });
  const users = { ...USERS, iss, allowedAzp: null };
  const publish = (...jwks) => ({ publish: [iss, jwks] });
  return {
    about: "a token whose key was good until a moment ago",
    given: { claims: { iss } },
    entries: [users, ...more.map((changes) => ({ ...users, ...changes }))],
    otherEntries: hasOther && [users],
    before: [{}, {}, ...change({ publish, users })],
    refused,
    attacks: { [name]: [attack, control] },
  };
}

export const groups = [
  after("it is gone", NO_KEY, ({ publish }) => [publish(publicJwk(SECOND)), ...refresh]),
  after(
    "it is gone, and an unknown one has them fetched",
    NO_KEY,
    ({ publish }) => [publish(publicJwk(THIRD)), COOLDOWN, { key: THIRD }, SEEN],
    { control: { key: THIRD } },
  ),
  after("its id is another key's", WRONG_SIGNATURE, ({ publish }) => [publish(TWIN_JWK), ...refresh], {
    control: BY_TWIN,
  }),
  after("it is distrusted", DISTRUSTED, () => [distrust(FIRST)]),
  after("it is distrusted, by its thumbprint", DISTRUSTED, () => [distrust(THUMBPRINT)]),
  after("it is distrusted, and the token names none", DISTRUSTED, () => [distrust(FIRST)], {
    attack: { jose: { kid: undefined } },
  }),
  after("it is distrusted, and another entry has its issuer", DISTRUSTED, () => [distrust(FIRST)], {
    more: [{ id: "again" }],
  }),
  after("it is distrusted, and its entry is made anew", DISTRUSTED, ({ users }) => [
    distrust(FIRST),
    asAdmin("DELETE", "/users", 204),
    asAdmin("POST", "", 201, users),
  ]),
  after(
    "it is distrusted, and published under another id",
    DISTRUSTED,
    ({ publish }) => [distrust(FIRST), publish(RENAMED_JWK, publicJwk(SECOND)), ...refresh],
    { attack: RENAMED },
  ),
  after(
    "it is distrusted, and its id is another key's",
    DISTRUSTED,
    ({ publish }) => [distrust(FIRST), publish(TWIN_JWK, publicJwk(SECOND)), ...refresh],
    { attack: BY_TWIN },
  ),
  after("it is distrusted, in this project alone", DISTRUSTED, () => [distrust(FIRST)], {
    control: { path: "/api/{other}/x" },
    hasOther: true,
  }),
];
