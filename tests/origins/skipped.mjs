/** Says loudly what is not tested, because a skipped test is easily overlooked. */
export function isSkipped(t, name, reason) {
  if (!reason) return false;
  console.error(`\x1b[1;33mNOT TESTED: ${name} of docs/origins.md: ${reason}\x1b[0m`);
  t.skip(reason);
  return true;
}
