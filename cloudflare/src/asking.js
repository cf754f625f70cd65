// How often a waiter shows that it is still there, and when it is taken to be gone, in milliseconds.
const BEAT = 1000;
const GONE = 3000;

// A promise that `wake` fulfils, or time. It is made in the request that waits, so the runtime goes on there, whoever wakes.
// Where a client has gone, the runtime drops the request without a word, and its timer with it.
export const wait = (waiters, seconds) => {
  const waiter = { seen: Date.now() };
  const end = waiter.seen + seconds * 1000;
  let beat;
  const woken = new Promise((resolve) => {
    waiter.wake = resolve;
    beat = setInterval(() => {
      waiter.seen = Date.now();
      if (waiter.seen >= end) resolve();
    }, BEAT);
  });
  waiters.add(waiter);
  return woken.finally(() => {
    clearInterval(beat);
    waiters.delete(waiter);
  });
};

// Whether one more may wait. Those that are gone are forgotten when there is no room.
export const has_room = (waiters, most) => {
  if (waiters.size < most) return true;
  const oldest = Date.now() - GONE;
  for (const waiter of waiters) if (waiter.seen < oldest) waiters.delete(waiter);
  return waiters.size < most;
};

export const wake = (waiters) => {
  for (const { wake } of waiters) wake();
  waiters.clear();
};
