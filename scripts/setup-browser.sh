#!/usr/bin/env bash
# Brings what only the tests of the page need: a Chromium. Safe to run again; CHROMIUM=path names one.
set -euo pipefail
cd "$(dirname "$0")/.."

find='import { findBrowser } from "./tests/page/browser.mjs"; process.exit(findBrowser() ? 0 : 1)'
node --input-type=module --eval "$find" && exit

printf '\033[1m• installing Chromium\033[0m\n' >&2
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
if command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update -q >&2
  as_root apt-get install -q -y --no-install-recommends chromium >&2 ||
    as_root apt-get install -q -y --no-install-recommends chromium-browser >&2 || true
fi
node --input-type=module --eval "$find" ||
  { echo "Chromium is missing: install it, or name one by CHROMIUM=path" >&2; exit 1; }
