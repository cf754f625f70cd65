// A proxy between the worker and the fuzzer of its API: records what each operation answered, and prepares the state that
// the next request needs.
import { createServer } from "node:http";
import { close, listen } from "../../demo/origin.mjs";
import { send } from "./gateway.mjs";

/** The revocation, account and secret of the description's examples, which `schemathesis.toml` names. */
const REVOCATION = "r5";
const ACCOUNT = "ci";
const SECRET = "s4";

/**
 * Starts it on a free port. `description` is the API's; `prepare` is awaited at first and after each change, and gives the
 * ids of a revocation, of secrets and of an account of the platform that are there. Whatever issuer a document names, as long as it is one, the worker is told that it is
 * `issuer`; and those of the description's examples, that they are the ones that are there.
 */
export async function startRecordingProxy({ gateway, issuer, description, prepare }) {
  const operations = operationsOf(description);
  const isIssuer = new RegExp(description.components.schemas.Issuer.pattern);

  let isChanged = true;
  let present;
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length > 0 ? named(Buffer.concat(chunks)) : undefined;
    if (isChanged) present = await prepare();
    const { method } = request;
    const isOfProject = request.url.includes("/projects/");
    const secret = isOfProject ? present.secret : present.platformSecret;
    const account = isOfProject ? ACCOUNT : present.platformAccount;
    const url = request.url
      .replace(`/service-accounts/${ACCOUNT}`, `/service-accounts/${account}`)
      .replace(`/revocations/${REVOCATION}`, `/revocations/${present.revocation}`)
      .replace(`/secrets/${SECRET}`, `/secrets/${secret}`);
    const answer = await send(gateway.url, url, { method, headers: withoutFraming(request.headers), body });
    isChanged = answer.status < 300 && !["GET", "HEAD"].includes(method);
    const [path] = url.split("?");
    operations.find((operation) => operation.is(method, path))?.statuses.push(answer.status);
    response.writeHead(answer.status, withoutFraming(answer.headers)).end(answer.text);
  });

  /** The body with the issuer that is here for any other; what is no issuer stays as it is. */
  function named(body) {
    try {
      const document = JSON.parse(body);
      const names = typeof document?.iss === "string" && isIssuer.test(document.iss);
      return names ? Buffer.from(JSON.stringify({ ...document, iss: issuer.url })) : body;
    } catch {
      return body; // It is not JSON; the worker has to say so.
    }
  }

  await listen(server, 0);
  return { url: `http://127.0.0.1:${server.address().port}`, operations, close: () => close(server) };
}

/** Each operation with the statuses that it was seen to answer. */
function operationsOf({ paths }) {
  // What is literal goes before what is a parameter.
  const sorted = Object.entries(paths).sort(([a], [b]) => a.split("{").length - b.split("{").length);
  return sorted.flatMap(([path, { parameters: _, ...methods }]) => {
    const pattern = new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    return Object.entries(methods).map(([method, { security }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      /** The names of the security schemes of which one is enough; none: it is for everybody. */
      credentials: security.flatMap(Object.keys),
      statuses: [],
      is: (other, target) => other === method.toUpperCase() && pattern.test(target),
    }));
  });
}

/** Headers without those that are about one connection. */
function withoutFraming(headers) {
  const names = ["connection", "content-length", "keep-alive", "transfer-encoding"];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
