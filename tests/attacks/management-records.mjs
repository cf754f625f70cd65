// The management API: what callers write does not become more than a value in the log and the audit log.
import { differs } from "../e2e/hosts.mjs";
import { AS_OWNER, USERS } from "./fixture-management.mjs";
import { each } from "./table.mjs";

const ADDRESS = differs("address", null, "127.0.0.1");
const POST = { ...AS_OWNER, method: "POST", path: "{api}/projects/{own}/custom-idp" };
const LINE = '{"event":"decision","requestId":"forged","verdict":"permit"}';

/** Text that would be more than text, if something took it for that. */
const TEXTS = {
  "a line of the log": `x\n${LINE}`,
  "a line of the log after CR and LF": `x\r\n${LINE}\r\n`,
  "an end of the value": `x"},"who":"platform-admin"`,
  "an end of the value, escaped": `x\\"},"who":"platform-admin`,
  "an administrator's name": "platform-admin",
  HTML: "<script>alert(1)</script>",
  SQL: "'); DELETE FROM audit; --",
  "a terminal's commands": "\u001b[2J\u001b[31mx",
  NUL: "a\0b",
  "a line separator": `a\u2028${LINE}`,
  "letters from the right": "a\u202eb",
  "a format": "%s%n %d ${jndi:ldap://127.0.0.1/x}",
  "a surrogate pair": "😀",
};

const valid = { status: 201, reaches: 0 };
const trial = { ...USERS, id: "trial" };
const other = { ...USERS, id: "other" };

const { "an administrator's name": _valid, ...IDS } = TEXTS;

export const groups = [
  {
    about: "the caller's id in the records",
    given: POST,
    control: { body: other },
    accepted: { ...valid, audit: { author: { who: { idp: "owners", subject: "someone" } } } },
    attacks: each(TEXTS, (sub) => ({
      claims: { azp: "owner-app", sub },
      body: trial,
      expected: { ...valid, audit: { author: { who: { idp: "owners", subject: sub } } } },
    })),
  },
  {
    about: "a label in the records",
    given: POST,
    control: { body: { ...other, label: { en: "x" } } },
    accepted: { ...valid, audit: { outcome: { after: { label: { en: "x" } } } } },
    attacks: each(TEXTS, (en) => ({
      body: { ...trial, label: { en } },
      expected: { ...valid, audit: { outcome: { after: { label: { en } } } } },
    })),
  },
  {
    about: "a refused id in the records",
    given: POST,
    control: { body: trial },
    accepted: { ...valid, audit: { change: { add_idp: { idp: { id: "trial" } } } } },
    attacks: each(IDS, (id) => ({
      body: { ...trial, id },
      expected: {
        ...{ status: 422, code: "document_invalid", faults: ["/id"] },
        audit: { change: { add_idp: { idp: { id } } }, outcome: { refusal: "document_invalid" } },
      },
    })),
  },
  {
    about: "what the client says of the request",
    given: POST,
    refused: { ...valid, audit: { author: { requestId: /^[0-9a-f-]{36}$/, address: ADDRESS } } },
    accepted: { ...valid, audit: { author: { requestId: /^[0-9a-f-]{36}$/, address: ADDRESS } } },
    control: { body: other },
    attacks: {
      "its id": { body: trial, headers: { "x-request-id": "forged" } },
      "its client": { body: trial, headers: { "x-forwarded-for": "6.6.6.6", "x-real-ip": "6.6.6.6" } },
    },
  },
  {
    about: "the place of a change in the audit log",
    given: POST,
    refused: { status: 400, code: "parameter_invalid" },
    accepted: { ...valid, audit: { number: 3 } },
    control: { body: trial },
    attacks: { "a number in the query": { body: trial, path: `${POST.path}?number=1&at=0` } },
  },
];
