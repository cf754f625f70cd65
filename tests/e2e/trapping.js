// A worker in which a request's header `x-trap: <n>` makes the wasm trap when it next reads the clock for the `n`th time.
const { now } = Date;
let left = 0;

Date.now = () => {
  if (left > 0 && (left -= 1) === 0) throw new WebAssembly.RuntimeError("unreachable");
  return now();
};

export const trapping = (worker) => ({
  fetch(request, env, context) {
    left = Number(request.headers.get("x-trap") ?? left);
    return worker.fetch(request, env, context);
  },
});
