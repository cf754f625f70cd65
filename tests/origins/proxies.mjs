// The configurations of nginx and Envoy in the document, each started in front of an origin on a free port.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { CACHE } from "../../bench/corpus.mjs";
import { block } from "./document.mjs";
import { folderWith } from "./folder.mjs";
import { startProgram } from "./program.mjs";

const UNPACKED = join(CACHE, "origins/nginx/usr");
const NGINX = [
  { program: "/usr/sbin/nginx", modules: "/usr/lib/nginx/modules" },
  { program: `${UNPACKED}/sbin/nginx`, modules: `${UNPACKED}/lib/nginx/modules` },
].find(({ program, modules }) => existsSync(program) && existsSync(`${modules}/ngx_http_js_module.so`));

const ENVOY = join(CACHE, "envoy/bin/envoy");

/** Like those of `verifiers.mjs`; `unchecked` are the cases that it accepts, as the document says. */
export const PROXIES = {
  nginx: {
    missing: () => !NGINX && "nginx or its JavaScript module is missing (Debian: libnginx-mod-http-js)",
    start: startNginx,
    fetches: 1,
  },
  Envoy: {
    missing: () => !existsSync(ENVOY) && "Envoy is missing: scripts/setup-bench.sh installs it",
    start: startEnvoy,
    fetches: 1,
    unchecked: [
      "`iat` 2 minutes in the future",
      "`iat` 45 seconds in the future, outside the tolerance",
      "without `iat`",
      "without `sub`",
      "`crit` names an extension",
    ],
  },
};

/** An origin that answers with the subject that it was sent, and ports that are free. */
async function surroundings(count, subjectOf) {
  const servers = Array.from({ length: count + 1 }, () =>
    createServer(({ headers }, response) => response.end(subjectOf(headers))).listen(0, "127.0.0.1"),
  );
  await Promise.all(servers.map((server) => once(server, "listening")));
  const [origin, ...ports] = servers.map((server) => server.address().port);
  const [server, ...others] = servers;
  await Promise.all(others.map((other) => once(other.close(), "close")));
  return { origin, ports, stop: () => server.close() };
}

const claimsIn = (text) => JSON.parse(Buffer.from(text, "base64url"));

async function startNginx(issuer) {
  const { origin, ports, stop } = await surroundings(2, (headers) =>
    decodeURIComponent(headers["x-auth-subject"]),
  );
  const [keysPort, port] = ports;
  const code = block("nginx", "js", issuer);
  const http = block("nginx", "nginx", issuer);
  const folder = folderWith({ "assertion.js": code.replaceAll("8099", String(keysPort)) });
  const changes = {
    "/var/cache/nginx/assertion": join(folder, "cache"),
    "127.0.0.1:8099": `127.0.0.1:${keysPort}`,
    "listen 8080": `listen 127.0.0.1:${port}`,
    "127.0.0.1:8081": `127.0.0.1:${origin}`,
  };
  const adapted = Object.entries(changes).reduce((text, [from, to]) => text.replaceAll(from, to), http);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const configuration = `
    load_module ${NGINX.modules}/ngx_http_js_module.so;
    daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
    events {}
    http {
      access_log off; js_path ${folder};
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
      ${adapted}
    }`;
  const started = folderWith({ "nginx.conf": configuration });
  const parameters = ["-p", folder, "-c", join(started, "nginx.conf")];
  return proxy(startProgram(NGINX.program, parameters, [folder, started], "inherit"), port, stop);
}

/** Envoy as the document configures it, but for the access tokens of the gateway instead of its assertions. */
export const startEnvoyForTokens = (issuer) =>
  startEnvoy(issuer, (filters) =>
    Object.entries({
      "audiences: [insights]": `audiences: ["${new URL(issuer).origin}"]`,
      "        from_headers: [{ name: X-Auth-Assertion }]\n": "",
      "/auth/assertion-jwks": "/auth/jwks",
      "edge-assertion+jwt": "at+jwt",
    }).reduce((text, [from, to]) => text.replace(from, to), filters),
  );

async function startEnvoy(issuer, adapt = (filters) => filters) {
  const { origin, ports, stop } = await surroundings(
    1,
    (headers) => claimsIn(headers["x-assertion-claims"]).sub,
  );
  const [port] = ports;
  const filters = adapt(block("Envoy", "yaml", issuer));
  const endpoint = (to) =>
    `{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${to} } } } }`;
  const cluster = (name, to) =>
    `{ name: ${name}, load_assignment: { cluster_name: ${name}, endpoints: [{ lb_endpoints: [${endpoint(to)}] }] } }`;
  const configuration = `
static_resources:
  clusters:
    - ${cluster("origin", origin)}
    - ${cluster("gateway", new URL(issuer).port)}
  listeners:
    - address: { socket_address: { address: 127.0.0.1, port_value: ${port} } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: origins
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{ match: { prefix: / }, route: { cluster: origin } }]
                http_filters:
${filters.replace(/^/gm, "                  ").trimEnd()}
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
`;
  const folder = folderWith({ "envoy.yaml": configuration });
  const options = ["--concurrency", "1", "--use-dynamic-base-id", "--log-level", "error"];
  const parameters = ["-c", join(folder, "envoy.yaml"), ...options];
  return proxy(startProgram(ENVOY, parameters, [folder], "inherit"), port, stop);
}

async function proxy(program, port, stopOrigin) {
  const url = `http://127.0.0.1:${port}/`;
  await listens(url, program.child);
  const verify = async (assertion) => {
    const forged = { "x-auth-subject": "admin", "x-assertion-claims": "e30" };
    const sent = { "x-auth-assertion": assertion, authorization: `Bearer ${assertion}` };
    const response = await fetch(url, { headers: { ...forged, ...sent } });
    return { isAccepted: response.status === 200, text: await response.text() };
  };
  const stop = async () => {
    await program.stop();
    stopOrigin();
  };
  return { verify, stop };
}

async function listens(url, child) {
  while (child.exitCode === null) {
    try {
      return await fetch(url);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("it has ended");
}
