// A sentence in which values stand between backticks.
import { visible } from "../core.ts";

export function Sentence({ text }: { text: string }) {
  const pieces = visible(text)
    .split("`")
    .map((piece, index) => (index % 2 ? <code key={index}>{piece}</code> : piece));
  return <>{pieces}</>;
}
