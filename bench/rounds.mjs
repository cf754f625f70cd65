// Measuring in alternation, and what the measurements come to.

/** Measures every contestant in every round, which begins with `onRound`, by name: first to last, last to first, and so on. */
export async function alternate(names, rounds, onRound, measure) {
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    await onRound(`round ${round + 1} of ${rounds}`);
    for (const name of round % 2 ? names.toReversed() : names) samples[name].push(await measure(name));
  }
  return samples;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** The median of one figure of the samples. */
export const typical = (samples, figure) => median(samples.map((sample) => sample[figure]));

/**
 * How the rate of one compares with that of another in the same rounds: the median of the rounds' ratios, the least and
 * the most. `byCpu` is what comes out if only the time counts for which the workers computed, whatever else ran.
 */
export function ratio(samples, base) {
  const ratios = samples.map(({ rate }, round) => rate / base[round].rate);
  const byCpu = median(samples.map(({ computed }, round) => base[round].computed / computed));
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios), byCpu };
}
