#!/usr/bin/env bash
# inspector/ to www/inspector/: the page, and the core for the browser in its folder pkg.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"
build_wasm inspector www/inspector/pkg
node inspector/page/build.mjs
