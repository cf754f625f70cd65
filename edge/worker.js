// What the worker offers: its handler. The build exports every class of the `worker` crate besides.
export { default } from "./build/index.js";
