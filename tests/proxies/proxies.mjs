// The proxies of docs/proxies.md, each started as the document configures it, on free ports, in front of an origin and a node.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { CACHE } from "../../bench/corpus.mjs";
import { blockOf } from "../origins/document.mjs";
import { folderWith } from "../origins/folder.mjs";
import { startProgram } from "../origins/program.mjs";

const programOf = (name, path) =>
  [
    ...process.env.PATH.split(":").map((folder) => join(folder, name)),
    `${CACHE}/proxies/${name}/${path}`,
  ].find(existsSync);
const NGINX = programOf("nginx", "usr/sbin/nginx");
const CADDY = programOf("caddy", "usr/bin/caddy");
const ENVOY = [join(CACHE, "envoy/bin/envoy")].find(existsSync);

/** Each: why it cannot be tested here, if so, and what starts it with the addresses of the others. */
export const PROXIES = {
  nginx: { missing: missing("nginx", NGINX), start: startNginx },
  Caddy: { missing: missing("Caddy", CADDY), start: startCaddy },
  Envoy: { missing: missing("Envoy", ENVOY), start: startEnvoy, dropsMisleading: true },
};

function missing(name, program) {
  return program ? undefined : `${name} is missing: scripts/setup-proxies.sh brings it`;
}

/** A block of the document, with the ports of what runs here. */
function adapted(heading, language, { node, checks, origin, port }, index) {
  const ports = { 8788: checks, 8787: node, 9000: origin, 8080: port };
  const shown = blockOf("proxies.md", heading, language, index);
  return shown.replace(/\b(8788|8787|9000|8080)\b/g, (number) => ports[number]);
}

async function startNginx(ports) {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const folder = folderWith({});
  const configuration = `
    daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
    events {}
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
      ${adapted("nginx", "nginx", ports)}
    }`;
  const started = folderWith({ "nginx.conf": configuration });
  const parameters = ["-p", folder, "-c", join(started, "nginx.conf")];
  return running(startProgram(NGINX, parameters, [folder, started], "inherit"), ports.port);
}

async function startCaddy(ports) {
  const global = "{\n\tadmin off\n\tauto_https off\n\tlog {\n\t\tlevel ERROR\n\t}\n}\n";
  const folder = folderWith({ Caddyfile: global + adapted("Caddy", "caddy", ports) });
  const parameters = ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"];
  return running(startProgram(CADDY, parameters, [folder], ["ignore", "ignore", "inherit"]), ports.port);
}

async function startEnvoy(ports) {
  const indented = (text, by) => text.replace(/^/gm, " ".repeat(by)).trimEnd();
  const clusters = adapted("Envoy", "yaml", ports, 0).replace("clusters:\n", "");
  const configuration = `
static_resources:
  clusters:
${indented(clusters, 2)}
    - name: origin
      load_assignment:
        cluster_name: origin
        endpoints:
          - lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${ports.origin} } } } }]
  listeners:
    - address: { socket_address: { address: 127.0.0.1, port_value: ${ports.port} } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: proxies
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{ match: { prefix: / }, route: { cluster: origin } }]
${indented(adapted("Envoy", "yaml", ports, 1), 16)}
`;
  const folder = folderWith({ "envoy.yaml": configuration });
  const options = ["--concurrency", "1", "--use-dynamic-base-id", "--log-level", "error"];
  const parameters = ["-c", join(folder, "envoy.yaml"), ...options];
  return running(startProgram(ENVOY, parameters, [folder], "inherit"), ports.port);
}

async function running(program, port) {
  const url = `http://127.0.0.1:${port}`;
  while (program.child.exitCode === null) {
    try {
      await fetch(url);
      return { url, stop: program.stop };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("it has ended");
}

/** A port that is free. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await once(server.close(), "close");
  return port;
}
