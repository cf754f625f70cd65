# Sourced by every script that compiles: the toolchain and the tools, each at a pinned version.
# Nothing is installed here; `make setup` does that.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${EDGE_AUTHORIZER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/edge-authorizer}
wasm_target=wasm32-unknown-unknown

locked_version() {
  sed -n "/^name = \"$1\"\$/{n;s/^version = \"\(.*\)\"\$/\1/p;q}" "$root/Cargo.lock"
}

# tools/bindgen as it is built from this tree.
bindgen=$cache/bindgen-$(locked_version wasm-bindgen)-$(cksum <"$root/tools/bindgen/src/main.rs" | cut -d ' ' -f 1)

schemathesis_version=4.32.5
authlib_version=1.9.10
requests_oauthlib_version=2.0.0
cargo_deny_version=0.20.2

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

# How workers are compiled besides: what they do waits for signatures, origins and stores, and each new isolate loads them.
worker_options=(--config 'profile.release.package.edge-authorizer.opt-level="z"')

# build_wasm <crate> <folder> [option of tools/bindgen]: a crate's optimized wasm and its JavaScript, `<crate>_bg.wasm` and
# `<crate>.js`.
build_wasm() {
  [ -x "$bindgen" ] && [ -d "$root/node_modules" ] || { echo "tools are missing: run \`make setup\` first" >&2; exit 1; }
  local options=()
  [ "$1" = inspector ] || options=("${worker_options[@]}")
  cargo build --locked --release "${options[@]}" --package "$1" --target "$wasm_target"
  rm -rf "$2"
  "$bindgen" "target/$wasm_target/release/$1.wasm" "$2" "${@:3}"
  # The wasm names the features that the compiler used. V8 compiles a function on its first call: it should not contain
  # others. The stack is at the bottom of the memory, so nothing else is there. Functions of one crate compress well together.
  node_modules/.bin/wasm-opt -O --one-caller-inline-max-function-size=0 --low-memory-unused \
    --reorder-functions-by-name --strip-debug \
    --output "$2/$1_bg.wasm" "$2/$1_bg.wasm"
}

# Where rustup cannot download, the distribution's compiler is the one with a wasm library: then it compiles everything.
if ! has_wasm_std rustc && has_wasm_std /usr/bin/rustc; then
  PATH=/usr/bin:$PATH
fi
