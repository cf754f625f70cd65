// What of a request's target and headers cannot be forwarded is refused with a reason, not bent.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sendRaw, startGateway } from "./gateway.mjs";
import { differs } from "./hosts.mjs";
import { startTestOrigin } from "./origin.mjs";
import { kvFixture } from "./project.mjs";

describe("targets", () => {
  let origin, gateway;

  before(async () => {
    origin = await startTestOrigin();
    const routes = [{ path: "/public/{*rest}", origin: "origin", public: true }];
    gateway = await startGateway(kvFixture(origin.url, routes));
  });

  after(async () => {
    for (const server of [gateway, origin]) await server?.close();
  });

  /** The status of a GET of a target as it stands, and the JSON of the answer. */
  async function get(target, ...lines) {
    const head = [`GET ${target} HTTP/1.1`, "Host: g", "Connection: close", ...lines, "", ""];
    const answer = await sendRaw(gateway.url, Buffer.from(head.join("\r\n"), "latin1"));
    return [Number(answer.split(" ")[1]), JSON.parse(answer.slice(answer.indexOf("{")))];
  }

  test("bytes of the query that are not UTF-8 are refused, not replaced", async () => {
    for (const query of ["a=\xff", "a=b\xc3", "\xf0\x9f"]) {
      const [status, { code, reason }] = await get(`/public/x?${query}`);
      assert.deepEqual([status, code], [400, "request_invalid"], query);
      assert.match(reason, /not UTF-8/);
    }
    for (const [query, arrives] of [
      ["a=%ff", "a=%ff"],
      // As it came, this origin would refuse it.
      ...differs("query", [["a=\xc3\xa4", "a=%C3%A4"]], []),
      [`a='"<>`, differs("query", "a=%27%22%3C%3E", "a='%22%3C%3E")],
    ]) {
      const [status, { url }] = await get(`/public/x?${query}`);
      assert.deepEqual([status, url], [200, `/public/x?${arrives}`]);
    }
  });

  test("an origin hears of no scheme but http and https", async () => {
    for (const target of ["javascript://g/public/x", "://g/public/x", "ftp://g/public/x"]) {
      const [status, { reason }] = await get(target);
      assert.deepEqual([status, reason], [400, "the scheme is neither http nor https"], target);
    }
    for (const scheme of ["http", "https", "HTTPS"]) {
      const [status, { headers }] = await get(`${scheme}://g/public/x`);
      assert.deepEqual([status, headers["x-forwarded-proto"]], [200, scheme.toLowerCase()]);
    }
  });

  test("`Connection` names at most 32 headers", async () => {
    const named = (count) => `Connection: ${Array.from({ length: count }, (_, n) => `X-${n}`)}`;
    const [status, { headers }] = await get("/public/x", named(31), "X-3: a", "X-31: b");
    // The other line of that name is the 32nd.
    assert.deepEqual([status, headers["x-3"], headers["x-31"]], [200, undefined, "b"]);
    const [refused, { code, reason }] = await get("/public/x", named(32));
    assert.deepEqual([refused, code], [400, "request_invalid"]);
    assert.match(reason, /more than 32 names/);
  });
});
