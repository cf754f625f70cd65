import worker from "../../control/worker.js";
import { timed } from "./timed.js";

export * from "../../control/worker.js";
export default timed(worker);
