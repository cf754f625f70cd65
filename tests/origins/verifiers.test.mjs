// Each verifier of docs/origins.md, as it stands there, accepts and refuses the same assertions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertionOf, CASES, KEY_SET } from "./assertions.mjs";
import { serveKeys } from "./key-server.mjs";
import { PROXIES } from "./proxies.mjs";
import { isSkipped } from "./skipped.mjs";
import { VERIFIERS } from "./verifiers.mjs";

async function started(t, start, keySet) {
  const keys = await serveKeys(keySet);
  t.after(keys.stop);
  const verifier = await start(keys.issuer);
  t.after(verifier.stop);
  return { keys, verifier };
}

test("there are at least as many kinds of invalid assertions as the guide promises", () => {
  assert.ok(CASES.filter(({ accepted }) => !accepted).length >= 30);
  assert.ok(CASES.filter(({ accepted }) => accepted).length >= 5);
});

for (const [name, verifierOf] of Object.entries({ ...VERIFIERS, ...PROXIES })) {
  const { missing, start, fetches, hasClock, unchecked = [] } = verifierOf;

  test(`${name}: verifies the assertions`, async (t) => {
    if (isSkipped(t, name, missing())) return;
    const { keys, verifier } = await started(t, start, KEY_SET);
    for (const described of CASES) {
      const { isAccepted, text } = await verifier.verify(assertionOf(described, keys.issuer));
      const isExpected = described.accepted || unchecked.includes(described.name);
      assert.equal(isAccepted, isExpected, `${described.name}: ${text}`);
      if (described.accepted) assert.equal(text, described.claims?.sub ?? "device-0017");
    }
    assert.ok(keys.fetches <= fetches, `${keys.fetches} fetches`);
  });

  if (!hasClock) continue;
  test(`${name}: fetches an unknown key after a minute, at most once`, async (t) => {
    if (isSkipped(t, name, missing())) return;
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const [current] = KEY_SET.keys;
    const { keys, verifier } = await started(t, start, { keys: [current] });
    const later = (seconds) => {
      verifier.later?.(seconds);
      if (!verifier.later) t.mock.timers.tick(seconds * 1000);
    };
    const verify = async (key) => (await verifier.verify(assertionOf({ key }, keys.issuer))).isAccepted;
    assert.equal(await verify("current"), true);
    keys.keySet = KEY_SET;
    assert.equal(await verify("next"), false);
    assert.equal(keys.fetches, 1);
    later(61);
    assert.equal(await verify("next"), true);
    assert.equal(keys.fetches, 2);
    for (let attempt = 0; attempt < 20; attempt += 1) assert.equal(await verify("foreign"), false);
    assert.equal(keys.fetches, 2);
  });
}
