// Contestants in alternation, all with the same number of connections.
import { sendOne } from "./client.mjs";
import { PATH } from "./documents.mjs";
import { load } from "./load.mjs";
import { alternate } from "./rounds.mjs";
import { titleOf } from "./workers.mjs";

const WARM_UP_SECONDS = 1;
const ATTEMPTS = 5;

/**
 * Measures contestants, and gives the samples of each. The first one of a `group` is what the others of it are compared
 * with. Those of the same `worker` and `documents` share a process; who `isNew` has a new one for each measurement, and
 * sees each of its `tokens` once.
 */
export async function compare(environment, contestants, { rounds, seconds, connections, firstToken, say }) {
  const start = async ({ worker, documents }) => {
    const running = await environment.start(worker, { documents });
    // What it reads at its first request is not what is measured.
    await sendOne(running.url, PATH, firstToken);
    return running;
  };
  const send = (running, { isRefused }, tokens, duration) =>
    load(running, { path: PATH, connections, seconds: duration, tokens, isRefused });

  const shared = new Map();
  const measure = async (contestant, duration) => {
    const key = JSON.stringify([contestant.worker, contestant.documents]);
    if (!shared.has(key)) shared.set(key, await start(contestant));
    return send(shared.get(key), contestant, contestant.tokens, duration);
  };
  const measureNew = async (contestant) => {
    const { tokens } = contestant;
    const running = await start(contestant);
    try {
      const { requests } = await send(running, contestant, tokens, WARM_UP_SECONDS);
      // Those under way at the end were sent, too.
      const first = requests + connections;
      const left = { ...tokens, first, count: tokens.count - first };
      const sample = await send(running, contestant, left, seconds);
      if (sample.requests > left.count) throw new Error(`${tokens.count} tokens are too few here`);
      return sample;
    } finally {
      await running.stop();
    }
  };

  const byName = Object.fromEntries(contestants.map((one) => [nameOf(one), one]));
  try {
    for (const contestant of contestants) if (!contestant.isNew) await measure(contestant, WARM_UP_SECONDS);
    const samples = await alternate(Object.keys(byName), rounds, say, async (name) => {
      const contestant = byName[name];
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const sample = await (contestant.isNew ? measureNew(contestant) : measure(contestant, seconds));
        if (sample.requests > 0) return sample;
        say(`${name}: nothing was answered within ${seconds} s; is the machine busy? Once more`);
      }
      throw new Error(`${name} does not answer`);
    });
    return contestants.map((contestant) => {
      const { group, worker, title = titleOf(worker) } = contestant;
      const name = nameOf(contestant);
      return { name, group, title, samples: samples[name] };
    });
  } finally {
    for (const running of shared.values()) await running.stop();
  }
}

const nameOf = ({ group, worker, name = worker }) => `${group}: ${name}`;
