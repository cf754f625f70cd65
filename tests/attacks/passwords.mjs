// Forms about passwords: the login page, the links of mails, and recovery. Each attack is beside a request that differs in the
// attacked point alone.
//
// A side has what differs from a good form of its page (`login`, `activation` or `recovery`): `form` has fields (`null` removes
// one) or is the body's text, `headers` (`null` removes one), `path`, `method`. `{email}`, `{password}`, `{link}` and the other
// names of the fixture are filled in, `{name%}` percent-encoded.
import { each } from "./table.mjs";

export const SIGNED_IN = { status: 303, session: true };
export const SAVED = { status: 200, about: /password is saved/ };
const refused = (status, about) => ({ status, about, session: false });
const WRONG = refused(403, /address or the password is wrong/);
const CROSS_SITE = refused(403, /came from another page/);
const INVALID = (about) => refused(400, about);
const FORM = refused(200, /type="password"/);
const NO_LINK = refused(404, /link does not work/);

const password = (value) => ({ form: { password: value } });
const email = (value) => ({ form: { email: value } });
const link = (value) => ({ form: { link: value } });
const body = (text) => ({ form: text });
const returning = (value) => ({ form: { return_to: value } });

/** How another site has a browser send a form. */
const FOREIGN = {
  "from another site": { headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" } },
  "from a site beside": {
    headers: { "sec-fetch-site": "same-site", origin: "https://evil.gateway.example.com" },
  },
  "from another site that claims this origin": { headers: { "sec-fetch-site": "cross-site" } },
  "from a sandboxed frame": { headers: { "sec-fetch-site": null, origin: "null" } },
  "from another port": { headers: { "sec-fetch-site": null, origin: "https://gateway.example.com:8443" } },
  "from plain http": { headers: { "sec-fetch-site": null, origin: "http://gateway.example.com" } },
  "from a name that ends with this one": {
    headers: { "sec-fetch-site": null, origin: "https://evilgateway.example.com" },
  },
  "from nowhere, with a referrer": {
    headers: { "sec-fetch-site": null, origin: null, referer: "https://gateway.example.com/auth/login" },
  },
  "as a text that is a form": {
    headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example", "content-type": "text/plain" },
  },
};

export const login = [
  {
    about: "a login that another site makes the browser send",
    advisory: "login CSRF: the victim works in the attacker's account",
    refused: CROSS_SITE,
    attacks: FOREIGN,
  },
  {
    about: "a return path that leaves the host",
    advisory: "CWE-601",
    refused: INVALID(/cannot be accepted/),
    control: returning("/app?next=https://evil.example"),
    attacks: each(
      [
        "//evil.example",
        "/\\evil.example",
        "/%5Cevil.example",
        "/%2F%2Fevil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\r\nSet-Cookie: a=b",
        "evil.example",
        "@evil.example",
        "/./\\evil.example",
        "/%09/evil.example",
      ],
      returning,
    ),
  },
  {
    about: "a repeated field",
    advisory: "HTTP parameter pollution",
    refused: INVALID(/more than once/),
    attacks: {
      email: [
        body("email={email%}&password={password%}&email=x"),
        body("email={email%}&password={password%}&x=x"),
      ],
      "password, the right one first": body("email={email%}&password={password%}&password=x"),
      "password, the right one last": body("email={email%}&password=x&password={password%}"),
      "in escapes": body("email={email%}&password={password%}&%70assword=x"),
      return_to: body("email={email%}&password={password%}&return_to=/a&return_to=//evil.example"),
    },
  },
  {
    about: "a body that is no form",
    refused: INVALID(/cannot be accepted/),
    attacks: {
      JSON: {
        form: '{"email":"{email}","password":"{password}"}',
        headers: { "content-type": "application/json" },
      },
      "a NUL": body("email={email%}&password={password%}&x=\0"),
      "not UTF-8": [
        body("email={email%}&password={password%}&x=%FF"),
        body("email={email%}&password={password%}&x=%C3%BF"),
      ],
      "an escape cut off": body("email={email%}&password={password%}&x=%"),
      "more than 16 KiB": [
        body(`email={email%}&password={password%}&x=${"a".repeat(17_000)}`),
        body(`email={email%}&password={password%}&x=${"a".repeat(15_000)}`),
      ],
      "65 fields": body(`email={email%}&password={password%}&${many(63)}`),
    },
  },
  {
    about: "a password that is nearly right",
    refused: WRONG,
    attacks: {
      "followed by a NUL": password("{password}\0"),
      "followed by a NUL and more": password("{password}\0x"),
      "followed by a space": password("{password} "),
      "in capitals": password("{PASSWORD}"),
      "cut at 72 bytes": password("{password72}"),
      "without its accent": password("{passwordPlain}"),
      empty: password(""),
      missing: password(null),
      "as an array": body("email={email%}&password[]={password%}"),
      "encoded twice": password("{password%}"),
      "of another user": password("{otherPassword}"),
      "10 000 characters": password("x".repeat(10_000)),
    },
  },
  {
    about: "an address that is nearly right",
    refused: WRONG,
    attacks: {
      "a Kelvin sign for k": email("{emailKelvin}"),
      "a fullwidth at sign": email("{emailWide}"),
      "followed by a NUL": email("{email}\0"),
      "followed by a line feed": email("{email}\n"),
      "followed by a dot": email("{email}."),
      "with a tag": email("{emailTagged}"),
      "a second address": email("{email},{other}"),
      "a second address after a space": email("{email} {other}"),
      "with a display name": email("Ada <{email}>"),
      "SQL that is true": email("' OR '1'='1"),
      "SQL that ends the statement": email("{email}'; --"),
      "a wildcard": email("%"),
      "an object": body("email[$ne]=x&password={password%}"),
      empty: email(""),
      "of a disabled user": email("{disabled}"),
      "of a user without a password": email("{fresh}"),
    },
  },
  {
    about: "credentials in another place",
    advisory: "URLs are logged and kept in histories",
    refused: WRONG,
    attacks: {
      "in the query of a form": {
        form: "",
        path: "/auth/login?email={email%}&password={password%}",
      },
      "the password in the query": { form: { password: null }, path: "/auth/login?password={password%}" },
    },
  },
  {
    about: "a request that is no form",
    refused: FORM,
    attacks: {
      "credentials in the query": {
        method: "GET",
        form: null,
        path: "/auth/login?email={email%}&password={password%}",
      },
      "a basic header": {
        method: "GET",
        form: null,
        headers: { authorization: "Basic {basic}" },
      },
    },
  },
];

export const activation = [
  {
    about: "a password that another site makes the browser set",
    advisory: "CSRF",
    refused: CROSS_SITE,
    attacks: FOREIGN,
  },
  {
    about: "a link that is guessed",
    refused: NO_LINK,
    attacks: {
      empty: link(""),
      missing: link(null),
      "random bytes": link("{random}"),
      "the digest that is stored": link("{digest}"),
      "a character less": link("{link<}"),
      "a character more": link("{link}A"),
      "with padding": link("{link}="),
      "in capitals": link("{LINK}"),
      "with a NUL": link("{link}\0"),
      "with a space": link(" {link}"),
      "of a user who is disabled": link("{disabledLink}"),
      "one that was used": link("{usedLink}"),
      "the id of a user": link("{id}"),
      "5 000 characters": link("A".repeat(5000)),
      "as an array": body("link[]={link%}&password={password%}"),
    },
  },
  {
    about: "a link in another place",
    refused: NO_LINK,
    attacks: {
      "in the query of the form": {
        form: { link: null },
        path: "/auth/activation?link={link%}",
      },
    },
  },
  {
    about: "a link beside another",
    refused: INVALID(/more than once/),
    attacks: {
      "two links": body("link={link%}&link={usedLink%}&password={password%}"),
      "two passwords": body("link={link%}&password=x&password={password%}"),
    },
  },
  {
    about: "a request that only reads, as programs that examine mails send",
    refused: FORM,
    attacks: {
      "the password in the query": {
        method: "GET",
        form: null,
        path: "/auth/activation?link={link%}&password={password%}",
      },
    },
  },
];

function many(count) {
  return Array.from({ length: count }, (_, index) => `f${index}=x`).join("&");
}
