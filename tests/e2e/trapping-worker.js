// The worker, where a request's header `x-trap: <n>` makes the wasm trap when it next reads the clock for the `n`th time.
import worker from "../../edge/worker.js";

export * from "../../edge/worker.js";

const { now } = Date;
let left = 0;

Date.now = () => {
  if (left > 0 && (left -= 1) === 0) throw new WebAssembly.RuntimeError("unreachable");
  return now();
};

export default {
  fetch(request, env, context) {
    left = Number(request.headers.get("x-trap") ?? left);
    return worker.fetch(request, env, context);
  },
};
