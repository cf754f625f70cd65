// How a good token is changed, layer by layer. Each change says what it did, if its name does not.
import * as crypto from "node:crypto";
import { bendRs, hmac, rawRsa, signed } from "../attacks/forge.mjs";

/** Beyond this no clock's difference and no slowness of a run changes what is said of a time. */
const MARGIN = 15;
export const SKEW = 30;

/** A number as it is to be written in JSON. */
export const raw = (text) => `@raw:${text}@`;

/** JSON in which numbers are written as `raw` says. */
export const written = (value) => JSON.stringify(value).replace(/"@raw:(.*?)@"/g, "$1");

const ALGORITHMS = [
  ...["RS", "PS", "ES", "HS"].flatMap((family) => [256, 384, 512].map((bits) => `${family}${bits}`)),
  ...["EdDSA", "Ed25519", "ES256K", "none", "None", "", "rs256", "RSA1_5", null, 1, ["RS256"], undefined],
];

const ODD = [
  ...[null, true, false, "", "text", "1", [], [1], {}, { a: 1 }, undefined, 0, 1, -1, 1.5, "\0", "é😀"],
  ...["1e400", "-0", "-1e400", "1e300", "9223372036854775808", "18446744073709551616", "1E3", "0.1e-7"].map(
    raw,
  ),
  ...["\ud800", "__proto__", " ", "https://issuer.example", ["a", "b"], [[1]], "x".repeat(300)],
];

const text = (value) =>
  typeof value === "string" && value.length > 40 ? "long text" : `${written([value])}`;
const at = (random, list) => random.below(Math.max(1, list.length));

/** What becomes of a part's JSON. */
const jsonTexts = {
  "a member twice": (json) => json.replace(/}$/, `,${json.slice(1)}`),
  "a member twice, deeper": (json) => json.replace(/}$/, ',"x":[{"a":1,"\\u0061":2}]}'),
  "another value before": (json) => json.replace(/^{/, '{"iss":"x","exp":1,"alg":"none",'),
  "a byte order mark": (json) => `\ufeff${json}`,
  "white space": (json) => ` \n${json}\t `,
  "another white space": (json) => `\u00a0${json}`,
  "NUL after it": (json) => `${json}\0`,
  "a second document": (json) => `${json}{}`,
  "a comma": (json) => json.replace(/}$/, ",}"),
  "a comment": (json) => `${json}/**/`,
  "single quotes": (json) => json.replaceAll('"', "'"),
  "an escaped name": (json) => json.replace('"iss"', '"\\u0069ss"').replace('"alg"', '"\\u0061lg"'),
  "an unknown escape": (json) => json.replace(/}$/, ',"x":"\\x"}'),
  "a control character": (json) => json.replace(/}$/, ',"x":"\u0001"}'),
  "a leading zero": (json) => json.replace(/}$/, ',"x":01}'),
  "no digit": (json) => json.replace(/}$/, ',"x":1.}'),
  NaN: (json) => json.replace(/}$/, ',"x":NaN}'),
  "a number without end": (json) => json.replace(/}$/, ',"x":1e999}'),
  "many digits": (json) => json.replace(/}$/, `,"x":${"9".repeat(400)}}`),
  "a lone surrogate": (json) => json.replace(/}$/, ',"x":"\\ud800"}'),
  "a lone surrogate as a name": (json) => json.replace(/}$/, ',"\\udfff":1}'),
  "a list around it": (json) => `[${json}]`,
  "a text around it": (json) => JSON.stringify(json),
  "60 levels": (json) => json.replace(/}$/, `,"x":${"[".repeat(60)}${"]".repeat(60)}}`),
  "200 levels": (json) => json.replace(/}$/, `,"x":${"[".repeat(200)}${"]".repeat(200)}}`),
  "bytes that are not UTF-8": (json) => Buffer.from(json.replace(/}$/, ',"x":"\xff\xc0"}'), "latin1"),
  "an overlong byte": (json) => Buffer.from(json.replace(/}$/, ',"x":"\xc0\xaf"}'), "latin1"),
  "UTF-16": (json) => Buffer.from(json, "utf16le"),
  nothing: () => "",
  null: () => "null",
};

const changedText = (part) => ({
  ...Object.fromEntries(
    Object.entries(jsonTexts).map(([name, change]) => [
      name,
      (draft) => void draft[part].push((json) => change(json.toString())),
    ]),
  ),
  "random characters": (draft, random) => void draft[part].push((json) => random.mutate(json.toString())),
});

const changedEncoding = {
  padding: (part) => part + "=".repeat((4 - (part.length % 4)) % 4 || 1),
  "trailing bits": (part) => part.slice(0, -1) + nextLetter(part.at(-1) ?? "A"),
  "the other alphabet": (part) => Buffer.from(part, "base64url").toString("base64").replaceAll("=", ""),
  "white space": (part) => `${part.slice(0, 4)} ${part.slice(4)}`,
  "a letter more": (part) => `${part}A`,
  "a letter less": (part) => part.slice(0, -1),
  "another character": (part) => `${part.slice(0, 5)}!${part.slice(6)}`,
  "encoded twice": (part) => Buffer.from(part).toString("base64url"),
};

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const nextLetter = (letter) => LETTERS[(LETTERS.indexOf(letter) + 1) % 64];

const flipped = (random, bytes) => {
  const copy = Buffer.from(bytes);
  if (copy.length) copy[at(random, copy)] ^= 1 << random.below(8);
  return copy;
};

const bending = (change) => (draft, random) =>
  void draft.bendSignature.push((bytes) => change(bytes, random));
const isEc = (draft) => draft.alg.startsWith("ES");
const ORDERS = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
};

/** The mutations by the layer that they change. */
export const MUTATIONS = {
  bytes: {
    "random characters": (draft, random) => void draft.bend.push(random.mutate),
    "cut off": (draft, random) => void draft.bend.push((token) => token.slice(0, random.below(token.length))),
    "a dot more": (draft) => void draft.bend.push((token) => `${token}.`),
    "a part more": (draft) => void draft.bend.push((token) => `${token}.e30`),
    "a part less": (draft) => void draft.bend.push((token) => token.replace(/\.[^.]*$/, "")),
    "parts in another order": (draft) =>
      void draft.bend.push((token) => token.split(".").reverse().join(".")),
    "another case": (draft) => void draft.bend.push((token) => token.toLowerCase()),
    "white space around": (draft) => void draft.bend.push((token) => `  ${token} \t`),
    "a space within": (draft) => void draft.bend.push((token) => token.replace(".", ". ")),
    "a comma": (draft) => void draft.bend.push((token) => `${token},x`),
    "JWE's five parts": (draft) => void draft.bend.push((token) => `${token}.AAAA.AAAA`),
    "no letters": (draft) => void draft.bend.push(() => ".."),
  },
  base64url: Object.fromEntries(
    ["jose", "claims", "signature"].flatMap((part) =>
      Object.entries(changedEncoding).map(([name, change]) => [
        `${part}: ${name}`,
        (draft) => void draft.encode[part].push(change),
      ]),
    ),
  ),
  header: {
    ...changedText("headerText"),
    typ: (draft, random) =>
      text(
        (draft.header.typ = random.pick([...ODD, "at+jwt", "AT+JWT", "application/jwt", "dpop+jwt", "JOSE"])),
      ),
    crit: (draft, random) => text((draft.header.crit = random.pick([[], ["exp"], ["b64"], null, "exp", {}]))),
    b64: (draft, random) => text((draft.header.b64 = random.pick([true, false, null]))),
    "crit and b64": (draft, random) => {
      Object.assign(draft.header, { crit: ["b64"], b64: random.chance(0.5) });
      return text(draft.header.b64);
    },
    "another member": (draft, random) => {
      const name = random.pick([
        "jku",
        "x5u",
        "x5c",
        "jwk",
        "x5t",
        "x5t#S256",
        "cty",
        "zip",
        "enc",
        "url",
        "nonce",
      ]);
      return `${name} ${text((draft.header[name] = random.pick(ODD)))}`;
    },
  },
  claims: {
    ...changedText("claimsText"),
    ...Object.fromEntries(
      ["iss", "exp", "iat", "nbf", "sub", "aud", "jti", "typ"].map((name) => [
        name,
        (draft, random) => text((draft.claims[name] = random.pick(ODD))),
      ]),
    ),
    "times that say no": (draft, random) => {
      const [name, seconds] = random.pick([
        ["exp", -SKEW - MARGIN],
        ["exp", -1e6],
        ["nbf", SKEW + MARGIN],
        ["nbf", 1e6],
        ["iat", SKEW + MARGIN],
        ["iat", 1e6],
      ]);
      draft.claims[name] = draft.now + seconds + random.pick([0, 0.5]);
      return `${name} ${seconds}`;
    },
    "times within the skew": (draft, random) => {
      const [name, seconds] = random.pick([
        ["exp", MARGIN - SKEW],
        ["nbf", SKEW - MARGIN],
        ["iat", SKEW - MARGIN],
      ]);
      draft.claims[name] = draft.now + seconds + random.pick([0, 0.5]);
      return `${name} ${seconds}`;
    },
    "another issuer": (draft, random) => {
      const { iss } = draft.claims;
      draft.claims.iss = random.pick([
        `${iss}/`,
        `${iss} `,
        [iss],
        iss.toUpperCase(),
        `${iss}\0`,
        iss.slice(0, -1),
      ]);
      return text(draft.claims.iss);
    },
    "another kind of token": (draft, random) =>
      text((draft.claims.typ = random.pick(["ID", "Refresh", "Bearer"]))),
    "a claim without": (draft, random) => {
      const name = random.pick(["iss", "exp", "iat", "sub"]);
      delete draft.claims[name];
      return name;
    },
    long: (draft, random) => {
      const length = random.pick([8_000, 11_000, 12_500, 20_000]);
      draft.claims.filler = "x".repeat(length);
      return String(length);
    },
  },
  signature: {
    "a bit": bending((bytes, random) => flipped(random, bytes)),
    "a byte more": bending((bytes) => Buffer.concat([bytes, Buffer.alloc(1)])),
    "a byte before": bending((bytes) => Buffer.concat([Buffer.alloc(1), bytes])),
    "a byte less": bending((bytes) => bytes.subarray(0, -1)),
    none: bending(() => Buffer.alloc(0)),
    zeros: bending((bytes) => Buffer.alloc(bytes.length)),
    ones: bending((bytes) => Buffer.alloc(bytes.length, 0xff)),
    "random bytes": bending((bytes, random) => Buffer.from(bytes.map(() => random.below(256)))),
    "of another input": (draft) => void (draft.sign = (input, signer) => signed(`${input}x`, signer)),
    "as DER": (draft) => {
      if (isEc(draft))
        draft.sign = (input, { alg, privateKey: key }) =>
          crypto.sign(`sha${alg.slice(2)}`, Buffer.from(input), { key, dsaEncoding: "der" });
    },
    "high s": (draft) => {
      const n = ORDERS[draft.alg];
      if (n) draft.bendSignature.push(bendRs(({ r, s }) => [r, n - s]));
    },
    "r more than the order": (draft) => {
      const n = ORDERS[draft.alg];
      if (n) draft.bendSignature.push(bendRs(({ r, s }) => [(r + n) % 2n ** 256n, s]));
    },
    "PSS with another salt": (draft) => {
      if (!draft.alg.startsWith("PS")) return;
      const { RSA_PKCS1_PSS_PADDING: padding } = crypto.constants;
      draft.sign = (input, { alg, privateKey: key }) =>
        crypto.sign(`sha${alg.slice(2)}`, Buffer.from(input), { key, padding, saltLength: 20 });
    },
    "RSA without padding": (draft) => {
      const key = draft.signer.privateKey;
      if (key.asymmetricKeyType === "rsa")
        draft.sign = (input) => {
          const digest = crypto.createHash("sha256").update(input).digest();
          return rawRsa(key, Buffer.concat([Buffer.alloc(224), digest]));
        };
    },
  },
  "algorithm and key": {
    "another algorithm named": (draft, random) => text((draft.header.alg = random.pick(ALGORITHMS))),
    "another of the same key": (draft, random) => {
      const kind = draft.signer.privateKey.asymmetricKeyType;
      if (kind !== "rsa") return;
      draft.alg = draft.header.alg = random.pick(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]);
      return draft.alg;
    },
    "a stranger's key": (draft) => void (draft.signer = draft.strangerOf(draft.signer)),
    "HMAC of the public key": (draft, random) => {
      const key = crypto.createPublicKey(draft.signer.privateKey);
      const secret = random.chance(0.5)
        ? key.export({ format: "pem", type: "spki" })
        : JSON.stringify(key.export({ format: "jwk" }));
      draft.header.alg = "HS256";
      draft.sign = (input) => hmac(secret)(input, { alg: "HS256" });
    },
    "the key in the token": (draft) => {
      draft.signer = draft.strangerOf(draft.signer);
      draft.header.jwk = crypto.createPublicKey(draft.signer.privateKey).export({ format: "jwk" });
    },
  },
  kid: {
    none: (draft) => void delete draft.header.kid,
    "another's": (draft, random) => (draft.header.kid = random.pick(draft.kids)),
    unknown: (draft, random) =>
      (draft.header.kid = random.pick(["unknown", "../../etc/passwd", "' or 1=1", "RSA-1"])),
    odd: (draft, random) => text((draft.header.kid = random.pick(ODD))),
    "with white space": (draft) => void (draft.header.kid = `${draft.header.kid} `),
  },
};
