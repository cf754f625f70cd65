import worker from "../../edge/worker.js";
import { trapping } from "./trapping.js";

export * from "../../edge/worker.js";
export default trapping(worker);
