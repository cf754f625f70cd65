// The origin of every worker that is measured. It reads no more of a request than where it ends: a whole HTTP server
// would compute for as long as the workers do, and be measured with them. A path that ends with `/echo` is answered with
// the request's head.
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { launch, OTHER_CORE } from "./processes.mjs";

const FILE = fileURLToPath(import.meta.url);
const END = Buffer.from("\r\n\r\n");
const OK = Buffer.from("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n\r\nok\n");

/** Starts the origin in a process of its own, and gives its URL. */
export async function startOrigin() {
  const { child } = launch(OTHER_CORE, [process.execPath, FILE], ["ignore", "pipe", "inherit"]);
  const port = await new Promise((resolve) => child.stdout.once("data", resolve));
  return `http://127.0.0.1:${String(port).trim()}`;
}

function answer(socket) {
  let head = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    head = head.length ? Buffer.concat([head, chunk]) : chunk;
    for (let end; (end = head.indexOf(END)) >= 0; head = head.subarray(end + END.length)) {
      socket.write(
        /^\S+ \S+\/echo /.test(head.toString("latin1", 0, 200)) ? echo(head.subarray(0, end)) : OK,
      );
    }
  });
  socket.on("error", () => socket.destroy());
}

const echo = (head) =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${head.length}\r\n\r\n${head}`;

if (process.argv[1] === FILE) {
  const server = createServer({ noDelay: true }, answer);
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
}
