// Where this worker and another disagree, and why this worker is right. `stricter` is what it refuses and the other
// accepts, `laxer` the other way round; each disagreement says which tokens it is `of`, by what is in them, and the reason.
import { depthOf, hasDuplicates, isCanonical, some } from "./lenient-token.mjs";
import { SKEW } from "./mutations.mjs";

const isTextOrAbsent = (value) => value === undefined || typeof value === "string";
const isThumbprint = (value) => /^[\w-]{27}$|^[\w-]{43}$|^[\w-]{54}$|^[\w-]{86}$/.test(value);
const now = () => Date.now() / 1000;

const TYPES = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"];

const DUPLICATES = {
  of: ({ documents }) => documents.some(({ json }) => hasDuplicates(json)),
  reason: "two readers can differ on which of two members counts (RFC 8725, section 2.4)",
};
const ENCODING = {
  of: ({ parts }) => !parts.every(isCanonical),
  reason: "one signature has one text: no padding, spare bits or other alphabet (RFC 7515, section 2)",
};
const TOO_LONG = {
  of: ({ text }) => text.length > 16 * 1024,
  reason: "16 KiB is more than any issuer's token, and bounds the work for a stranger's",
};
const TYPE = {
  of: ({ header: { typ } }) => typ !== undefined && !TYPES.includes(String(typ).toLowerCase()),
  reason: "another kind of token is no access token (RFC 8725, section 3.11)",
};
const KIND = {
  of: ({ claims: { typ } }) => ["ID", "Refresh", "Logout", "Offline"].includes(typ),
  reason: "Keycloak tells ID and refresh tokens from access tokens by this claim alone",
};
const NOBODY = {
  of: ({ claims: { sub } }) => typeof sub !== "string" || sub === "" || [...sub].length > 256,
  reason: "the entry's id claim has to say who the caller is",
};
const ISSUED_AHEAD = {
  of: ({ claims: { iat } }) => iat > now() + SKEW,
  reason: "a token from the future is of a clock, or of somebody, that is wrong",
};
const NOT_UTF8 = {
  of: ({ documents }) => documents.some(({ isUtf8 }) => !isUtf8),
  reason:
    "JSON is UTF-8 (RFC 7519, section 7.2); to put something in for other bytes is to read what nobody wrote",
};
const SURROGATE = {
  of: ({ documents }) =>
    documents.some(({ value }) => some(value, (inner) => typeof inner === "string" && !inner.isWellFormed())),
  reason: "half a character has no UTF-8, so that it could not be passed on as it was signed",
};
const ENDLESS = {
  of: ({ documents }) => documents.some(({ value }) => some(value, (inner) => Math.abs(inner) === Infinity)),
  reason: "a number that cannot be represented is not one to compare with",
};
const DEEP = {
  of: ({ documents }) => documents.some(({ value }) => depthOf(value) > 127),
  reason: "nesting is bounded, as is the stack that reads it",
};
const HEADER_TYPES = {
  of: ({ header }) => ["typ", "cty", "jku", "x5u"].some((name) => !isTextOrAbsent(header[name])),
  reason: "members that RFC 7515 (section 4.1) defines are strings",
};
const THUMBPRINT = {
  of: ({ header }) =>
    [header.x5t, header["x5t#S256"]].some((value) => value !== undefined && !isThumbprint(value)),
  reason: "what is called a thumbprint is one (RFC 7515, sections 4.1.7 and 4.1.8)",
};
const CONTENT = {
  of: ({ header: { cty } }) => cty !== undefined && String(cty).toLowerCase() !== "json",
  reason: "`cty` names what else the payload is, above all a token in the token (RFC 7519, section 5.2)",
};

const CRITICAL = {
  of: ({ header }) => "crit" in header,
  reason: "an extension that is critical and not understood refuses the token (RFC 7515, section 4.1.11)",
};
const NO_JSON = {
  of: ({ documents }) => !documents.every(({ isJson }) => isJson),
  reason: "what is not JSON, even if it is like it, has no one reading (RFC 8259)",
};
const PARTS = {
  of: ({ parts }) => parts.length !== 3,
  reason: "a compact JWS is three parts (RFC 7515, section 7.1)",
};
const ALGORITHM = {
  of: ({ header: { alg }, signedWith }) => alg !== signedWith,
  reason: "what the token says of its algorithm has to be what it is checked with (RFC 8725, section 3.1)",
};
const SIGNATURE = {
  of: ({ header: { alg }, parts }) => alg in EC_BYTES && bytesOf(parts[2]) !== EC_BYTES[alg],
  reason: "a signature is as long as its algorithm says (RFC 7518, section 3.4)",
};
const EMPTY_KEY_ID = {
  of: ({ header: { kid } }) => kid === "",
  reason: "an empty `kid` is one that no key has",
};
const NOT_ISSUED = {
  of: ({ claims: { iat } }) => typeof iat !== "number",
  reason: "a token says when it was issued, as a number (RFC 7519, section 4.1.6)",
};

const EC_BYTES = { ES256: 64, ES384: 96, ES512: 132 };
const bytesOf = (part) => Buffer.from(part, "base64url").length;

const SHARED = {
  "not the one base64url text": ENCODING,
  "too long": TOO_LONG,
  "another type": TYPE,
  "another kind": KIND,
  nobody: NOBODY,
  "issued ahead": ISSUED_AHEAD,
  "a header member that is no text": HEADER_TYPES,
  "no thumbprint": THUMBPRINT,
  "other content": CONTENT,
  critical: CRITICAL,
};

export const STRICTER = {
  jose: {
    ...SHARED,
    "a member twice": DUPLICATES,
    "not UTF-8": NOT_UTF8,
    "half a character": SURROGATE,
    "a number without end": ENDLESS,
    deep: DEEP,
  },
  envoy: {
    ...SHARED,
    "not JSON": NO_JSON,
    "not three parts": PARTS,
    "another algorithm": ALGORITHM,
    "a signature of another length": SIGNATURE,
    "an empty `kid`": EMPTY_KEY_ID,
    "not issued": NOT_ISSUED,
  },
};

const isTextOrList = (value) =>
  isTextOrAbsent(value) || (Array.isArray(value) && value.every((text) => typeof text === "string"));

const NULL_KEY_ID = {
  of: ({ header: { kid } }) => kid === null,
  reason: "it names no key, as if it were absent; then as now only the issuer's own keys are tried",
};

export const LAXER = {
  jose: { "a `kid` of null": NULL_KEY_ID },
  envoy: {
    "a `kid` of null": NULL_KEY_ID,
    "no `kid`": {
      of: ({ header, theirs }) => !("kid" in header) && /ED25519/.test(theirs.why),
      reason: "every key that fits the algorithm is tried; Envoy gives up at one of another type",
    },
    "a time that is no positive 64-bit integer": {
      of: ({ claims: { exp, iat, nbf } }) => [exp, iat, nbf].some((time) => time < 0 || time >= 2 ** 64),
      reason: "a time is any number (RFC 7519, section 2); these have passed, or have not, like others",
    },
    "a `jti` that is no text": {
      of: ({ claims: { jti } }) => !isTextOrAbsent(jti),
      reason: "nothing here reads it",
    },
    "an `aud` that is no text": {
      of: ({ claims: { aud } }) => !isTextOrList(aud),
      reason: "the entry asks for no audience; one with `allowedAud` refuses the token",
    },
  },
};

/** The name of the disagreement on a token, if it is a known one. */
export function findDisagreement(table, token) {
  return Object.entries(table).find(([, { of }]) => of(token))?.[0];
}
