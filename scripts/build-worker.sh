#!/usr/bin/env bash
# build-worker.sh [edge|control]: a worker's crate, in the folder of its name, to build/index.js and build/index_bg.wasm there;
# both workers if none is named.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"
[ $# -gt 0 ] || set -- edge control
for crate; do
  generated=target/bindgen/$crate
  build_wasm "$crate" "$generated" --reset-state
  mkdir -p "$crate/build"
  cp "$generated/${crate}_bg.wasm" "$crate/build/index_bg.wasm"
  # The generated object of imports has a key for each function of a module: they repeat.
  node_modules/.bin/esbuild tools/instance.js --bundle --minify --format=esm --outfile="$crate/build/index.js" \
    --alias:glue="./$generated/$crate.js" --external:./index_bg.wasm \
    --log-level=warning --log-override:duplicate-object-key=silent --log-override:import-is-undefined=silent
done
