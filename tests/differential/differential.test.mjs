// Generated tokens to this worker and to others with the same keys and policy: wherever they disagree, there is a reason.
import assert from "node:assert/strict";
import { Agent, createServer } from "node:http";
import { test } from "node:test";
import { hasEnvoy, startEnvoy } from "../../bench/envoy.mjs";
import { close, listen } from "../../demo/origin.mjs";
import { send, startGateway } from "../e2e/gateway.mjs";
import { startIssuer } from "../e2e/issuer.mjs";
import { ENTRY, kvFixture } from "../e2e/project.mjs";
import { keyRecord } from "../e2e/tokens.mjs";
import { LAXER, STRICTER, findDisagreement } from "./disagreements.mjs";
import { JWKS, generate } from "./generate.mjs";
import { readLeniently } from "./lenient-token.mjs";
import { SKEW } from "./mutations.mjs";
import { askEnvoy, askJose, envoyProvider } from "./other-verifiers.mjs";

const COUNT = Number(process.env.DIFFERENTIAL_COUNT ?? 2_000);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 1);
const WITH_ENVOY = Boolean(process.env.DIFFERENTIAL_ENVOY);
const CONNECTIONS = 32;
const MOST_SHOWN = 50;
const ROUTES = [{ path: "/api/{project}/{*rest}", origin: "origin", access: { "*": ["access"] } }];
const REFUSALS = {
  request_invalid: 400,
  token_malformed: 401,
  token_expired: 401,
  token_not_yet_valid: 401,
  token_untrusted: 401,
};

test(`${COUNT} tokens of the seed ${SEED}`, async (context) => {
  assert.ok(!WITH_ENVOY || hasEnvoy(), "no Envoy here: scripts/setup-bench.sh brings it");
  const stage = await startStage();
  const tally = { tokens: 0, accepted: 0, disagreements: {} };
  const unexplained = [];
  let next = 0;
  const compare = async () => {
    while (next < COUNT) {
      const { text, description, isGood, signedWith } = generate(SEED, next++, stage.issuer);
      // HTTP takes the spaces away that stand around a header's value.
      const token = text.trim();
      const ours = await stage.askWorker(token);
      tally.tokens += 1;
      if (ours.isAccepted) tally.accepted += 1;
      if (isGood && !ours.isAccepted)
        unexplained.push(`${description}: a good token is refused: ${ours.why}`);
      for (const [name, ask] of Object.entries(stage.others)) {
        const theirs = await ask(token);
        if (ours.isAccepted === theirs.isAccepted) {
          if (ours.isAccepted && "subject" in theirs && ours.subject !== theirs.subject)
            unexplained.push(`${description}: ${ours.subject} here, ${theirs.subject} to ${name}`);
          continue;
        }
        const [side, table] = ours.isAccepted ? ["laxer", LAXER[name]] : ["stricter", STRICTER[name]];
        const read = { ...readLeniently(token), signedWith, theirs };
        const found = findDisagreement(table, read);
        if (!found) {
          const why = (ours.isAccepted ? theirs : ours).why;
          const said = read.documents.map(({ json }) => json.slice(0, 400)).join(" ");
          unexplained.push(`${description}: ${side} than ${name}: ${why}: ${said}`);
        }
        const label = `${side} than ${name}: ${found}`;
        tally.disagreements[label] = (tally.disagreements[label] ?? 0) + 1;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, compare));
  } finally {
    await stage.close();
  }
  context.diagnostic(JSON.stringify(tally, null, 1));
  assert.ok(tally.accepted > COUNT / 10 && tally.accepted < COUNT * 0.9, `${tally.accepted} accepted`);
  assert.equal(unexplained.length, 0, unexplained.slice(0, MOST_SHOWN).join("\n"));
});

async function startStage() {
  const origin = createServer((incoming, response) =>
    incoming.resume().on("end", () => response.end(incoming.headers["x-auth-subject"])),
  );
  await listen(origin, 0);
  const originUrl = `http://127.0.0.1:${origin.address().port}`;
  const issuer = await startIssuer();
  issuer.keys = JWKS.keys;
  const { config } = kvFixture(originUrl, ROUTES);
  config["project/p1"].idps = [{ ...ENTRY, iss: issuer.url }];
  const gateway = await startGateway({
    config,
    jwks: { [issuer.url]: keyRecord(JWKS.keys) },
    bindings: { INSECURE_ISSUER_HOSTS: new URL(issuer.url).host, CLOCK_SKEW_SECONDS: String(SKEW) },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const envoy = WITH_ENVOY
    ? await startEnvoy("jwt", { originUrl, provider: envoyProvider(issuer.url) })
    : null;
  return {
    issuer: issuer.url,
    askWorker: (token) => askWorker(gateway.url, token, agent),
    others: {
      jose: (token) => askJose(token, issuer.url),
      ...(envoy && { envoy: (token) => askEnvoy(envoy.url, token, agent) }),
    },
    close: async () => {
      agent.destroy();
      await envoy?.stop();
      for (const server of [gateway, issuer]) await server.close();
      await close(origin);
    },
  };
}

/** What this worker says; any answer but a permit or the refusal of a token is a failure. */
async function askWorker(url, token, agent) {
  const { status, text } = await send(url, "/api/p1/x", {
    headers: { authorization: `Bearer ${token}` },
    agent,
  });
  if (status === 200) return { isAccepted: true, subject: decodeURIComponent(text) };
  const { code } = JSON.parse(text);
  assert.equal(REFUSALS[code], status, `${text} for ${token}`);
  return { isAccepted: false, why: code };
}
