# Sourced by every script that compiles: the toolchain and the tools, each at the version that Cargo.lock names.
# Nothing is installed here; `make setup` does that.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${EDGE_AUTHORIZER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/edge-authorizer}
wasm_target=wasm32-unknown-unknown

locked_version() {
  sed -n "/^name = \"$1\"\$/{n;s/^version = \"\(.*\)\"\$/\1/p;q}" "$root/Cargo.lock"
}

# worker-build is released together with the worker crate, wasm-bindgen's CLI with its library: the pairs must match.
worker_build_version=$(locked_version worker)
wasm_bindgen_version=$(locked_version wasm-bindgen)
worker_build_root=$cache/worker-build-$worker_build_version
wasm_bindgen_root=$cache/wasm-bindgen-$wasm_bindgen_version

schemathesis_version=4.32.5
cargo_deny_version=0.20.2

export WASM_BINDGEN_BIN=$wasm_bindgen_root/bin/wasm-bindgen
export WASM_OPT_BIN=$root/node_modules/.bin/wasm-opt
export ESBUILD_BIN=$root/node_modules/.bin/esbuild
export WRANGLER_SEND_METRICS=false REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
# What is built does not say where it was built. Inlined is what is small or has one caller: more costs 14 KiB
# and gains nothing.
CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates"
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS+=" -Cllvm-args=-inline-threshold=15"

# has_wasm_std <rustc>: whether that compiler has a standard library for wasm.
has_wasm_std() {
  local dir
  dir=$("$1" --print target-libdir --target "$wasm_target" 2>/dev/null) && compgen -G "$dir/libcore-*.rlib" >/dev/null
}

# optimize <file>: the release form of a wasm file, in place. It names in itself the features that the compiler used;
# wasm-bindgen's wrappers use exceptions besides. A function is compiled when it is first called: it should not contain others.
optimize() {
  "$WASM_OPT_BIN" -O --one-caller-inline-max-function-size=0 --enable-exception-handling --strip-debug --output "$1.optimized" "$1"
  mv "$1.optimized" "$1"
}

# Where rustup cannot download, the distribution's compiler is the one with a wasm library: then it compiles everything.
if ! has_wasm_std rustc && has_wasm_std /usr/bin/rustc; then
  PATH=/usr/bin:$PATH
fi
export PATH=$worker_build_root/bin:$PATH
