// Time that passes at once: at the gateway, and at an OpenID Provider that runs in this process.
import { send } from "./gateway.mjs";

const { now } = Date;
let offset = 0;

/** Lets seconds pass, for gateways that were started with `isTimed`. */
export async function pass(seconds, ...gateways) {
  offset += seconds * 1000;
  Date.now = () => now() + offset;
  await Promise.all(gateways.map((gateway) => setClock(gateway, String(Date.now()))));
}

/** Sets the workers' clocks, as the header of timed.js says, or the node's. */
export async function setClock({ url, secondUrl, setTime }, clock) {
  if (setTime) return setTime(clock);
  for (const edge of [url, secondUrl ?? []].flat())
    await send(edge, "/auth/session", { headers: { "x-clock": clock } });
}
