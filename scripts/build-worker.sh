#!/usr/bin/env bash
# The build command of wrangler.toml: edge/ to edge/build/index.js and its wasm.
set -euo pipefail
source "$(dirname "$0")/env.sh"
command -v worker-build >/dev/null || { echo "worker-build is missing: run \`make setup\` first" >&2; exit 1; }
cd "$root/edge"
worker-build --release --no-opt "$@"
optimize build/index_bg.wasm
