// The promise, which is rejected with nothing if it is not settled in time. What it stands for is not cancelled.
export const within = (promise, seconds) => {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(reject, seconds * 1000)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};
