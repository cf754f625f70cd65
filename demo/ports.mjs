// The ports of the demo, and whether they are free. Without packages, so that `make run` can check before it builds anything.
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { close, listen } from "./origin.mjs";

/** The ports by the variables that set them, with their defaults. */
export const PORTS = { PORT: 8787, PROVIDER_PORT: 9100, ORIGIN_PORT: 9000, MAIL_PORT: 9025 };

/** The port numbers that are meant by `texts`, by variable; an error says which variable to set. */
export async function freePorts(texts) {
  const ports = {};
  for (const name of Object.keys(PORTS)) {
    const port = Number(texts[name] ?? PORTS[name]);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new Error(`${name}=${texts[name]} is not a port: set a number from 1 to 65535`);
    }
    const same = Object.keys(ports).find((other) => ports[other] === port);
    if (same) throw new Error(`${same} and ${name} are both ${port}: set another, \`make run ${name}=…\``);
    ports[name] = port;
  }
  for (const [name, port] of Object.entries(ports)) await assertFree(name, port);
  return ports;
}

async function assertFree(name, port) {
  const probe = createServer();
  try {
    await listen(probe, port);
  } catch (error) {
    throw new Error(`${error.message}: choose another, for example \`make run ${name}=${port + 1}\``);
  }
  await close(probe);
}

// `node demo/ports.mjs PORT=8787 …`, as make calls it.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const texts = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split("=")));
  await freePorts(texts).catch((error) => {
    console.error(`demo: ${error.message}`);
    process.exitCode = 1;
  });
}
