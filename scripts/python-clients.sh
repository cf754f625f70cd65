#!/usr/bin/env bash
# Python with the OAuth clients that the token endpoint is tested with, from an environment of its own. Brought by the first use.
set -euo pipefail
source "$(dirname "$0")/env.sh"
clients_root=$cache/python-clients-$authlib_version-$requests_oauthlib_version

if [ ! -x "$clients_root/bin/python" ] || ! "$clients_root/bin/python" -c 'import authlib, requests_oauthlib' 2>/dev/null; then
  printf '\033[1m• installing Authlib %s and requests-oauthlib %s (once a machine)\033[0m\n' \
    "$authlib_version" "$requests_oauthlib_version" >&2
  if ! { python3 -m venv --clear "$clients_root" &&
    "$clients_root/bin/pip" install --quiet --disable-pip-version-check \
      "authlib==$authlib_version" "requests-oauthlib==$requests_oauthlib_version"; } >&2; then
    echo "they cannot be installed: Python 3.10 or newer with venv and pip is needed (Debian: apt-get install python3-venv)" >&2
    exit 1
  fi
fi
exec "$clients_root/bin/python" "$@"
