// The wasm of a worker, which `scripts/build-worker.sh` bundles with its generated JavaScript into `<crate>/build/index.js`.
//
// A trap (a panic, a stack overflow, memory that runs out) leaves the state of an instance undefined. The request that
// trapped fails; the next call starts a new instance, with objects that are constructed again from their storage.
import module from "./index_bg.wasm";
import * as exports from "glue";

exports.initSync({ module });

/** Where it is linked, the `worker` crate sets `criticalError` on a panic, also in a task that no caller waits for. */
const state = exports.__worker_init_state?.() ?? { criticalError: false };

/** How many instances have ended. */
let ended = 0;

/** What rejects the calls to objects that are under way: an instance that trapped never completes them. */
const pending = new Set();

// A task runs in a microtask, where no caller catches what it throws: a trap, of which a stack overflow is a RangeError.
addEventListener("error", ({ error }) => {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) noteTrap(error);
});

function noteTrap(error) {
  state.criticalError = true;
  for (const reject of pending) reject(error);
  pending.clear();
}

function restartAfterTrap() {
  if (!state.criticalError) return;
  console.error("the wasm trapped: starting a new instance");
  exports.__wbg_reset_state();
  state.criticalError = false;
  ended += 1;
}

/** Calls the wasm. What it throws is a trap, because failures of Rust are rejected promises. */
function enter(call) {
  restartAfterTrap();
  try {
    return call();
  } catch (error) {
    noteTrap(error);
    throw error;
  }
}

/** The function `name` of the wasm. */
export function entryPoint(name) {
  const call = exports[name];
  return (...parameters) => enter(() => call(...parameters));
}

/** The Durable Object `name` of the wasm. */
export function durableObject(name) {
  const Class = exports[name];
  return class {
    #parameters;
    #object;
    #instance;

    constructor(...parameters) {
      this.#parameters = parameters;
      enter(() => this.#current());
    }

    fetch(request) {
      return this.#complete((object) => object.fetch(request));
    }

    alarm() {
      return this.#complete((object) => object.alarm());
    }

    #current() {
      if (this.#instance !== ended) {
        this.#object = new Class(...this.#parameters);
        this.#instance = ended;
      }
      return this.#object;
    }

    async #complete(call) {
      const trap = Promise.withResolvers();
      pending.add(trap.reject);
      try {
        return await Promise.race([enter(() => call(this.#current())), trap.promise]);
      } finally {
        pending.delete(trap.reject);
      }
    }
  };
}
