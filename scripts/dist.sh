#!/usr/bin/env bash
# Packs the node: an archive, and a Debian package where `dpkg-deb` is. Both are in target/dist/.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
machine=$(uname -m)
name=edge-authorizer-$version-$machine-linux
out=target/dist
# Files of one commit are packed alike, whenever that is done.
epoch=$(git log -1 --format=%ct)

cargo build --locked --release --package server
rm -rf "$out"
mkdir -p "$out/$name"
install -m 755 target/release/edge-authorizer "$out/$name/"
strip "$out/$name/edge-authorizer"
install -m 644 LICENSE deploy/node/README.md deploy/node/edge-authorizer.service deploy/node/gateway.toml "$out/$name/"
tar --create --gzip --file "$out/$name.tar.gz" --directory "$out" --sort=name --owner=0 --group=0 --numeric-owner \
  --mtime="@$epoch" "$name"

# The newest version of the C library that the program needs.
glibc=$(grep -ao 'GLIBC_2\.[0-9]*' "$out/$name/edge-authorizer" | sort -uV | tail -n 1 | cut -d _ -f 2)
echo "$out/$name.tar.gz (needs glibc $glibc)"

command -v dpkg-deb >/dev/null || exit 0
package=$out/deb
install -D -m 755 "$out/$name/edge-authorizer" "$package/usr/bin/edge-authorizer"
install -D -m 644 deploy/node/edge-authorizer.service "$package/lib/systemd/system/edge-authorizer.service"
install -D -m 600 deploy/node/gateway.toml "$package/etc/edge-authorizer/gateway.toml"
install -D -m 644 deploy/node/README.md "$package/usr/share/doc/edge-authorizer/README.md"
install -D -m 644 LICENSE "$package/usr/share/doc/edge-authorizer/copyright"
mkdir "$package/DEBIAN"
echo /etc/edge-authorizer/gateway.toml >"$package/DEBIAN/conffiles"
cat >"$package/DEBIAN/control" <<CONTROL
Package: edge-authorizer
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: Edge Authorizer <edge-authorizer@example.com>
Depends: libc6 (>= $glibc), libgcc-s1
Recommends: ca-certificates
Section: net
Priority: optional
Description: gateway that verifies bearer tokens
 Verifies bearer tokens against each project's own identity providers and
 forwards a request only if the caller has a role that the route allows.
CONTROL
SOURCE_DATE_EPOCH=$epoch dpkg-deb --build --root-owner-group "$package" "$out/edge-authorizer_${version}_$(dpkg --print-architecture).deb"
rm -r "$package"
