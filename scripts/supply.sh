#!/usr/bin/env bash
# What the lock files bring in: licences, sources, checksums, crates in two versions, and known vulnerabilities where the
# databases of those can be reached.
set -uo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"
faulty=0

loudly() { printf '\033[1;33mNOT CHECKED: %s\033[0m\n' "$*" >&2; }
check() { "$@" || faulty=1; }
deny() { scripts/cargo-deny.sh --locked --manifest-path "$1" check --hide-inclusion-graph "${@:2}"; }

for manifest in Cargo.toml fuzz/Cargo.toml; do check deny "$manifest" bans licenses sources; done
# Two crates in two versions do no harm there: it runs the verifier of docs/origins.md and is not shipped.
check deny tests/origins/programs/rust/Cargo.toml licenses sources
check node scripts/node-packages.mjs

if timeout 120 scripts/cargo-deny.sh --manifest-path Cargo.toml fetch db 2>/dev/null; then
  for manifest in Cargo.toml fuzz/Cargo.toml; do check deny "$manifest" advisories; done
else
  loudly "known vulnerabilities of crates: the RustSec advisory database cannot be reached"
fi

# `npm audit` exits with 1 for a vulnerability and for a registry that does not answer; only a report has `metadata`.
report=$(timeout 120 npm audit --json 2>/dev/null)
if node -e 'process.exit("metadata" in JSON.parse(process.argv[1]) ? 0 : 1)' "$report" 2>/dev/null; then
  check npm audit
else
  loudly "known vulnerabilities of npm packages: the registry answers no \`npm audit\`"
fi
exit "$faulty"
