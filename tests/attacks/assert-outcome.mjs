// Asserts that the outcome of a request is the expected one, for the expected reason.
import assert from "node:assert/strict";
import { filled } from "./send.mjs";

/** Fails unless what `send` answered is as expected. */
export async function assertOutcome({ answer, received }, expected, fixture, place) {
  const said = `${answer.status} ${answer.text.slice(0, 300)}`;
  assert.equal(answer.status, expected.status, said);
  const isPassed = expected.status < 300 || expected.status === 101;
  assert.equal(
    received.length,
    expected.reaches ?? (isPassed ? 1 : 0),
    `requests that reached the origin: ${said}`,
  );
  if (expected.by === "runtime") return assert.equal(answer.headers["x-request-id"], undefined, said);
  if (expected.code && answer.text) assert.equal(JSON.parse(answer.text).code, expected.code);
  if ("because" in expected) await assertReason(answer, expected, fixture);
  if (expected.reason) assert.match(JSON.parse(answer.text).reason, expected.reason);
  if (expected.faults)
    assert.deepEqual(
      JSON.parse(answer.text).faults.map(({ pointer }) => pointer),
      expected.faults,
    );
  if (expected.received) assertReceived(received[0], expected.received, place);
  if (expected.answered) assertHeaders(answer.headers, expected.answered);
  if (expected.explained) assertPart(JSON.parse(answer.text), expected.explained);
  if (expected.audit) assertPart(await fixture.lastAudit(place), expected.audit);
}

/** Fails unless `actual` has at least what `expected` has. */
function assertPart(actual, expected) {
  if (expected instanceof RegExp) return assert.match(actual, expected);
  if (typeof expected !== "object" || expected === null) return assert.equal(actual, expected);
  for (const [name, value] of Object.entries(expected)) assertPart(actual?.[name], value);
}

/** The code, and the step that decided: the last one, but for those that tell who the caller is and what is demanded. */
async function assertReason(answer, { code, because }, fixture) {
  const line = await fixture.log.lineOf(answer.headers["x-request-id"]);
  assert.equal(line.code, code);
  const step = line.trace.filter(({ step, outcome }) => step !== "access" && outcome !== "decides").at(-1);
  assert.deepEqual(because && { ...step, ...because }, step, `decided by ${JSON.stringify(step)}`);
}

/** `headers` by name, `undefined` for one that must not be there; `without` stands in no header at all. */
function assertReceived(actual, { method, url, headers = {}, without }, place) {
  if (method) assert.equal(actual.method, method);
  if (url) assert.equal(actual.url, filled(url, place));
  assertHeaders(actual.headers, headers);
  if (without)
    assert.ok(!actual.rawHeaders.some((text) => text.includes(without)), actual.rawHeaders.join(" "));
}

function assertHeaders(actual, expected) {
  for (const [name, value] of Object.entries(expected)) {
    // `set-cookie` is a list.
    if (value instanceof RegExp) assert.match(String(actual[name] ?? ""), value, name);
    else assert.equal(actual[name], value, name);
  }
}
