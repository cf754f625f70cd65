#!/usr/bin/env bash
# Brings PostgreSQL, on which the node's tests start databases of their own. Nothing of the machine's own is used.
set -euo pipefail

has_postgres() {
  compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || command -v initdb >/dev/null
}

has_postgres && exit 0
if ! command -v apt-get >/dev/null; then
  echo "PostgreSQL is missing: install it, so that \`initdb\` is found; the tests on it are skipped" >&2
  exit 1
fi
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
export DEBIAN_FRONTEND=noninteractive
as_root apt-get update -q >&2
# The distribution would start a database that no test uses.
as_root mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] ||
  echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
as_root apt-get install -q -y --no-install-recommends postgresql >&2
has_postgres
