#!/usr/bin/env bash
# Brings what the tests of docs/proxies.md need: nginx and Caddy, and Envoy. What cannot be had is left out, and the tests say so. Safe to
# run again.
set -euo pipefail
source "$(dirname "$0")/env.sh"
tools=$cache/proxies
mkdir -p "$tools"

say() { printf '\033[1m• %s\033[0m\n' "$*" >&2; }

# Unpacked, not installed: a package that is installed starts a server.
unpack() {
  local package=$1 program=$2 work
  { command -v "$package" || [ -x "$tools/$package/$program" ]; } >/dev/null && return
  command -v apt-get >/dev/null || { say "no $package here: install it"; return; }
  say "unpacking $package"
  work=$(mktemp -d)
  if (cd "$work" && { apt-get download -q "$package" ||
    { [ "$(id -u)" = 0 ] && apt-get update -q && apt-get download -q "$package"; }; } &&
    dpkg-deb --extract "$package"_*.deb unpacked) >/dev/null 2>&1; then
    rm -rf "${tools:?}/$package"
    mv "$work/unpacked" "$tools/$package"
  else
    say "no $package here: Debian's package cannot be used"
  fi
  rm -rf "$work"
}

unpack nginx usr/sbin/nginx
unpack caddy usr/bin/caddy
"$(dirname "$0")/setup-bench.sh" || say "Envoy may be missing"
