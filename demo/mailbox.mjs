// A mailbox: it takes the mails that the gateway hands over to its hook, and shows them on a page.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { close, listen } from "./origin.mjs";

/** How many mails it keeps. */
const KEPT = 50;

/** How old a signature may be, in seconds. */
const TOLERANCE = 300;

/** A secret for hooks. */
export const newHookSecret = (random) => `whsec_${random.toString("base64")}`;

/**
 * Starts the mailbox on 127.0.0.1; port 0 takes a free one. `hook` is what `MAIL_HOOK_URL` is to be, `mails` what came, the newest
 * first, each `{id, to, subject, text}`. While `status` is set, the hook answers with it, and what comes is among `refused`.
 */
export async function startMailbox(port, secret) {
  const mailbox = { mails: [], refused: [], attempts: 0, status: undefined };
  const server = createServer((request, response) => {
    answer(mailbox, secret, request, response).catch(() => response.destroy());
  });
  await listen(server, port);
  const url = `http://127.0.0.1:${server.address().port}`;
  return Object.assign(mailbox, { url, hook: `${url}/hook`, close: () => close(server) });
}

async function answer(mailbox, secret, request, response) {
  if (request.method === "POST" && request.url === "/hook") {
    mailbox.attempts += 1;
    const body = await read(request);
    if (!isSigned(request.headers, body, secret)) return end(response, 401, "the signature is wrong");
    const mail = JSON.parse(body);
    if (mailbox.status) {
      mailbox.refused.unshift(mail);
      mailbox.refused.splice(KEPT);
      return end(response, mailbox.status, "not now");
    }
    // The same mail may come again: its id tells.
    if (!mailbox.mails.some(({ id }) => id === mail.id)) mailbox.mails.unshift(mail);
    mailbox.mails.splice(KEPT);
    return end(response, 204);
  }
  if (request.method !== "GET" || request.url !== "/") return end(response, 404, "there is nothing here");
  response.setHeader("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
  response.setHeader("content-type", "text/html; charset=utf-8");
  end(response, 200, page(mailbox.mails));
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function end(response, status, text) {
  response.statusCode = status;
  response.end(text);
}

/** Whether a request is signed with the secret, as Standard Webhooks says. */
function isSigned(headers, body, secret) {
  const [id, timestamp, signatures = ""] = ["id", "timestamp", "signature"].map(
    (name) => headers[`webhook-${name}`],
  );
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
  return signatures.split(" ").some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function page(mails) {
  const items = mails.map(({ to, subject, text }) => {
    const linked = escape(text).replace(/https?:\/\/[^\s&]+/g, (link) => `<a href="${link}">${link}</a>`);
    return `<article><h2>${escape(subject)}</h2><p>To ${escape(to)}</p><pre>${linked}</pre></article>`;
  });
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta http-equiv="refresh" content="5" />
    <title>Mails of the demo</title>
    <style>
      :root { color-scheme: light dark; font-family: system-ui, sans-serif; }
      body { margin: 2rem auto; max-width: 42rem; padding: 0 1rem; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
    </style>
  </head>
  <body>
    <h1>Mails of the demo</h1>
    ${items.join("\n") || "<p>None yet.</p>"}
  </body>
</html>
`;
}
