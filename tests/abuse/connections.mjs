// Abuse of the node's connections: heads, bodies, handshakes and answers that take for ever, and heads that are too large.
import { connect } from "node:net";
import { isEnded, open } from "./door.mjs";
import { exchange } from "./requests.mjs";

const MB = 1024 * 1024;
/** Slow enough to be a nuisance, and quick enough that no pause alone ends the connection. */
const DRIP_MS = 3000;
/** After how long what an answer should have lost is looked at: longer than the node waits. */
const LOST_AFTER_MS = 75_000;

/** Kinds as `requests` gives them; the last of each is how many seconds the node takes to do what is expected. */
export function connections({ url, token }, over) {
  const good = { authorization: `Bearer ${token}` };
  const send = (path, options) => exchange(url, path, { agent: false, ...options });

  /** Begins with some bytes, and then sends one at a time. */
  async function slowly(beginning, byte) {
    const socket = await open(url, "http/1.1");
    socket.resume().write(beginning);
    const drops = setInterval(() => socket.write(byte), DRIP_MS);
    const ended = await isEnded(socket, over);
    clearInterval(drops);
    socket.destroy();
    return ended ? "ended" : "broken off";
  }

  /** Sends some bytes before TLS, and waits. */
  async function halfShaken(bytes) {
    const { hostname: host, port } = new URL(url);
    const socket = connect({ host, port });
    socket.on("error", () => {});
    socket.resume().write(bytes);
    const ended = await isEnded(socket, over);
    socket.destroy();
    return ended ? "ended" : "broken off";
  }

  /** Asks for much, and takes nothing of it. */
  function takeNothing(response, note) {
    response.pause();
    const later = new Promise((resolve) => setTimeout(resolve, LOST_AFTER_MS));
    Promise.race([later, over]).then(() => response.resume());
    response.once("aborted", () => note("cut off"));
  }

  return {
    "slow heads": [200, () => slowly("GET /api/p1/x HTTP/1.1\r\nHost: x\r\nX-Slow: ", "x"), "ended", 33],
    "slow request lines": [50, () => slowly("GET /api/p1/", "x"), "ended", 33],
    "slow lines of a head": [
      50,
      () => slowly("GET /api/p1/x HTTP/1.1\r\nHost: x\r\n", "X-A: b\r\n"),
      "ended",
      33,
    ],
    "slower bodies": [
      50,
      () => {
        const headers = { ...good, "content-length": 1000 };
        const write = (outgoing) => {
          outgoing.flushHeaders();
          const drops = setInterval(() => outgoing.write("x"), DRIP_MS);
          outgoing.once("close", () => clearInterval(drops));
        };
        return send("/hasty/p1/upload", { method: "POST", headers, write });
      },
      504,
    ],
    "nothing after a connection": [50, () => slowly("", ""), "ended", 33],
    "no handshake": [50, () => halfShaken(Buffer.alloc(0)), "ended", 12],
    "half a handshake": [50, () => halfShaken(Buffer.from("160301020001000001fc0303", "hex")), "ended", 12],
    "no TLS": [4, () => halfShaken(Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), "ended"],
    "answers that nobody reads": [
      10,
      () => send(`/api/p1/download?bytes=${50 * MB}`, { headers: good, read: takeNothing }),
      "cut off",
      80,
    ],
    "a head of 100 000 bytes": [
      4,
      () => send("/api/p1/x", { headers: { ...good, "x-filler": "x".repeat(100_000) } }),
      431,
    ],
    "600 headers": [
      4,
      () => {
        const many = Array.from({ length: 600 }, (_, index) => [`x-${index}`, "y"]);
        return send("/api/p1/x", { headers: { ...good, ...Object.fromEntries(many) } });
      },
      431,
    ],
  };
}
