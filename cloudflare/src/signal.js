// How often a waiter shows that it is still there, and when it is taken to be gone, in milliseconds.
const BEAT = 1000;
const GONE = 3000;

/** Those that wait, by project: whatever issuers it names, a project has no more than its share. */
const byProject = new Map();

// A promise that `wake` or time fulfils. It is made in the request that waits, so the runtime goes on there.
// Where a client has gone, the runtime drops the request without a word, and its timer with it.
export const wait_for = (waiters, project, seconds) => {
  const waiter = { seen: Date.now() };
  const end = waiter.seen + seconds * 1000;
  let beat;
  const woken = new Promise((resolve) => {
    waiter.wake = resolve;
    beat = setInterval(
      () => {
        waiter.seen = Date.now();
        if (waiter.seen >= end) resolve();
      },
      Math.min(BEAT, seconds * 1000),
    );
  });
  if (project) byProject.set(project, (byProject.get(project) ?? new Set()).add(waiter));
  waiters.add(waiter);
  return woken.finally(() => {
    clearInterval(beat);
    waiters.delete(waiter);
    forget(project, waiter);
  });
};

const forget = (project, waiter) => {
  const share = byProject.get(project);
  if (share?.delete(waiter) && share.size === 0) byProject.delete(project);
};

// Whether one more of a project may wait. Those that are gone are forgotten when there is no room.
export const has_room = (project, most) => {
  const share = byProject.get(project) ?? [];
  if (!(share.size >= most)) return true;
  const oldest = Date.now() - GONE;
  for (const waiter of share) if (waiter.seen < oldest) forget(project, waiter);
  return share.size < most;
};

export const wake = (waiters) => {
  for (const { wake } of waiters) wake();
  waiters.clear();
};
