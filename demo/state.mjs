// What a run of the demo leaves to the next one, if it is kept: the workers' storage, the provider's keys, the
// administrator's token, and what seals the keys that the gateway signs with.
import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKeys } from "./provider.mjs";

/**
 * A folder with the state of the demo: a new one in the folder for temporary files, or `kept`, which may have that of an
 * earlier run. The stored configuration names provider and origin, so that they keep their ports.
 */
export async function openState(kept, { PROVIDER_PORT, ORIGIN_PORT }) {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), "edge-authorizer-")));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "demo.json");
  const ports = { PROVIDER_PORT, ORIGIN_PORT };
  const earlier = await readFile(file, "utf8").then(JSON.parse, (error) => {
    if (error.code !== "ENOENT") throw new Error(`${file} cannot be read: remove ${folder}`);
  });
  if (earlier === undefined) {
    const [sealing, edgeSealing] = [0, 1].map(() => randomBytes(32).toString("base64url"));
    const state = { ports, admin: randomUUID(), sealing, edgeSealing, keys: await generateKeys() };
    await writeFile(file, JSON.stringify(state), { mode: 0o600 });
    return { folder, ...state };
  }
  for (const [name, port] of Object.entries(earlier.ports)) {
    if (port === ports[name]) continue;
    throw new Error(`${folder} was made with ${name}=${port}: set that, or remove the folder to begin anew`);
  }
  return { folder, ...earlier };
}
