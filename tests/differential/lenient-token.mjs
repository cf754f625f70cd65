// What can be said of a token by reading it as leniently as anybody would.

/** The token's parts, with what they hold as far as it can be read. */
export function readLeniently(text) {
  const parts = text.split(".");
  const [header, claims] = parts.slice(0, 2).map(documentOf);
  return {
    text,
    parts,
    header: header.value ?? {},
    claims: claims?.value ?? {},
    documents: [header, claims],
  };
}

function documentOf(part) {
  const bytes = Buffer.from(part, "base64url");
  const json = new TextDecoder().decode(bytes);
  const isUtf8 = Buffer.from(json).equals(bytes);
  try {
    const value = JSON.parse(json);
    const isObject = typeof value === "object" && !Array.isArray(value);
    return { json, isUtf8, isJson: true, value: isObject ? value : undefined };
  } catch {
    return { json, isUtf8, isJson: false };
  }
}

/** Whether each part is the only base64url text of its bytes. */
export const isCanonical = (part) => Buffer.from(part, "base64url").toString("base64url") === part;

/** Whether an object of a JSON text, which is one, has a member twice. */
export function hasDuplicates(json) {
  const objects = [];
  const tokens = json.match(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g) ?? [];
  return tokens.some((token) => {
    if (token === "{" || token === "[") objects.push(new Set());
    else if (token === "}" || token === "]") objects.pop();
    else if (token.endsWith(":")) {
      const [names, name] = [objects.at(-1), JSON.parse(token.slice(0, -1))];
      if (names?.has(name)) return true;
      names?.add(name);
    }
    return false;
  });
}

/** Whether anything within a value, names included, is so. */
export function some(value, isSo) {
  if (isSo(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, inner]) => isSo(name) || some(inner, isSo));
}

export const depthOf = (value) =>
  typeof value !== "object" || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf));
