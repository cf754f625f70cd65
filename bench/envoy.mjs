// Envoy, a gateway in C++: one worker thread, the same origin, keys given in its configuration.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { publicJwk } from "../tests/e2e/tokens.mjs";
import { CACHE } from "./corpus.mjs";
import { ISSUER, KEYS } from "./documents.mjs";
import { launch, WORKER_CORE } from "./processes.mjs";
import { FOLDER } from "./workerd.mjs";

const ENVOY = `${CACHE}/envoy/bin/envoy`;
const CACHED_TOKENS = 1000;
const HTTP = "type.googleapis.com/envoy.extensions.filters";

/** Whether `scripts/setup-bench.sh` has brought it. */
export const hasEnvoy = () => existsSync(ENVOY);

let count = 0;

/**
 * Starts Envoy: `plain`, checking tokens (`jwt`), or keeping those that it has checked (`cache`). `provider` is whose
 * tokens it takes, if not those of the benchmark.
 */
export async function startEnvoy(kind, { originUrl, provider = benchProvider() }) {
  mkdirSync(FOLDER, { recursive: true });
  const name = `${FOLDER}envoy-${process.pid}-${(count += 1)}`;
  const [file, adminFile] = [`${name}.json`, `${name}.admin`];
  writeFileSync(file, JSON.stringify(config(kind, new URL(originUrl).port, provider)));
  const options = ["--concurrency", "1", "--use-dynamic-base-id", "--admin-address-path", adminFile];
  const command = [ENVOY, "-c", file, "--log-level", "error", ...options];
  const { child, gone, stop } = launch(WORKER_CORE, command, ["ignore", "ignore", "pipe"]);
  let complaints = "";
  child.stderr.on("data", (chunk) => (complaints += chunk));
  const hasEnded = gone.then(() => {
    throw new Error(`Envoy does not start: ${complaints}`);
  });
  hasEnded.catch(() => {});
  const url = await Promise.race([listening(adminFile), hasEnded]);
  for (const used of [file, adminFile]) rmSync(used);
  return { url, pid: child.pid, complaints: () => complaints, stop };
}

/** The URL on which it listens, as its administrator's interface says. */
async function listening(adminFile) {
  for (;;) {
    try {
      const response = await fetch(`http://${readFileSync(adminFile, "utf8")}/listeners?format=json`);
      const { listener_statuses: [listener] = [] } = await response.json();
      if (listener) return `http://127.0.0.1:${listener.local_address.socket_address.port_value}`;
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function config(kind, originPort, provider) {
  const address = (port) => ({ socket_address: { address: "127.0.0.1", port_value: Number(port) } });
  const filters = [
    ...(kind === "plain"
      ? []
      : [{ name: "envoy.filters.http.jwt_authn", typed_config: authentication(kind, provider) }]),
    {
      name: "envoy.filters.http.router",
      typed_config: { "@type": `${HTTP}.http.router.v3.Router` },
    },
  ];
  const manager = {
    "@type": `${HTTP}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "bench",
    http_filters: filters,
    route_config: {
      virtual_hosts: [
        {
          name: "all",
          domains: ["*"],
          routes: [{ match: { prefix: "/" }, route: { cluster: "origin", timeout: "30s" } }],
        },
      ],
    },
  };
  const chain = {
    filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }],
  };
  const endpoint = { endpoint: { address: address(originPort) } };
  return {
    admin: { address: address(0) },
    static_resources: {
      listeners: [{ name: "main", address: address(0), filter_chains: [chain] }],
      clusters: [
        {
          name: "origin",
          type: "STATIC",
          load_assignment: { cluster_name: "origin", endpoints: [{ lb_endpoints: [endpoint] }] },
        },
      ],
    },
  };
}

function authentication(kind, provider) {
  const cache = kind === "cache" ? { jwt_cache_config: { jwt_cache_size: CACHED_TOKENS } } : {};
  return {
    "@type": `${HTTP}.http.jwt_authn.v3.JwtAuthentication`,
    providers: { main: { forward: false, ...provider, ...cache } },
    rules: [{ match: { prefix: "/" }, requires: { provider_name: "main" } }],
  };
}

function benchProvider() {
  const keys = Object.entries(KEYS).map(([alg, name]) => ({ ...publicJwk(name), alg, use: "sig" }));
  return {
    issuer: ISSUER,
    audiences: ["data-recorder"],
    local_jwks: { inline_string: JSON.stringify({ keys }) },
    claim_to_headers: [{ header_name: "x-auth-subject", claim_name: "sub" }],
  };
}
