// An answer of the gateway itself, made in one crossing: `lines` are the headers' names and values in turn.
export function make(status, lines, body) {
  const headers = {};
  const parts = lines.split("\n");
  for (let index = 1; index < parts.length; index += 2) headers[parts[index - 1]] = parts[index];
  return new Response(body ?? null, { status, headers });
}
