// How abusers reach a gateway: by HTTP/1.1 or HTTP/2, and by bytes as they are. With TLS, the certificate is that of the node's tests.
import { readFileSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { request as secureRequest } from "node:https";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";

/** The certificate of the node, and its key. */
export const [CERTIFICATE, KEY] = ["first.pem", "first.key"].map((name) =>
  fileURLToPath(new URL(`../../server/tests/certificates/${name}`, import.meta.url)),
);

/** How a client trusts it. */
export const TRUST = { ca: readFileSync(CERTIFICATE), servername: "localhost" };

/** `request` of `node:http` or `node:https`, as the URL of the gateway says. */
export function request(url, options, callback) {
  const { protocol, hostname, port } = new URL(url);
  const send = protocol === "https:" ? secureRequest : plainRequest;
  return send({ hostname, port, ...(protocol === "https:" && TRUST), ...options }, callback);
}

/** A session of HTTP/2 that sends no more than is told. */
export const openSession = (url, options) => connectHttp2(url, { ...TRUST, ...options });

/** The first value of an event. Unlike `once` of `node:events`, an error before it is nothing. */
export const event = (emitter, name) => new Promise((resolve) => emitter.once(name, resolve));

/** A connection for bytes as they are, once it is open; `protocol` is what ALPN chooses. Without TLS it is one of TCP. */
export async function open(url, protocol) {
  const { protocol: scheme, hostname: host, port } = new URL(url);
  const secure = () => connectTls({ host, port, ...TRUST, ALPNProtocols: [protocol] });
  const socket = scheme === "https:" ? secure() : connectTcp({ host, port });
  // It may be ended at any time: by whom, `isEnded` says.
  socket.on("error", () => {});
  await Promise.race([
    event(socket, scheme === "https:" ? "secureConnect" : "connect"),
    event(socket, "close"),
  ]);
  return socket;
}

/** Whether the other side ends a connection before `over` is. */
export async function isEnded(socket, over) {
  if (socket.destroyed) return true;
  const ended = event(socket, "close").then(() => true);
  return Promise.race([ended, over.then(() => false)]);
}
