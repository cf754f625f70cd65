// Keys as a person has them: a key set, a JWK, or PEM.

export type Jwk = Record<string, unknown>;

/** The keys that a text holds, or what is wrong with it. */
export async function readKeys(text: string): Promise<{ keys: Jwk[]; fault?: string }> {
  const pasted = text.trim();
  if (pasted === "") return { keys: [] };
  if (/^[{[]/.test(pasted)) return readJson(pasted);
  const blocks = [...pasted.matchAll(/-----BEGIN ([A-Z ]+)-----([^-]*)-----END \1-----/g)];
  // Keycloak shows the base64 alone.
  const named: [string, string][] = blocks.length
    ? blocks.map(([, label, base64]) => [label ?? "", base64 ?? ""])
    : [["PUBLIC KEY", pasted]];
  const keys: Jwk[] = [];
  for (const [label, base64] of named) {
    const jwk = await readPem(label, base64);
    if (jwk === undefined)
      return { keys: [], fault: `a ${label.toLowerCase()} that is not one of RSA, EC or Ed25519` };
    keys.push(jwk);
  }
  return { keys };
}

function readJson(text: string): { keys: Jwk[]; fault?: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { keys: [], fault: `not JSON: ${(error as Error).message}` };
  }
  const keys = Array.isArray(value) ? value : ((value as { keys?: unknown }).keys ?? [value]);
  if (!Array.isArray(keys) || keys.length > 100)
    return { keys: [], fault: "`keys` is no list of at most 100 keys" };
  return { keys: keys.map(publicPart) };
}

const PUBLIC_MEMBERS = ["kty", "kid", "use", "alg", "key_ops", "crv", "x", "y", "n", "e"];

/** A key without its private members, which are not needed here. */
function publicPart(key: unknown): Jwk {
  if (typeof key !== "object" || key === null) return {};
  return Object.fromEntries(Object.entries(key).filter(([name]) => PUBLIC_MEMBERS.includes(name)));
}

const KINDS: [AlgorithmIdentifier | RsaHashedImportParams | EcKeyImportParams][] = [
  [{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }],
  [{ name: "ECDSA", namedCurve: "P-256" }],
  [{ name: "ECDSA", namedCurve: "P-384" }],
  [{ name: "ECDSA", namedCurve: "P-521" }],
  [{ name: "Ed25519" }],
];

async function readPem(label: string, base64: string): Promise<Jwk | undefined> {
  const der = decode(base64);
  const spki = der && (label === "CERTIFICATE" ? keyOfCertificate(der) : der);
  if (!spki) return undefined;
  for (const [kind] of KINDS) {
    try {
      const key = await crypto.subtle.importKey("spki", new Uint8Array(spki), kind, true, ["verify"]);
      const { key_ops: _, ext: __, alg: ___, ...jwk } = await crypto.subtle.exportKey("jwk", key);
      return { ...jwk };
    } catch {
      // Not of this kind.
    }
  }
  return undefined;
}

function decode(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64.replace(/\s/g, "")), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The `subjectPublicKeyInfo` of a certificate (RFC 5280, section 4.1): the seventh field, or sixth without a version. */
function keyOfCertificate(certificate: Uint8Array): Uint8Array | undefined {
  const fields = elements(elements(elements(certificate)[0]?.content)[0]?.content);
  const hasVersion = fields[0]?.tag === 0xa0;
  return fields[hasVersion ? 6 : 5]?.whole;
}

interface Element {
  tag: number;
  content: Uint8Array;
  whole: Uint8Array;
}

/** The elements of a DER sequence's content. */
function elements(bytes: Uint8Array = new Uint8Array()): Element[] {
  const found: Element[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0;
    let start = at + 2;
    if (length & 0x80) {
      const size = length & 0x7f;
      length = bytes.subarray(start, start + size).reduce((sum, byte) => sum * 256 + byte, 0);
      start += size;
    }
    const end = start + length;
    if (end > bytes.length) return found;
    found.push({ tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return found;
}
