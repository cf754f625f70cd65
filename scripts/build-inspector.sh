#!/usr/bin/env bash
# inspector/ to www/inspector/: the page, and the core for the browser in its folder pkg.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"
cargo build --release --package inspector --target "$wasm_target"
"$WASM_BINDGEN_BIN" --target web --no-typescript --out-dir www/inspector/pkg \
  "target/$wasm_target/release/inspector.wasm"
optimize www/inspector/pkg/inspector_bg.wasm
node inspector/page/build.mjs
