import worker from "../../edge/worker.js";
import { timed } from "./timed.js";

export * from "../../edge/worker.js";
export default timed(worker);
