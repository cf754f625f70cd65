// Each algorithm: accepted with the right key, refused after one flipped bit.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startOrigin } from "../../demo/origin.mjs";
import { send, startGateway } from "./gateway.mjs";
import { ENTRY } from "./project.mjs";
import { keyRecord, publicJwk, sign } from "./tokens.mjs";

const KEY_OF = {
  RS256: "rsa-1",
  RS384: "rsa-1",
  RS512: "rsa-1",
  PS256: "rsa-2",
  PS384: "rsa-2",
  PS512: "rsa-2",
  ES256: "ec256-1",
  ES384: "ec384-1",
  ES512: "ec521-1",
  EdDSA: "ed25519-1",
};

describe("algorithms", () => {
  let origin, gateway;

  before(async () => {
    origin = await startOrigin();
    const routes = [{ path: "/api/{project}/{*rest}", origin: "echo", access: { GET: ["access"] } }];
    const keys = [...new Set(Object.values(KEY_OF))].map(publicJwk);
    gateway = await startGateway({
      config: {
        gateway: { origins: { echo: { url: origin.url } }, routes },
        "project/p1": { version: 1, idps: [ENTRY] },
      },
      jwks: { [ENTRY.iss]: keyRecord(keys) },
    });
  });

  after(async () => {
    for (const server of [gateway, origin]) await server?.close();
  });

  const request = (token) =>
    send(gateway.url, "/api/p1/x", { headers: { authorization: `Bearer ${token}` } });

  for (const [alg, key] of Object.entries(KEY_OF)) {
    test(alg, async () => {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: ENTRY.iss, sub: "someone", iat: now, exp: now + 600 };
      const token = await sign(key, { alg, kid: key, typ: "JWT" }, claims);
      const answer = await request(token);
      assert.equal(answer.status, 200, answer.text);
      for (const part of [0, 1, 2]) {
        for (const bit of [1, 77, -1, -42]) {
          const { status } = await request(flip(token, part, bit));
          assert.equal(status, 401, `part ${part}, bit ${bit}`);
        }
      }
    });
  }

  test("a key under another algorithm of its type is refused where it names one", async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: ENTRY.iss, sub: "someone", iat: now, exp: now + 600 };
    const jwks = keyRecord([{ ...publicJwk("rsa-1"), alg: "RS256" }]);
    await gateway.put("JWKS", "https://named.example", jwks);
    await gateway.put("CONFIG", "project/p2", {
      version: 1,
      idps: [{ ...ENTRY, iss: "https://named.example" }],
    });
    for (const [alg, status] of [
      ["RS256", 200],
      ["RS512", 401],
      ["PS256", 401],
    ]) {
      const token = await sign("rsa-1", { alg, kid: "rsa-1" }, { ...claims, iss: "https://named.example" });
      const answer = await send(gateway.url, "/api/p2/x", { headers: { authorization: `Bearer ${token}` } });
      assert.equal(answer.status, status, alg);
    }
  });
});

/** The token with one bit of one part's bytes flipped; a negative bit counts from the end. */
function flip(token, part, bit) {
  const parts = token.split(".");
  const bytes = Buffer.from(parts[part], "base64url");
  const index = bit < 0 ? bytes.length * 8 + bit : bit;
  bytes[index >> 3] ^= 1 << (index & 7);
  parts[part] = bytes.toString("base64url");
  return parts.join(".");
}
