// Whether what came of a request is what was expected, and for the expected reason.
import assert from "node:assert/strict";
import { filled } from "./send.mjs";

/** Judges what `send` answered. */
export async function judge({ answer, received }, expected, setting, place) {
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
  if ("because" in expected) await judgeReason(answer, expected, setting);
  if (expected.reason) assert.match(JSON.parse(answer.text).reason, expected.reason);
  if (expected.faults)
    assert.deepEqual(
      JSON.parse(answer.text).faults.map(({ pointer }) => pointer),
      expected.faults,
    );
  if (expected.received) judgeReceived(received[0], expected.received, place);
  if (expected.answered) judgeHeaders(answer.headers, expected.answered);
  if (expected.explained) assertPart(JSON.parse(answer.text), expected.explained);
  if (expected.audit) assertPart(await setting.lastAudit(place), expected.audit);
}

/** Fails unless `actual` has at least what `expected` has. */
function assertPart(actual, expected) {
  if (expected instanceof RegExp) return assert.match(actual, expected);
  if (typeof expected !== "object" || expected === null) return assert.equal(actual, expected);
  for (const [name, value] of Object.entries(expected)) assertPart(actual?.[name], value);
}

/** The code, and the step that decided: the last one, but for those that tell who the caller is and what is demanded. */
async function judgeReason(answer, { code, because }, setting) {
  const line = await setting.log.lineOf(answer.headers["x-request-id"]);
  assert.equal(line.code, code);
  const step = line.trace.filter(({ step, outcome }) => step !== "access" && outcome !== "decides").at(-1);
  assert.deepEqual(because && { ...step, ...because }, step, `decided by ${JSON.stringify(step)}`);
}

/** `headers` by name, `undefined` for one that must not be there; `without` stands in no header at all. */
function judgeReceived(actual, { method, url, headers = {}, without }, place) {
  if (method) assert.equal(actual.method, method);
  if (url) assert.equal(actual.url, filled(url, place));
  judgeHeaders(actual.headers, headers);
  if (without)
    assert.ok(!actual.rawHeaders.some((text) => text.includes(without)), actual.rawHeaders.join(" "));
}

function judgeHeaders(actual, expected) {
  for (const [name, value] of Object.entries(expected)) {
    if (value instanceof RegExp) assert.match(actual[name] ?? "", value, name);
    else assert.equal(actual[name], value, name);
  }
}
