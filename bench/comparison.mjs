// Contestants in alternation, all with the same number of connections.
import { sendOne } from "./client.mjs";
import { PATH } from "./documents.mjs";
import { load } from "./load.mjs";
import { alternate } from "./rounds.mjs";
import { titleOf } from "./workers.mjs";

const WARM_UP_SECONDS = 1;
/** A process that just started compiles what it runs. */
const FIRST_SECONDS = 3;
const ATTEMPTS = 5;

/**
 * Measures contestants, and gives the samples of each. The first one of a `group` is what the others of it are compared
 * with. Those of the same `worker` and `documents` share a process, in each round a new one, so that no
 * one process decides a run. Who `isNew` has a new one for each measurement, and sees each of its `tokens` once.
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
  const stopShared = async () => {
    for (const running of shared.values()) await running.stop();
    shared.clear();
  };
  const measure = async (contestant) => {
    const key = JSON.stringify([contestant.worker, contestant.documents]);
    const isFirst = !shared.has(key);
    if (isFirst) shared.set(key, await start(contestant));
    const running = shared.get(key);
    await send(running, contestant, contestant.tokens, isFirst ? FIRST_SECONDS : WARM_UP_SECONDS);
    return send(running, contestant, contestant.tokens, seconds);
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
    const onRound = async (round) => {
      await stopShared();
      say(round);
    };
    const samples = await alternate(Object.keys(byName), rounds, onRound, async (name) => {
      const contestant = byName[name];
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const sample = await (contestant.isNew ? measureNew : measure)(contestant);
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
    await stopShared();
  }
}

const nameOf = ({ group, worker, name = worker }) => `${group}: ${name}`;
