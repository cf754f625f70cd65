#!/usr/bin/env bash
# build-worker.sh [edge|control]: a worker's crate to its build/index.js and the wasm beside it; both workers if none is named.
# The build command of wrangler.toml and of control/wrangler.toml.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"

# The data plane: its bindings are plain wasm-bindgen. After a trap they start the wasm anew (edge/src/lib.rs).
build_edge() {
  local out=target/edge-bindings
  cargo build --release --locked --package edge --target "$wasm_target"
  rm -rf "$out"
  "$WASM_BINDGEN_BIN" --target module --no-typescript --experimental-reset-state-function --force-enable-abort-handler \
    --out-dir "$out" --out-name index "target/$wasm_target/release/edge.wasm"
  optimize "$out/index_bg.wasm"
  # workerd gives the module for a plain import. A folder of snippets is named twice, which means the same.
  sed -i 's/^import source wasmModule /import wasmModule /' "$out/index.js"
  "$ESBUILD_BIN" "$out/index.js" --bundle --minify --format=esm --target=es2024 --external:./index_bg.wasm \
    --outfile="$out/bundle.js" --log-override:duplicate-object-key=silent --log-level=warning
  mkdir -p edge/build
  mv "$out/index_bg.wasm" edge/build/index_bg.wasm
  mv "$out/bundle.js" edge/build/index.js
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
