// What the worker offers: its handler and its objects. The build exports every class of the `worker` crate besides.
export { default, IssuerObject, ProjectObject, RegistryObject } from "./build/index.js";
