#!/usr/bin/env bash
# fuzz.sh SECONDS [TARGET…]: fuzzes each target for so long, two at a time. They begin with the corpus in the tree; what
# they add to it stays in fuzz/target/corpus, what they find wrong goes to fuzz/artifacts.
#
# Any compiler can do it that can count branches, a stable one too: there is no unsafe code for a sanitizer to watch.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"

cargo_fuzz_version=0.13.2
cargo_fuzz_root=$cache/cargo-fuzz-$cargo_fuzz_version
export PATH=$cargo_fuzz_root/bin:$PATH
seconds=$1
shift

skip() { printf '\n\033[1;33m!! NOTHING IS FUZZED: %s !!\033[0m\n\n' "$*" >&2; exit 0; }

command -v c++ >/dev/null || skip "libFuzzer needs a C++ compiler (Debian: apt-get install g++)"
echo 'fn main() {}' | rustc -Cpasses=sancov-module --emit=obj -o /dev/null - 2>/dev/null ||
  skip "$(rustc --version) cannot instrument code; use another one, a nightly for instance"
if [ ! -x "$cargo_fuzz_root/bin/cargo-fuzz" ]; then
  printf '\033[1m• installing cargo-fuzz %s (once a machine; about a minute)\033[0m\n' "$cargo_fuzz_version" >&2
  cargo install --quiet --locked --root "$cargo_fuzz_root" "cargo-fuzz@$cargo_fuzz_version" ||
    skip "cargo-fuzz cannot be installed"
fi

# cargo-fuzz has no --locked.
cargo metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml >/dev/null
# `--release`: the profile says what is asserted.
cargo fuzz build --release --sanitizer none
[ $# -gt 0 ] || set -- $(cargo fuzz list)
binaries=fuzz/target/$(rustc --print host-tuple)/release

fuzz() {
  local target=$1 log=fuzz/target/$1.log
  mkdir -p "fuzz/target/corpus/$target" "fuzz/artifacts/$target"
  if "$binaries/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=20000 \
    -artifact_prefix="fuzz/artifacts/$target/" "fuzz/target/corpus/$target" "fuzz/corpus/$target" >"$log" 2>&1; then
    printf '%-10s %s\n' "$target" "$(tail -n 1 "$log")"
  else
    tail -n 60 "$log"
    printf '%-10s FOUND SOMETHING: see above and fuzz/artifacts/%s\n' "$target" "$target"
    return 1
  fi
}

failed=0
while [ $# -gt 0 ]; do
  fuzz "$1" & first=$!
  second=
  if [ $# -gt 1 ]; then fuzz "$2" & second=$!; fi
  wait "$first" || failed=1
  [ -z "$second" ] || wait "$second" || failed=1
  shift $(($# > 1 ? 2 : 1))
done
exit "$failed"
