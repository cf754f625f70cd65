// The control plane, but its answers about sessions are those that KV has: a cookie's token, for as long as anybody will measure.
import { WorkerEntrypoint } from "cloudflare:workers";

export * from "../../control/worker.js";
export { default } from "../../control/worker.js";

const UNTIL = Date.UTC(2100, 0, 1) / 1000;

export class Questions extends WorkerEntrypoint {
  async fetch(request) {
    const { Session } = await request.json();
    const sessions = await this.env.CONFIG.get("bench-sessions", "json");
    const token = sessions?.[Session?.cookie];
    return Response.json(token ? { token, until: UNTIL } : null);
  }
}
