// A promise that `wake` fulfils, or time. It is made in the request that waits, so the runtime goes on there, whoever wakes.
export const wait = (waiters, seconds) => {
  let timer;
  const woken = new Promise((resolve) => {
    waiters.push(resolve);
    timer = setTimeout(resolve, seconds * 1000);
  });
  return woken.finally(() => clearTimeout(timer));
};

export const wake = (waiters) => waiters.splice(0).forEach((resolve) => resolve());
