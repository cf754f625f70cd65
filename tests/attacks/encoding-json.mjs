// The JSON within a token: depth, names that stand twice, bytes, numbers.
import { PERMITTED, malformed } from "./expectations.mjs";
import { adding, signed } from "./forge.mjs";
import { each } from "./table.mjs";

const expiring = (number) => ({ claims: (text) => text.replace(/"exp":\d+/, `"exp":${number}`) });

const nested = (depth) => `"x":${"[".repeat(depth)}${"]".repeat(depth)}`;
const nestedObjects = (depth) => `"x":${'{"y":'.repeat(depth)}1${"}".repeat(depth)}`;

/** The JSON of a part with a member `x` whose text is these bytes. */
const bytesIn = (part, bytes) => ({
  [part]: (text) =>
    Buffer.concat([Buffer.from(text.replace(/}$/, ',"x":"')), Buffer.from(bytes), Buffer.from('"}')]),
});

/** Bytes that are no text, or no text of JSON. */
const BYTES = {
  "a byte that begins nothing": [0xff],
  "half a character": [0xc3],
  "an overlong slash": [0xc0, 0xaf],
  "a surrogate's bytes": [0xed, 0xa0, 0x80],
  "beyond Unicode": [0xf4, 0x90, 0x80, 0x80],
  NUL: [0],
  "a line's end": [0x0a],
  "a control character": [0x1f],
  "half a surrogate pair": "\\ud800",
  "a surrogate pair the wrong way round": "\\udc00\\ud800",
  "an escape that is none": "\\x41",
  "an escape cut off": "\\u12",
};

/** Text that only generous readers take for JSON. */
const GENEROUS = {
  "a byte order mark": (text) => `\ufeff${text}`,
  "something after it": (text) => `${text}x`,
  "a second object after it": (text) => `${text}{}`,
  "NUL after it": (text) => `${text}\0`,
  "a comma too many": (text) => text.replace(/}$/, ",}"),
  "a comment": (text) => text.replace("{", "{/* */"),
  "single quotes": (text) => text.replaceAll('"', "'"),
  "a name without quotes": adding("x:1"),
  "no closing brace": (text) => text.slice(0, -1),
  "a list around it": (text) => `[${text}]`,
  "UTF-16": (text) => Buffer.from(text, "utf16le"),
  "NaN as a value": adding('"x":NaN'),
  "a number in hexadecimal": adding('"x":0x10'),
  "a number with a zero before": adding('"x":01'),
  "a number with a plus": adding('"x":+1'),
  "a number too great": adding('"x":1e400'),
  "a number of 400 digits": adding(`"x":1${"0".repeat(400)}`),
  "no object": () => '"text"',
  null: () => "null",
  nothing: () => "",
};

/** Members that stand twice, besides those that only one part has. */
const TWICE = {
  "an unknown name": '"x":1,"x":1',
  "within a value": '"x":{"y":1,"y":2}',
  "deep within": '"x":[[{"y":{"z":1,"z":1}}]]',
  "the second one in escapes": '"xy":1,"x\\u0079":1',
};

/** The parts of JSON in a token, and what is said of one that is none. */
const PARTS = { jose: malformed("not_a_jws"), claims: malformed("payload") };

/** The same groups for both parts. */
const ofBoth = (groups) => Object.entries(PARTS).flatMap(([part, refused]) => groups(part, refused));

export const groups = [
  ...ofBoth((part, refused) => [
    {
      about: `depth (${part})`,
      control: { [part]: adding(nested(100)) },
      refused,
      attacks: {
        "200 lists": { [part]: adding(nested(200)) },
        "5000 lists": { [part]: adding(nested(5000)) },
        "200 objects": { [part]: adding(nestedObjects(200)) },
        "opened and never closed": { [part]: () => "[".repeat(10_000), sign: signed },
      },
    },
    {
      about: `a name twice (${part})`,
      advisory: "CVE-2017-12635 (CouchDB)",
      control: { [part]: adding('"x":1,"y":1') },
      refused,
      attacks: each(TWICE, (more) => ({ [part]: adding(more) })),
    },
    {
      about: `bytes (${part})`,
      control: bytesIn(part, "\\u0000\\ud83d\\ude00ä"),
      refused,
      attacks: each(BYTES, (bytes) => bytesIn(part, bytes)),
    },
    {
      about: `text that is almost JSON (${part})`,
      refused,
      attacks: each(GENEROUS, (change) => ({ [part]: change, sign: signed })),
    },
  ]),
  {
    about: "a name twice (jose)",
    advisory: "CVE-2017-12635 (CouchDB)",
    control: { jose: adding('"x":1') },
    refused: PARTS.jose,
    attacks: each(['"alg":"ES256"', '"alg":"none"', '"kid":"ec256-1"', '"typ":"JWT"'], (more) => ({
      jose: adding(more),
    })),
  },
  {
    about: "a name twice (claims)",
    advisory: "CVE-2017-12635 (CouchDB)",
    control: { claims: adding('"x":1') },
    refused: PARTS.claims,
    attacks: each(['"iss":"https://evil.example"', '"exp":9000000000', '"sub":"admin"'], (more) => ({
      claims: adding(more),
    })),
  },
  {
    about: "a number that is none to JSON, or too great",
    control: expiring(9e9),
    refused: malformed("payload"),
    attacks: {
      "1e400": expiring("1e400"),
      "-1e400": expiring("-1e400"),
      "400 digits": expiring("9".repeat(400)),
      Infinity: expiring("Infinity"),
      "a plus": expiring("+9000000000"),
      "a zero before": expiring("09000000000"),
      "no digit after the point": expiring("9000000000."),
      "separated thousands": expiring("9_000_000_000"),
    },
  },
  {
    about: "a number that means what it says, however it is written",
    refused: PERMITTED,
    control: expiring(9e9),
    attacks: {
      "2^53 + 1": expiring("9007199254740993"),
      "2^63": expiring("9223372036854775808"),
      "2^64": expiring("18446744073709551616"),
      "1e308": expiring("1e308"),
      "9e9": expiring("9e9"),
      "90 digits after the point": expiring(`9000000000.${"9".repeat(90)}`),
      "iat as -0": { claims: (text) => text.replace(/"iat":\d+/, '"iat":-0') },
    },
  },
];
