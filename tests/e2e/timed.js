// A worker whose clock a test sets: the header `x-clock: <n>` moves it on to `n` milliseconds since 1970, from where time goes
// on; with `x-clock: <n> stopped`, it stands still there.
const { now } = Date;
let tell = now;

Date.now = () => tell();

function set(clock) {
  const [time, isStopped] = clock.split(" ");
  const offset = Number(time) - now();
  tell = isStopped ? () => Number(time) : () => now() + offset;
}

export const timed = (worker) => ({
  fetch(request, env, context) {
    const clock = request.headers.get("x-clock");
    if (clock) set(clock);
    return worker.fetch(request, env, context);
  },
});
