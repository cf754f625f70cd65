// Following a promise without a task of the wasm's: `resume(number, isTrue)` goes on with what waits for it.
let resume;

export const learn = (closure) => (resume = closure);

export const follow = (promise, number) => {
  // A new instance, after a trap, has other futures by these numbers: what waited in the old one ends with it.
  const goOn = resume;
  const settle = (isTrue) => {
    try {
      return goOn(number, isTrue);
    } catch (error) {
      // Nobody else sees a trap in here.
      reportError(error);
      throw error;
    }
  };
  return promise.then(
    (value) => settle(value === true),
    () => settle(false),
  );
};
