// Abuse of HTTP/2: by TLS, and without it where the node takes checks of other proxies.
import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  HEADERS,
  PING,
  PREFACE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
  block,
  bomb,
  frame,
  number,
} from "./frames.mjs";
import { event, isEnded, open, openSession } from "./door.mjs";

const MB = 1024 * 1024;
/** The most batches of frames of a flood, and how many frames are in each. */
const BATCHES = 400;
const FRAMES = 50;
const CANCEL = number(8);

/** Kinds as `connections` gives them. */
export function http2({ url, checksUrl, token }, over) {
  const good = { authorization: `Bearer ${token}` };
  const fields = { ":scheme": "https", ":authority": "g", ...good };
  const get = block({ ":method": "GET", ":path": "/api/p1/x", ...fields });
  const hang = block({ ":method": "GET", ":path": "/api/p1/hang", ...fields });
  const post = block({ ":method": "POST", ":path": "/api/p1/upload", ...fields });
  const check = block({ ":method": "POST", ":path": "/x", ":scheme": "http", ":authority": "g" });

  /** Sends batches of frames, each from the number of its first. Whether the node ended it before all were sent. */
  async function flood(target, next, beginning = Buffer.alloc(0)) {
    const socket = await open(target, "h2");
    socket.resume().write(Buffer.concat([PREFACE, beginning]));
    const ended = isEnded(socket, over);
    socket.setMaxListeners(0);
    for (let batch = 0; batch < BATCHES && !socket.destroyed; batch += 1) {
      const frames = Array.from({ length: FRAMES }, (_, index) => next(batch * FRAMES + index));
      if (!socket.write(Buffer.concat(frames))) await Promise.race([event(socket, "drain"), ended]);
    }
    const outcome = socket.destroyed ? "ended" : "taken";
    socket.destroy();
    return outcome;
  }

  const reset = (head) => (count) =>
    Buffer.concat([
      frame(HEADERS, END_HEADERS | END_STREAM, 2 * count + 1, head),
      frame(RST_STREAM, 0, 2 * count + 1, CANCEL),
    ]);

  /** Sends some frames, and waits for the end. */
  async function wait(bytes) {
    const socket = await open(url, "h2");
    socket.resume().write(bytes);
    const ended = await isEnded(socket, over);
    socket.destroy();
    return ended ? "ended" : "broken off";
  }

  /** Asks for much, and lets the node send none of it. The node answers nothing more; this answers its pings. */
  async function stall(streams) {
    const session = openSession(url, { settings: { initialWindowSize: 0 } });
    session.on("error", () => {});
    over.then(() => session.destroy());
    const one = async () => {
      const stream = session.request({ ":path": `/api/p1/download?bytes=${MB}`, ...good });
      stream.on("error", () => {});
      await event(stream, "close");
      return stream.rstCode;
    };
    const codes = await Promise.all(Array.from({ length: streams }, one));
    session.destroy();
    return codes.every((code) => code === 8 || code === 2) ? "reset" : "broken off";
  }

  /** The status of an answer, or what became of the request. */
  async function status(headers) {
    const session = openSession(url, { maxSendHeaderBlockLength: MB });
    session.on("error", () => {});
    const stream = session.request({ ":path": "/api/p1/x", ...good, ...headers });
    stream.on("error", () => {});
    const answered = event(stream, "response").then((answer) => answer[":status"]);
    const outcome = await Promise.race([answered, event(stream, "close").then(() => "broken off")]);
    session.destroy();
    return outcome;
  }

  /** The same of a block that no library writes. */
  async function statusOf(head) {
    const socket = await open(url, "h2");
    const bytes = [PREFACE, frame(HEADERS, END_HEADERS | END_STREAM, 1, head)];
    socket.write(Buffer.concat(bytes));
    const answers = new Promise((resolve) => {
      let received = Buffer.alloc(0);
      socket.on("data", (chunk) => {
        received = Buffer.concat([received, chunk]);
        for (let rest = received; rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3);) {
          if (rest[3] === HEADERS || rest[3] === RST_STREAM)
            return resolve(rest[3] === HEADERS ? "answered" : "reset");
          rest = rest.subarray(9 + rest.readUIntBE(0, 3));
        }
      });
    });
    const outcome = await Promise.race([answers, isEnded(socket, over).then(() => "ended")]);
    socket.destroy();
    return outcome;
  }

  const stream = (count) => 2 * count + 1;
  return {
    "rapid resets": [2, () => flood(url, reset(get)), "ended"],
    "rapid resets of requests that hang": [2, () => flood(url, reset(hang)), "ended"],
    "rapid resets without TLS": [1, () => flood(checksUrl, reset(check)), "ended"],
    "resets that the node is made to send": [
      1,
      () =>
        flood(url, (count) =>
          Buffer.concat([
            frame(HEADERS, END_HEADERS, stream(count), post),
            frame(WINDOW_UPDATE, 0, stream(count), number(0)),
          ]),
        ),
      "ended",
    ],
    "continuations without end": [
      2,
      () =>
        flood(url, () => frame(CONTINUATION, 0, 1, Buffer.from("\0\x01a\x01b")), frame(HEADERS, 0, 1, get)),
      "ended",
    ],
    "empty continuations": [
      1,
      () => flood(url, () => frame(CONTINUATION, 0, 1), frame(HEADERS, END_STREAM, 1, get)),
      "ended",
    ],
    "settings without end": [1, () => flood(url, () => frame(SETTINGS, 0, 0)), "taken"],
    "pings without end": [1, () => flood(url, () => frame(PING, 0, 0, Buffer.alloc(8))), "taken"],
    "empty data without end": [
      1,
      () => flood(url, () => frame(DATA, 0, 1), frame(HEADERS, END_HEADERS, 1, post)),
      "ended",
    ],
    "a bomb in the table of headers": [
      1,
      () =>
        statusOf(
          bomb({ ":method": "GET", ":path": "/api/p1/x", ...fields }, ["x-a", "x".repeat(4000)], 1000),
        ),
      "ended",
    ],
    "a block of 100 000 bytes": [2, () => status({ "x-filler": "x".repeat(100_000) }), 431],
    "600 headers by HTTP/2": [
      2,
      () => status(Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`x-${index}`, "y"]))),
      400,
    ],
    "answers without a window": [4, () => stall(50), "reset", 70],
    "nothing after a preface": [50, () => wait(PREFACE), "ended", 130],
    "no preface": [50, () => wait(Buffer.alloc(0)), "ended", 130],
  };
}
