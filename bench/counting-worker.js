// This worker, seen from beside: what it asks of WebCrypto is counted, and said on a socket of its own.
export { Checks } from "./signature-counter.js";
export * from "../edge/worker.js";
export { default } from "../edge/worker.js";
