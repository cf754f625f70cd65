#!/usr/bin/env bash
# schemathesis, which tries an API out by its description, from an environment of its own. Brought by the first use.
set -euo pipefail
source "$(dirname "$0")/env.sh"
schemathesis_root=$cache/schemathesis-$schemathesis_version

if [ ! -x "$schemathesis_root/bin/schemathesis" ]; then
  printf '\033[1m• installing schemathesis %s (once a machine)\033[0m\n' "$schemathesis_version" >&2
  if ! { python3 -m venv --clear "$schemathesis_root" &&
    "$schemathesis_root/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$schemathesis_version"; } >&2; then
    echo "schemathesis cannot be installed: it needs Python 3.11 or newer with venv and pip (Debian: apt-get install python3-venv)" >&2
    exit 1
  fi
fi
exec "$schemathesis_root/bin/schemathesis" "$@"
