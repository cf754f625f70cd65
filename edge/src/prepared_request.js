// A permitted request on its way to the origin. What is the same for every request with the same token, route and method is
// prepared once; what is left to do is the least that can be done, and crosses to wasm no more. `isKnown` says whether the
// token was evaluated for an earlier request.
//
// This applies the core's rules, `src/http/forwarding.rs` and `header_rules.rs` (which headers are dropped);
// `tests/forwarding.json` holds both to the same results. From the core come `passingNames(names)`: for each name, a line each, the folded name of a header that may reach an origin, empty for
// one that is dropped; `connectionOptions(value)`: the folded names in a `Connection` header, a line each; `isHost(text)`;
// and `problem(what, id)`: the answer to a request that fails, by its code or its fault.

/** The folded names of headers that may reach an origin, by their names; empty for those that stay. */
const folded = new Map();
// Names come from anybody: only short ones are remembered, few of a request, and not many in all.
const [MAX_NAMES, MAX_NEW_NAMES] = [1000, 50];
const MAX_NAME_LENGTH = 64;

/** What `cache: "no-store"` tells the platform's cache; as an option, it would also add headers that no client sent. */
const UNCACHED = { cacheTtl: -1, cacheLevel: "bypass" };

/** Headers by which an origin would govern the whole host (`HOST_WIDE` of the core). */
const HOST_WIDE = ["alt-svc", "clear-site-data", "nel", "report-to", "service-worker-allowed"];

/** With what the names of the gateway's own cookies begin. */
const OWN_COOKIES = "__Host-";

// As in the log lines of `service/src/log/`.
const MAX_PATH_LENGTH = 512;
const MAX_ADDRESS_LENGTH = 64;

let rules;
/** What the last request asked for; the next one mostly asks for the same. */
let asked = {};
/** The start of the time in the last log line. */
let written = {};

export class PreparedRequest {
  static learn(passingNames, connectionOptions, isHost, problem, maxHeaders) {
    rules = {
      passingNames: reporting(passingNames),
      connectionOptions: reporting(connectionOptions),
      isHost: reporting(isHost),
      problem: reporting(problem),
      maxHeaders,
    };
  }

  /**
   * `added` and `cors` are names and values in turn, a line each; `log` is the log line without its last members and its
   * end.
   */
  constructor(origin, timeoutMs, forwardsToken, secret, added, cors, log, isKnown) {
    this.origin = origin;
    this.timeoutMs = timeoutMs;
    this.forwardsToken = forwardsToken;
    this.secret = secret;
    this.added = added.split("\n");
    this.cors = cors?.split("\n");
    this.log = `${log},"known":${isKnown},`;
  }

  /** Sends a request, as `worker.js` took it apart, to the origin; its target stands in its URL from `start` to `end`. */
  forward(arrival, start, end, began, assertion) {
    return new Exchange(this, arrival, start, began, assertion).send(arrival.url.slice(start, end));
  }
}

/** A function of the wasm whose trap is reported, even if a caller catches it. */
const reporting =
  (rule) =>
  (...parameters) => {
    try {
      return rule(...parameters);
    } catch (error) {
      reportError(error);
      throw error;
    }
  };

/** A request on its way, and its answer. */
class Exchange {
  constructor(prepared, arrival, start, began, assertion) {
    this.prepared = prepared;
    this.arrival = arrival;
    this.start = start;
    this.began = began;
    this.assertion = assertion;
    this.id = crypto.randomUUID();
    this.client = undefined;
    this.isUpgrade = false;
  }

  send(target) {
    const { method } = this.arrival;
    const { body } = this.arrival.request;
    const isRead = method === "GET" || method === "HEAD";
    // GET and HEAD have no body (RFC 9110, section 9.3.1); one that they bring is not dropped silently.
    if (isRead && body !== null && this.arrival.headers.get("content-length")?.trim() !== "0") {
      return this.#refuse("body");
    }
    const headers = this.#headers(isRead);
    if (typeof headers === "string") return this.#refuse(headers);
    const init = { method, headers, redirect: "manual", cf: UNCACHED };
    if (!isRead) init.body = body;
    const sent = fetch(this.prepared.origin + target, init);
    return new Promise((resolve, reject) => {
      let isLate = false;
      const settle = (answer) => {
        try {
          resolve(answer());
        } catch (error) {
          reject(error);
        }
      };
      const fail = (code) => settle(() => this.#fail(code));
      // What an origin says after the time-out is heard by nobody: with the answer, the runtime ends what is under way.
      const timer = setTimeout(() => {
        isLate = true;
        fail("origin_timeout");
      }, this.prepared.timeoutMs);
      sent.then(
        (response) => {
          // The answer has begun; its body may take longer.
          clearTimeout(timer);
          if (!isLate) settle(() => this.#answer(response));
        },
        () => {
          clearTimeout(timer);
          if (!isLate) fail("origin_unreachable");
        },
      );
    });
  }

  /** The headers that the origin gets, or the name of a fault: of all `headers`, or of those in `connection`. */
  #headers(isRead) {
    const { method, url } = this.arrival;
    const { forwardsToken, secret, added } = this.prepared;
    // Without a prototype, every name is one of a header.
    const headers = { __proto__: null };
    let host, connection;
    let count = 0;
    let names = folded;
    for (const [name, value] of this.arrival.headers) {
      if ((count += 1) > rules.maxHeaders) return "headers";
      if (name === "cf-connecting-ip") this.client = value;
      if (name === "host") host = value;
      else if (name === "connection") connection = value;
      // The one upgrade that passes is spelled out. The runtime makes a GET of it, so it has to have been decided on as one.
      else if (name === "upgrade") this.isUpgrade = method === "GET" && value.toLowerCase() === "websocket";
      else if (name === "authorization" && !forwardsToken) continue;
      else if (name === "content-length" && isRead) continue;
      else {
        let passing = names.get(name);
        if (passing === undefined) {
          names = foldAll(this.arrival.headers);
          passing = names.get(name);
        }
        if (passing && passing !== secret) headers[name] = value;
      }
    }
    if (headers.cookie?.includes(OWN_COOKIES)) {
      headers.cookie = withoutOwnCookies(headers.cookie);
      if (headers.cookie === "") delete headers.cookie;
    }
    if (connection !== undefined && connection !== "keep-alive") {
      const options = rules.connectionOptions(connection)?.split("\n");
      if (options === undefined) return "connection";
      for (const name in headers) if (options.includes(names.get(name))) delete headers[name];
    }
    if (this.isUpgrade) headers.upgrade = "websocket";
    for (let index = 1; index < added.length; index += 2) headers[added[index - 1]] = added[index];
    if (this.assertion !== undefined) headers["x-auth-assertion"] = this.assertion;
    if (this.client !== undefined) headers["x-forwarded-for"] = this.client;
    const { scheme, authority } = askedFor(
      this.start > 0 ? url.slice(0, this.start) : `http://${host ?? ""}`,
    );
    if (authority !== undefined) headers["x-forwarded-host"] = authority;
    headers["x-forwarded-proto"] = scheme;
    headers["x-request-id"] = this.id;
    return headers;
  }

  /** The origin's answer with the id of the request, and as the route's `cors` governs it. */
  #answer(response) {
    const { status } = response;
    // An interim answer (RFC 9110, section 15.2) is none, but for the end of a handshake that was asked for.
    if (status < 200 && !(status === 101 && this.isUpgrade)) return this.#fail("origin_unreachable");
    // Outside 100 to 599 it is invalid (RFC 9110, section 15), and no answer can be made of it.
    if (status > 599) return this.#fail("origin_unreachable");
    const { cors } = this.prepared;
    const answer = remade(response);
    if (response.headers.get("set-cookie")?.includes(OWN_COOKIES)) keepOwnCookies(answer.headers);
    for (const name of HOST_WIDE) answer.headers.delete(name);
    answer.headers.set("x-request-id", this.id);
    // No browser asks CORS of a WebSocket's handshake.
    if (cors !== undefined && status !== 101) govern(answer.headers, cors);
    this.#log(null, status);
    return answer;
  }

  #refuse(fault) {
    return this.#fail("request_invalid", fault);
  }

  #fail(code, fault) {
    this.#log(code, null);
    const problem = rules.problem(fault ?? code, this.id);
    const { cors } = this.prepared;
    if (cors === undefined) return problem;
    const answer = remade(problem);
    govern(answer.headers, cors);
    return answer;
  }

  #log(code, originStatus) {
    const { method, url } = this.arrival;
    // What was decided on is in the path's form: nothing in it or in a method has to be escaped in JSON.
    const asked = `"method":"${method}","path":"${pathOf(url, this.start)}"`;
    const address =
      this.client === undefined ? null : JSON.stringify(this.client.slice(0, MAX_ADDRESS_LENGTH));
    const now = Date.now();
    const answered = `"originStatus":${originStatus},"milliseconds":${now - this.began}`;
    console.log(
      `${this.prepared.log}"time":"${timeOf(now)}","code":${code && `"${code}"`},"requestId":"${this.id}",${asked},"address":${address},${answered}}`,
    );
  }
}

/** A time in milliseconds by RFC 3339. Writing one takes a tenth of a request, so it is done once a second. */
function timeOf(milliseconds) {
  const second = Math.floor(milliseconds / 1000);
  if (written.second !== second) {
    written = { second, text: new Date(second * 1000).toISOString().slice(0, -"000Z".length) };
  }
  return `${written.text}${String(milliseconds % 1000).padStart(3, "0")}Z`;
}

/** The start of a URL's path. */
function pathOf(url, start) {
  const end = start + MAX_PATH_LENGTH;
  const query = url.indexOf("?", start);
  return url.slice(start, query < 0 ? end : Math.min(query, end));
}

/** The scheme of a request, and its host and port if they can be told to the origin. */
function askedFor(text) {
  if (asked.text !== text) {
    const end = text.indexOf("://");
    const authority = text.slice(end + 3);
    asked = {
      text,
      scheme: text.slice(0, end).toLowerCase(),
      authority: rules.isHost(authority) ? authority : undefined,
    };
  }
  return asked;
}

/** The folded names of all headers of a request, for which wasm is called once; some of them are remembered. */
function foldAll(headers) {
  const names = [...headers.keys()];
  const passing = rules.passingNames(names.join("\n")).split("\n");
  const pairs = names.map((name, index) => [name, passing[index]]);
  const short = pairs.filter(([name]) => name.length <= MAX_NAME_LENGTH && !folded.has(name));
  if (folded.size > MAX_NAMES - MAX_NEW_NAMES) folded.clear();
  for (const [name, passing] of short.slice(0, MAX_NEW_NAMES)) folded.set(name, passing);
  return new Map(pairs);
}

/** The same answer with headers that can be changed. */
const remade = (response) =>
  response.status === 101
    ? new Response(null, { status: 101, headers: response.headers, webSocket: response.webSocket })
    : new Response(response.body, response);

/** A `Cookie` header without the gateway's cookies (`src/http/gateway_cookies.rs`). */
function withoutOwnCookies(cookies) {
  const kept = cookies.replace(/(?<![^;,])[ \t]*__Host-(?:session|login)[ \t]*=[^;,]*[;,]?/g, "");
  if (kept.length === cookies.length) return cookies;
  // A regular expression for the end would take long for many blanks elsewhere.
  let [start, end] = [0, kept.length];
  while (start < end && " \t;,".includes(kept[start])) start += 1;
  while (start < end && " \t;,".includes(kept[end - 1])) end -= 1;
  return kept.slice(start, end);
}

/** Keeps an origin from setting the gateway's cookies. */
function keepOwnCookies(headers) {
  const all = headers.getSetCookie();
  headers.delete("set-cookie");
  for (const one of all) {
    if (!/^[ \t]*=*[ \t]*__Host-(?:session|login)[ \t]*=/.test(one)) headers.append("set-cookie", one);
  }
}

/** Replaces what an answer says of pages of other origins by what the route's `cors` says. */
function govern(headers, cors) {
  for (const name of [...headers.keys()]) if (name.startsWith("access-control-")) headers.delete(name);
  // `vary` adds to what the origin says; the others are gone by now.
  for (let index = 1; index < cors.length; index += 2) headers.append(cors[index - 1], cors[index]);
}
