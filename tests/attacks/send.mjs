// Sending one side of a row, by whichever way its bytes survive.
import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { send as sendRequest, sendRaw } from "../e2e/gateway.mjs";
import { forge } from "./forge.mjs";

/**
 * Sends a side's request and answers what came of it: `answer`, and `received`, what of it reached the origin.
 *
 * A side has a recipe for a token (see forge.mjs; `token` is one that is there already, `null` none), `method`, `path`,
 * `headers`, `body` (an object is sent as JSON), and the way: the worker's own socket, the development server's front
 * `door`, a WebSocket `upgrade`, or the `lines` of a request that no client would send. `authorization` turns the token
 * into the header's value. Names in braces, like `{project}`, are filled in: those of `place`, which says where the side
 * is sent, `{token}`, `{mark}` and `{length}`, the body's.
 */
export async function send({ gateway, origin }, side, place) {
  const mark = randomUUID();
  const token = side.token === undefined ? place.tokenOf(side, (recipe) => forge(recipe, place)) : side.token;
  const fill = (text) => filled(text, { ...place, token, mark });
  const target = fill(side.path ?? "/api/{project}/x");
  const { method, headers: more, authorization = bearer } = side;
  // `{project}` in a body is a template's.
  const body = bodyOf(side, (text) => filled(text, { ...place, token, mark, project: undefined }));

  let answer;
  if (side.lines) {
    const length = body?.length ?? 0;
    const [start, ...lines] = side.lines.map((line) => filled(fill(line), { length }));
    const head = [start, "Host: gateway", "Connection: close", `X-Mark: ${mark}`, ...lines, "", body ?? ""];
    answer = parse(await sendRaw(gateway.url, head.join("\r\n")));
  } else {
    const headers = {
      ...(token && { authorization: authorization(token) }),
      ...(typeof side.body === "object" && !Buffer.isBuffer(body) && { "content-type": "application/json" }),
      ...more,
      "x-mark": mark,
    };
    if (side.upgrade) answer = await upgrade(gateway.url, target, headers);
    else
      answer = await sendRequest(side.door ? gateway.doorUrl : gateway.url, target, {
        method,
        headers,
        body,
      });
  }
  return { answer, received: origin.received.filter(({ headers }) => headers["x-mark"] === mark) };
}

const bearer = (token) => `Bearer ${token}`;

/** The text with the names in braces replaced that have a value. */
export const filled = (text, values) =>
  text.replace(/{(\w+)}/g, (whole, name) =>
    ["string", "number"].includes(typeof values[name]) ? values[name] : whole,
  );

function bodyOf({ body }, fill) {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  return fill(typeof body === "string" ? body : JSON.stringify(body));
}

function upgrade(url, path, headers) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace("http", "ws") + path, { headers });
    socket.once("open", () => {
      resolve({ status: 101, headers: {}, text: "" });
      socket.close();
    });
    socket.once("unexpected-response", async (_request, response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    socket.once("error", reject);
  });
}

/** The first answer in the bytes that came back. */
function parse(bytes) {
  const [head, ...rest] = bytes.split("\r\n\r\n");
  const [start, ...lines] = head.split("\r\n");
  const pairs = lines
    .map((line) => line.split(/: ?(.*)/s, 2))
    .map(([name, value]) => [name.toLowerCase(), value]);
  const headers = Object.fromEntries(pairs);
  const text = rest.join("\r\n\r\n").slice(0, headers["content-length"]);
  return { status: Number(start.split(" ")[1]), headers, text };
}
