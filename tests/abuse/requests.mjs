// Abuse by requests of HTTP/1.1: of tokens, of bodies, and by origins that fail.
import { randomBytes } from "node:crypto";
import { Agent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { generate } from "../differential/generate.mjs";
import { open, request } from "./door.mjs";

const MB = 1024 * 1024;
const DRIP_MS = 300;

/**
 * Kinds of abuse by their names: how many at a time, what one of them does, and what it is answered with; a kind without that did not do
 * what it is there for.
 */
export function requests({ url, issuer, token }) {
  const isSecure = url.startsWith("https:");
  const agent = isSecure ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const good = { authorization: `Bearer ${token}` };
  const upload = { method: "POST", agent: false };
  const send = (path, options) => exchange(url, path, { headers: good, agent, ...options });
  const withToken = (text) => send("/api/p1/x", { headers: { authorization: `Bearer ${text}` } });
  let number = 0;
  return {
    "garbage tokens": [8, () => withToken(garbage()), 401],
    "long garbage": [2, () => withToken("e30.".repeat(3000)), 401],
    "mutated tokens": [4, () => withToken(generate(1, (number += 1), issuer).text.trim()), 401],
    "slow bodies": [16, () => send("/api/p1/upload", { ...upload, write: drip }), 200],
    "slow bodies, refused": [8, () => send("/api/p1/upload", { ...upload, headers: {}, write: drip }), 401],
    "aborted uploads": [
      4,
      () => {
        const headers = { ...good, "content-length": 10 * MB };
        return send("/api/p1/upload", { ...upload, headers, write: breakOff });
      },
      "ECONNRESET",
    ],
    "aborted downloads": [
      4,
      () => {
        const read = (response) => response.once("data", () => response.destroy());
        return send(`/api/p1/download?bytes=${10 * MB}`, { agent: false, read });
      },
      200,
    ],
    "origin errors": [4, () => send("/api/p1/reset"), 502],
    // The workers' platform passes a status on that HTTP does not have.
    "origin's nonsense": [2, () => send("/api/p1/weird"), isSecure ? 502 : 799],
    "origin hangs": [8, () => send("/hasty/p1/hang"), 504],
    "10 000 header bytes": [
      4,
      () => send("/api/p1/x", { headers: { ...good, "x-filler": "x".repeat(10_000) } }),
      200,
    ],
    "half a request": [
      4,
      async () => {
        const socket = await open(url, "http/1.1");
        socket.write("GET /api/p1/x HTTP/1.1\r\nHost: x\r\nAuthoriz", () =>
          setTimeout(() => socket.destroy(), 50),
        );
        return new Promise((resolve) => socket.once("close", () => resolve("broken off")));
      },
      "broken off",
    ],
  };
}

/**
 * Sends a request; `write` sends its body, and `read` takes the answer's. Answers the status, the error's code, or that it
 * was broken off.
 */
export function exchange(
  url,
  path,
  { write = (outgoing) => outgoing.end(), read = (response) => response.resume(), ...more },
) {
  return new Promise((resolve) => {
    let outcome = "broken off";
    const outgoing = request(url, { path, ...more }, (response) => {
      outcome = response.statusCode;
      response.on("error", () => {});
      read(response, (text) => (outcome = text));
    });
    outgoing.on("error", ({ code }) => (outcome = code));
    outgoing.once("close", () => resolve(outcome));
    write(outgoing);
  });
}

/** Sends a body in drops. */
function drip(outgoing) {
  let left = 10;
  const drops = setInterval(() => {
    if ((left -= 1)) return outgoing.write("x");
    outgoing.end();
    clearInterval(drops);
  }, DRIP_MS);
  outgoing.once("close", () => clearInterval(drops));
}

const breakOff = (outgoing) => outgoing.write(Buffer.alloc(64 * 1024), () => outgoing.destroy());

function garbage() {
  const part = (bytes) => randomBytes(bytes).toString("base64url");
  return `${part(40)}.${part(200)}.${part(256)}`;
}
