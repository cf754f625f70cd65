// A sentence in which values stand between backticks.

export function Sentence({ text }: { text: string }) {
  const pieces = text
    .split("`")
    .map((piece, index) => (index % 2 ? <code key={index}>{piece}</code> : piece));
  return <>{pieces}</>;
}
