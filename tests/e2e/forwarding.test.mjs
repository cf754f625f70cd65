// The cases of `tests/forwarding.json` at the edge. `tests/forwarding.rs` runs the same file through the core.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { send, startGateway } from "./gateway.mjs";
import { HOST, differs } from "./hosts.mjs";
import { startTestOrigin } from "./origin.mjs";
import { kvFixture, token } from "./project.mjs";

const { routes, identity, cases, answers, answerHeaders } = JSON.parse(
  readFileSync(new URL("../forwarding.json", import.meta.url), "utf8"),
);

/** What the runtime adds to a request on its way to the origin. */
const OF_THE_RUNTIME = ["cf-worker", "connection", "content-length", "host", "transfer-encoding"];

/** Cases whose `Host` is none, or not the target's. */
const OF_OTHER_HOSTS = [
  "a host with characters that no host has is not passed on",
  "the scheme and host of an absolute target count",
  "a host that looks like a URL is not passed on",
];

describe("what the origin gets", () => {
  let origin, gateway, bearer;

  before(async () => {
    origin = await startTestOrigin();
    const { secretHeader } = routes.secret;
    const secret = { url: origin.url, secretHeader: { name: secretHeader.name, secret: "ORIGIN_SECRET" } };
    const documents = Object.entries(routes).map(([name, { path, public: isPublic, forwardToken }]) => ({
      path,
      origin: name === "secret" ? "secret" : "origin",
      forwardToken: forwardToken ?? false,
      ...(isPublic ? { public: true } : { access: { "*": identity.roles } }),
    }));
    gateway = await startGateway({
      ...kvFixture(origin.url, documents, { secret }),
      bindings: { ORIGIN_SECRET: secretHeader.value },
    });
    bearer = await token({ sub: identity.subject });
  });

  after(async () => {
    for (const server of [gateway, origin]) await server?.close();
  });

  for (const { name, route, method, headers, target = "", body, fillers = 0, expect } of cases) {
    test(name, async () => {
      const path = routes[route].path.replace("{project}", identity.project).replace("{*rest}", "x");
      const sent = { ...headers };
      if (sent.authorization) sent.authorization = sent.authorization.replace("$token", bearer);
      for (let number = 1; number <= fillers; number += 1) sent[`x-filler-${number}`] = "1";
      const answer = await send(gateway.url, target + path, { method, headers: sent, body });
      const id = answer.headers["x-request-id"];
      if (OF_OTHER_HOSTS.includes(name) && differs("host", false, true)) {
        assert.deepEqual([answer.status, answer.json().code], [400, "request_invalid"], answer.text);
        return;
      }
      if (expect.reason) {
        assert.deepEqual([answer.status, answer.json().reason], [400, expect.reason], answer.text);
        return;
      }
      assert.equal(answer.status, 200, answer.text);
      const received = Object.entries(answer.json().headers).filter(([key]) => !OF_THE_RUNTIME.includes(key));
      const named = received.map(([key, value]) => [key, value.replace(bearer, "$token").replace(id, "$id")]);
      // A node knows where each connection comes from.
      const address = HOST === "node" && { "x-forwarded-for": "127.0.0.1" };
      assert.deepEqual(Object.fromEntries(named), { ...address, ...expect.headers });
    });
  }

  for (const { name, setCookie, expect } of answers) {
    test(name, async () => {
      const query = new URLSearchParams(setCookie.map((cookie) => ["set", cookie]));
      const answer = await send(gateway.url, `/public/cookies?${query}`);
      assert.deepEqual([answer.status, answer.headers["set-cookie"]], [200, expect], answer.text);
    });
  }

  test("an origin does not govern the whole host", async () => {
    const { sent, expect } = answerHeaders;
    const answer = await send(
      gateway.url,
      `/public/cookies?${new URLSearchParams({ headers: JSON.stringify(sent) })}`,
    );
    assert.deepEqual(
      Object.keys(sent).filter((name) => name in answer.headers),
      expect,
    );
  });
});
