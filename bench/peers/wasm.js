// The pass-through worker beside this project's wasm: it is compiled at the start, and put to use only by Instantiate.
import compiled from "../../edge/build/index_bg.wasm";

export { default } from "./pass.js";

/** Instantiates the wasm, with imports that do nothing, as often as the query says. */
export const Instantiate = {
  fetch({ url }) {
    const imports = {};
    for (const { module, name } of WebAssembly.Module.imports(compiled)) {
      (imports[module] ??= {})[name] = () => {};
    }
    const times = Number(new URL(url).searchParams.get("times"));
    for (let time = 0; time < times; time += 1) new WebAssembly.Instance(compiled, imports);
    return new Response();
  },
};
