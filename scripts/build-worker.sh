#!/usr/bin/env bash
# build-worker.sh [edge|control]: a worker's crate to its build/index.js and the wasm beside it; both workers if none is named.
# The build command of wrangler.toml and of control/wrangler.toml.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"

# The data plane: its bindings are plain wasm-bindgen. After a trap they start the wasm anew (edge/src/lib.rs).
build_edge() {
  local out=edge/build
  cargo build --release --locked --package edge --target "$wasm_target"
  rm -rf "$out/bindings"
  "$WASM_BINDGEN_BIN" --target module --no-typescript --experimental-reset-state-function --force-enable-abort-handler \
    --out-dir "$out/bindings" --out-name index "target/$wasm_target/release/edge.wasm"
  mv "$out/bindings/index_bg.wasm" "$out/index_bg.wasm"
  # workerd gives the module for a plain import.
  sed -i 's/^import source wasmModule /import wasmModule /' "$out/bindings/index.js"
  "$ESBUILD_BIN" "$out/bindings/index.js" --bundle --minify --format=esm --target=es2024 --external:./index_bg.wasm \
    --outfile="$out/index.js" --allow-overwrite --log-level=warning
  rm -r "$out/bindings"
  optimize "$out/index_bg.wasm"
}

# The control plane: its objects need what worker-build has around their classes.
build_control() {
  command -v worker-build >/dev/null || { echo "worker-build is missing: run \`make setup\` first" >&2; exit 1; }
  (cd control && worker-build --release --no-opt)
  optimize control/build/index_bg.wasm
}

[ $# -gt 0 ] || set -- edge control
for worker; do
  case $worker in
    edge | control) "build_$worker" ;;
    *) echo "usage: build-worker.sh [edge|control]" >&2; exit 2 ;;
  esac
done
