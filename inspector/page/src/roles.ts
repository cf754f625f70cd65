// Claims that may carry roles.

const MAX_DEPTH = 4;

/** The claims that are lists of texts, or texts of several words, by the name that an entry gives them. */
export function listsOf(claims: Record<string, unknown>): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  const visit = (value: unknown, path: string, depth: number) => {
    if (Array.isArray(value)) {
      const texts = value.filter((item) => typeof item === "string");
      if (texts.length > 0) lists.set(path, texts);
    } else if (typeof value === "object" && value !== null && depth < MAX_DEPTH) {
      for (const [name, inner] of Object.entries(value)) visit(inner, `${path}.${escape(name)}`, depth + 1);
    } else if (typeof value === "string" && ["scope", "scp", "roles", "groups"].includes(path)) {
      lists.set(path, value.split(" ").filter(Boolean));
    }
  };
  for (const [name, value] of Object.entries(claims)) visit(value, name, 1);
  return lists;
}

const escape = (name: string) => name.replaceAll(".", "\\.");
