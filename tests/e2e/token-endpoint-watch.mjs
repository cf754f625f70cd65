// The token endpoint of the OpenID Provider, as a test watches, delays and breaks it.

/**
 * Watches a provider. `refreshes` and `codes` count what it was asked, `answers` are the bodies that it gave. While `isDown`,
 * the provider closes connections without an answer. `hold()` keeps the next answer back after the provider has made it.
 */
export function watchTokenEndpoint({ provider }) {
  const watch = { refreshes: 0, codes: 0, answers: [], isDown: false };
  let held;

  /** Keeps the next answer back: `arrived` is fulfilled once the provider has made it, `release` sends it. */
  watch.hold = () => {
    let arrive, release;
    const arrived = new Promise((resolve) => (arrive = resolve));
    const released = new Promise((resolve) => (release = resolve));
    held = { arrive, released };
    return { arrived, release };
  };

  provider.use(async (context, next) => {
    if (watch.isDown) {
      context.respond = false;
      return context.req.socket.destroy();
    }
    await next();
    if (context.path !== "/token") return;
    const isRefresh = context.oidc?.params?.grant_type === "refresh_token";
    watch[isRefresh ? "refreshes" : "codes"] += 1;
    watch.answers.push(context.body);
    const answer = held;
    held = undefined;
    answer?.arrive();
    await answer?.released;
  });
  return watch;
}
