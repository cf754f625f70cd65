#!/usr/bin/env bash
# Brings everything a build needs: the wasm target, Node packages, wasm-bindgen. What only tests need, they bring.
# Safe to run again; what is there already is not built again, and tools are shared by all clones of a user.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"

say() { printf '\033[1m• %s\033[0m\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

command -v node >/dev/null || fail "node is missing: install Node.js 20 or newer"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || fail "node $(node -v) is too old: install Node.js 20 or newer"
command -v npm >/dev/null || fail "npm is missing: install it with Node.js"
command -v cargo >/dev/null || fail "cargo is missing: install Rust (https://rustup.rs)"
command -v cc >/dev/null || fail "a C compiler (cc) is missing: install gcc or clang"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# The distribution's compiler and a standard library built from its sources, for machines where rustup cannot download.
wasm_std_from_debian() {
  command -v apt-get >/dev/null || fail "no standard library for $wasm_target: run \`rustup target add $wasm_target\`"
  say "rustup cannot bring $wasm_target: installing Debian's Rust and building the library from its sources (2 minutes)"
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update -q >&2
  as_root apt-get install -q -y --no-install-recommends \
    rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web >&2
  as_root apt-get install -q -y --no-install-recommends "$(basename "$(readlink /usr/bin/rust-lld)")" >&2
  local work libdir
  work=$(mktemp -d)
  libdir=$(/usr/bin/rustc --print target-libdir --target "$wasm_target")
  mkdir -p "$work/src"
  : >"$work/src/lib.rs"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n' >"$work/Cargo.toml"
  # Without the bitcode a later `lto = true` fails.
  (cd "$work" && PATH=/usr/bin:$PATH RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR=target \
    cargo build --release -Zbuild-std=std,panic_abort,test --target "$wasm_target")
  rm "$work/target/$wasm_target"/release/deps/libempty-*
  as_root mkdir -p "$libdir"
  as_root cp "$work/target/$wasm_target"/release/deps/*.rlib "$libdir/"
  rm -r "$work"
}

if ! has_wasm_std rustc && ! has_wasm_std /usr/bin/rustc; then
  say "adding the Rust target $wasm_target"
  if ! { command -v rustup >/dev/null && timeout 300 rustup target add "$wasm_target"; }; then
    wasm_std_from_debian
  fi
  source "$root/scripts/env.sh"
fi

if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  say "installing Node packages"
  npm ci --no-audit --no-fund >&2
fi

if [ ! -x "$bindgen" ]; then
  say "compiling wasm-bindgen (once a machine; about a minute)"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$cache"
  # Unoptimized, because it runs for a second; without what only a debugger reads.
  CARGO_PROFILE_DEV_DEBUG=0 cargo build --locked --package bindgen --target-dir "$work"
  mv "$work/debug/bindgen" "$bindgen"
fi
say "set up: $(rustc --version), node $(node --version)"
