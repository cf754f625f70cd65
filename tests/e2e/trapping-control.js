import worker from "../../control/worker.js";
import { trapping } from "./trapping.js";

export * from "../../control/worker.js";
export default trapping(worker);
