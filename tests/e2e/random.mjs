// Random input that can be repeated.

/** A small random generator (mulberry32): the same seed gives the same input. */
export function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  const character = () => String.fromCharCode(0x21 + below(0x5e));
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (list) => list[below(list.length)],
    text: (length) => Array.from({ length: below(length + 1) }, character).join(""),
    mutate: (text) => {
      const at = below(text.length + 1);
      const middle = [character(), "", text.slice(0, below(8)), "\u00e9"][below(4)];
      return text.slice(0, at) + middle + text.slice(at + below(3));
    },
  };
}
