#!/usr/bin/env bash
# Brings what only the tests of docs/origins.md need, each once a machine. What cannot be had is left out, and the tests say
# so. Safe to run again.
set -euo pipefail
source "$(dirname "$0")/env.sh"
source "$root/tests/origins/programs/versions.env"
tools=$cache/origins
cd "$root"
mkdir -p "$tools"

say() { printf '\033[1m• %s\033[0m\n' "$*" >&2; }

pyjwt=$tools/pyjwt-$PYJWT_VERSION
if command -v python3 >/dev/null && [ ! -e "$pyjwt/installed" ]; then
  say "installing PyJWT $PYJWT_VERSION"
  { python3 -m venv --clear "$pyjwt" &&
    "$pyjwt/bin/pip" install --quiet --disable-pip-version-check "PyJWT[crypto]==$PYJWT_VERSION" &&
    touch "$pyjwt/installed"; } >&2 || say "no PyJWT here: python3 with venv and pip could not install it"
fi

nimbus=$tools/nimbus-jose-jwt-$NIMBUS_VERSION.jar
if command -v mvn >/dev/null && [ ! -e "$nimbus" ]; then
  say "installing Nimbus JOSE + JWT $NIMBUS_VERSION"
  timeout 60 mvn --quiet --batch-mode dependency:copy -DoutputDirectory="$tools" \
    -Dartifact="com.nimbusds:nimbus-jose-jwt:$NIMBUS_VERSION" >/dev/null 2>&1 ||
    say "no Nimbus here: Maven could not download it"
fi

# Unpacked, not installed: a package that is installed starts a server.
unpack_nginx() {
  local work=$1 module=usr/lib/nginx/modules/ngx_http_js_module.so
  local packages=(nginx libnginx-mod-http-js)
  (cd "$work" && { apt-get download -q "${packages[@]}" ||
    { [ "$(id -u)" = 0 ] && apt-get update -q && apt-get download -q "${packages[@]}"; }; } &&
    for package in *.deb; do dpkg-deb --extract "$package" nginx || return; done)
  printf 'load_module %s; pid %s; events {}\n' "$work/nginx/$module" "$work/pid" >"$work/nginx.conf"
  "$work/nginx/usr/sbin/nginx" -t -q -e stderr -c "$work/nginx.conf" && cp -a "$work/nginx" "$tools/"
}
if [ ! -e /usr/lib/nginx/modules/ngx_http_js_module.so ] && [ ! -e "$tools/nginx" ] && command -v apt-get >/dev/null; then
  say "unpacking nginx and its JavaScript module"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  unpack_nginx "$work" >/dev/null || say "no nginx here: Debian's nginx and libnginx-mod-http-js cannot be used"
fi

# The lock file beside what it names says for which version it was brought.
programs=tests/origins/programs
if ! cmp --silent "$programs/rust/Cargo.lock" "$tools/rust/Cargo.lock"; then
  say "compiling jsonwebtoken (once a machine; half a minute)"
  if cargo build --locked --quiet --manifest-path "$programs/rust/Cargo.toml" --target-dir "$tools/rust" \
    --package jsonwebtoken --package serde --package ureq; then
    cp "$programs/rust/Cargo.lock" "$tools/rust/"
  else
    say "no jsonwebtoken here: cargo could not build it"
  fi
fi

if command -v go >/dev/null && ! cmp --silent "$programs/go/go.mod" "$tools/go/go.mod"; then
  say "downloading golang-jwt and keyfunc"
  rm -rf "$tools/go" && mkdir -p "$tools/go.new" && cp "$programs/go/go.mod" "$tools/go.new/"
  if (cd "$tools/go.new" && timeout 60 go mod download && go build -mod=mod github.com/MicahParks/keyfunc/v3) >&2; then
    mv "$tools/go.new" "$tools/go"
  else
    say "no golang-jwt here: go could not download or build it"
  fi
fi
