// Reading and writing JSON.
import { visible } from "./core.ts";

/** What a JSON text says; nothing if it is none. */
export function parseJson(text: string, reviver?: Reviver): unknown {
  try {
    return JSON.parse(text, reviver as (name: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
}

/** A JSON object, if the text is one. */
export function parseObject(text: string, reviver?: Reviver): Record<string, unknown> | undefined {
  const value = parseJson(text, reviver);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

type Reviver = (name: string, value: unknown, context?: { source?: string }) => unknown;

/** Keeps numbers that JavaScript would round as they are written, where the browser can do that. */
export const exactNumbers: Reviver = (_name, value, context) => {
  const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown };
  const source = typeof value === "number" ? context?.source : undefined;
  return source && /^-?\d{16,}$/.test(source) && rawJSON ? rawJSON(source) : value;
};

/** The name of a member that a JSON pointer (RFC 6901) leads to. */
export const nameOf = (pointer: string): string =>
  pointer.slice(1).replaceAll("~1", "/").replaceAll("~0", "~");

const WIDTH = 76;

/** JSON as a person writes it: what fits on a line is on one, and what a reader would not see is escaped. */
export const pretty = (value: unknown): string => visibleLines(written(value, ""));

/** Several lines of text for people. */
export const visibleLines = (text: string): string => text.split("\n").map(visible).join("\n");

function written(value: unknown, indent: string): string {
  const line = onOneLine(value);
  if (!isComposite(value) || (indent !== "" && indent.length + line.length <= WIDTH)) return line;
  const inner = `${indent}  `;
  const [open, close, members] = Array.isArray(value)
    ? ["[", "]", value.map((item) => written(item, inner))]
    : [
        "{",
        "}",
        Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${written(item, inner)}`),
      ];
  if (members.length === 0) return open + close;
  return `${open}\n${members.map((member) => inner + member).join(",\n")}\n${indent}${close}`;
}

function onOneLine(value: unknown): string {
  if (!isComposite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  const members = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${onOneLine(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** Whether a value is an array or an object; an exact number is neither. */
function isComposite(value: unknown): value is object {
  const { isRawJSON } = JSON as { isRawJSON?: (value: unknown) => boolean };
  return typeof value === "object" && value !== null && !isRawJSON?.(value);
}
