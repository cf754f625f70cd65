// A permitted request on its way to the origin. What is the same for every request with the same token, route and method is
// prepared once; what is left to do is the least that can be done, and crosses to wasm no more. Its log line has the steps by
// which the token was looked at; `known` says whether that was for an earlier request.
//
// The rules are the core's: `dropsHeader(name, connection, secret)`, `isHost(text)`, and `problem(code, id)`, the answer to
// a request that fails.

/** Whether headers stay at the edge, by their names, for each name of a secret header. */
const dropped = new Map();
const MAX_NAMES = 1000;

let rules;
/** What the last request asked for; the next one mostly asks for the same. */
let asked = {};

export class Grant {
  static learn(dropsHeader, isHost, problem) {
    rules = { dropsHeader, isHost, problem };
  }

  /**
   * `headers` and `cors` are names and values in turn, each on a line of its own; `log` is the log line without its last
   * members and its end.
   */
  constructor(origin, timeoutMs, forwardsToken, secret, headers, cors, log) {
    this.origin = origin;
    this.timeoutMs = timeoutMs;
    this.forwardsToken = forwardsToken;
    this.secret = secret;
    this.headers = headers.split("\n");
    this.cors = cors?.split("\n");
    this.log = log;
    this.isKnown = false;
  }

  /** Sends a request, as `worker.js` took it apart, to the origin; its target stands in its URL from `start` to `end`. */
  forward(arrival, start, end, began) {
    const id = crypto.randomUUID();
    const { method, url } = arrival;
    const { body } = arrival.request;
    const isRead = method === "GET" || method === "HEAD";
    const headers = this.#headersOf(arrival, start, id, isRead);
    // GET and HEAD have no body (RFC 9110, section 9.3.1); one that they bring is not dropped silently.
    if (isRead && body !== null && arrival.headers.get("content-length")?.trim() !== "0") {
      return this.#fail("request_invalid", id, began);
    }
    const init = { method, headers, redirect: "manual", cache: "no-store" };
    if (!isRead) init.body = body;
    const sent = fetch(this.origin + url.slice(start, end), init);
    return new Promise((resolve, reject) => {
      let isLate = false;
      const settle = (answer) => {
        try {
          resolve(answer());
        } catch (error) {
          reject(error);
        }
      };
      const fail = (code) => settle(() => this.#fail(code, id, began));
      // What an origin says after the time-out is heard by nobody: with the answer, the runtime ends what is under way.
      const timer = setTimeout(() => {
        isLate = true;
        fail("origin_timeout");
      }, this.timeoutMs);
      sent.then(
        (response) => {
          // The answer has begun; its body may take longer.
          clearTimeout(timer);
          if (!isLate) settle(() => this.#answer(response, id, began));
        },
        () => {
          clearTimeout(timer);
          if (!isLate) fail("origin_unreachable");
        },
      );
    });
  }

  #headersOf({ method, url, headers: received }, start, id, isRead) {
    const headers = {};
    let client, host, connection, isWebSocket;
    for (const [name, value] of received) {
      if (name === "cf-connecting-ip") client = value;
      if (name === "host") host = value;
      else if (name === "connection") connection = value;
      // The one upgrade that passes is spelled out. The runtime makes a GET of it, so it has to have been decided on as one.
      else if (name === "upgrade") isWebSocket = method === "GET" && value.toLowerCase() === "websocket";
      else if (name === "authorization" && !this.forwardsToken) continue;
      else if (name === "content-length" && isRead) continue;
      else if (!isDropped(name, this.secret)) headers[name] = value;
    }
    if (connection !== undefined && connection !== "keep-alive") {
      for (const name in headers) if (rules.dropsHeader(name, connection, this.secret)) delete headers[name];
    }
    if (isWebSocket) headers.upgrade = "websocket";
    const own = this.headers;
    for (let index = 1; index < own.length; index += 2) headers[own[index - 1]] = own[index];
    if (client !== undefined) headers["x-forwarded-for"] = client;
    const { scheme, authority } = askedFor(start > 0 ? url.slice(0, start) : `http://${host ?? ""}`);
    if (authority !== undefined) headers["x-forwarded-host"] = authority;
    headers["x-forwarded-proto"] = scheme;
    headers["x-request-id"] = id;
    return headers;
  }

  #answer(response, id, began) {
    if (this.cors === undefined) {
      this.#tell(null, id, began);
      return response;
    }
    try {
      const answer = withCors(response, this.cors);
      this.#tell(null, id, began);
      return answer;
    } catch {
      return this.#fail("origin_unreachable", id, began);
    }
  }

  #fail(code, id, began) {
    this.#tell(code, id, began);
    const problem = rules.problem(code, id);
    return this.cors === undefined ? problem : withCors(problem, this.cors);
  }

  #tell(code, id, began) {
    const known = `,"code":${code && `"${code}"`},"known":${this.isKnown}`;
    console.log(`${this.log}${known},"requestId":"${id}","milliseconds":${Date.now() - began}}`);
  }
}

/** The scheme of a request, and its host and port if they can be told to the origin. */
function askedFor(text) {
  if (asked.text !== text) {
    const [scheme, authority] = text.split("://");
    asked = { text, scheme, authority: rules.isHost(authority) ? authority : undefined };
  }
  return asked;
}

function isDropped(name, secret) {
  let names = dropped.get(secret);
  if (names === undefined) dropped.set(secret, (names = new Map()));
  let isDropped = names.get(name);
  if (isDropped === undefined) {
    if (names.size >= MAX_NAMES) names.clear();
    names.set(name, (isDropped = rules.dropsHeader(name, "", secret)));
  }
  return isDropped;
}

/**
 * The same answer as the route's `cors` governs it: what the origin says of that itself does not count. Throws if the answer
 * cannot be made anew, as with a status that is none.
 */
function withCors(response, cors) {
  // The end of a WebSocket handshake cannot be made anew, and no browser asks CORS of it.
  if (response.status === 101) return response;
  const answer = new Response(response.body, response);
  for (const name of [...answer.headers.keys()]) {
    if (name.startsWith("access-control-")) answer.headers.delete(name);
  }
  // `vary` adds to what the origin says; the others are gone by now.
  for (let index = 1; index < cors.length; index += 2) answer.headers.append(cors[index - 1], cors[index]);
  return answer;
}
