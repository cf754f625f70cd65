// Tokens from a seed. The token of a number is made anew from the seed and the number alone, but for times and for what
// algorithms with random numbers sign.
import { generateKeyPairSync } from "node:crypto";
import { forge, signed } from "../attacks/forge.mjs";
import { generator } from "../e2e/random.mjs";
import { privateKey, publicJwk } from "../e2e/tokens.mjs";
import { MUTATIONS, written } from "./mutations.mjs";

/** What the issuer publishes; one key is for one algorithm only. */
export const JWKS = {
  keys: [
    ...["rsa-1", "ec256-1", "ec384-1", "ec521-1", "ed25519-1"].map(publicJwk),
    { ...publicJwk("rsa-2"), alg: "PS256", use: "sig" },
  ],
};
const KIDS = JWKS.keys.map(({ kid }) => kid);

const SIGNERS = Object.entries({
  "rsa-1": ["RS256", "RS384", "RS512", "PS384", "PS512"],
  "rsa-2": ["PS256"],
  "ec256-1": ["ES256", "ES256"],
  "ec384-1": ["ES384"],
  "ec521-1": ["ES512"],
  "ed25519-1": ["EdDSA", "EdDSA"],
}).flatMap(([kid, algorithms]) => algorithms.map((alg) => ({ kid, alg, privateKey: privateKey(kid) })));

// As RFC 7515 has it, and in the hexadecimal form that some write.
const THUMBPRINTS = ["lDpwLQbzRZmu4fjajvn3KWAx1pk", "NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4QzQ2MDAyQjVDNjk1RTM2Qg"];

const strangers = new Map();

/** A key of the same kind that nobody published. */
function strangerOf(signer) {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = signer.privateKey;
  const name = `${type} ${details.namedCurve}`;
  if (!strangers.has(name))
    strangers.set(name, generateKeyPairSync(type, { modulusLength: 2048, namedCurve: details.namedCurve }));
  return { ...signer, privateKey: strangers.get(name).privateKey };
}

const SHARE_OF_GOOD = 0.2;
const SHARE_OF_TWICE = 0.2;

/** The token of that number: its `text`, a `description` of how it was made, and what it was `signedWith`. */
export function generate(seed, number, issuer) {
  const random = generator(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const draft = goodDraft(random, issuer);
  const changes = random.chance(SHARE_OF_GOOD) ? 0 : random.chance(SHARE_OF_TWICE) ? 2 : 1;
  const done = [];
  for (let count = 0; count < changes; count += 1) {
    const layer = random.pick(Object.keys(MUTATIONS));
    const name = random.pick(Object.keys(MUTATIONS[layer]));
    const detail = MUTATIONS[layer][name](draft, random);
    done.push(`${layer}: ${name}${detail ? ` (${detail})` : ""}`);
  }
  const description = `#${number} ${draft.alg} ${done.join(" + ") || "good"}`;
  return { text: assemble(draft), description, isGood: changes === 0, signedWith: draft.alg };
}

function goodDraft(random, iss) {
  const signer = random.pick(SIGNERS);
  const now = Math.floor(Date.now() / 1000);
  const maybe = (probability, members) => (random.chance(probability) ? members : {});
  return {
    signer,
    alg: signer.alg,
    now,
    kids: KIDS,
    strangerOf,
    header: {
      alg: signer.alg,
      ...maybe(0.9, { kid: signer.kid }),
      ...maybe(0.8, { typ: random.pick(["JWT", "jwt", "at+jwt", "application/at+jwt"]) }),
      ...maybe(0.1, { nonce: random.text(10), x5t: random.pick(THUMBPRINTS) }),
    },
    claims: {
      iss,
      sub: random.pick(["someone", "Jörg 😀", "a|b/c d", `x${random.text(30)}`]),
      iat: now - random.below(1000) - random.pick([0, 0.25]),
      exp: now + 60 + random.below(100_000) + random.pick([0, 0.25]),
      ...maybe(0.3, { nbf: now - random.below(1000) }),
      ...maybe(0.3, { aud: random.pick(["api", ["api", "other"], []]) }),
      ...maybe(0.3, { roles: ["access", random.text(8)], nested: { a: [{ b: null }, 1.5e10, -7] } }),
      ...maybe(0.2, { [random.text(6)]: random.text(20) }),
    },
    headerText: [],
    claimsText: [],
    encode: { jose: [], claims: [], signature: [] },
    sign: signed,
    bendSignature: [],
    bend: [],
  };
}

function assemble({
  signer,
  alg,
  header,
  claims,
  headerText,
  claimsText,
  encode,
  sign,
  bendSignature,
  bend,
}) {
  const recipe = {
    key: signer,
    jose: () => inTurn(headerText)(written(header)),
    claims: () => inTurn(claimsText)(written(claims)),
    encode: Object.fromEntries(Object.entries(encode).map(([part, changes]) => [part, inTurn(changes)])),
    sign: (input) => sign(input, { alg, privateKey: signer.privateKey }),
    bendSignature: inTurn(bendSignature),
    bend: inTurn(bend),
  };
  return forge(recipe, {});
}

const inTurn = (changes) => (value) => changes.reduce((changed, change) => change(changed), value);
