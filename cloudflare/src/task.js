// Following a promise without a task of the wasm's: `resume(number, isTrue)` goes on with what waits for it.
let resume;

export const learn = (closure) => (resume = closure);

export const follow = (promise, number) =>
  promise.then(
    (value) => resume(number, value === true),
    () => resume(number, false),
  );
