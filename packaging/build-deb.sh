#!/bin/sh
# Builds the Debian package from the last commit: packaging/build-deb.sh [OUT]   (default: dist)
#
# The package holds the program and its lock files; its postinst makes the Python environment on the kiosk with
# scripts/setup.sh, every hash checked. So one package serves Python 3.11 to 3.13, and the kiosk must reach its package
# index once, while it is installed. Needs git, tar and dpkg-deb; no root, no network.
set -eu
umask 022 # dpkg-deb takes no folder that only its owner may read
cd "$(dirname "$0")/.."
out=${1:-dist}
. scripts/system-packages.sh

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
moment=$(git log -1 --format=%ct)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"

put() { # $1: mode, $2: file, $3: where it goes
  install -D -m "$1" "$2" "$tree/$3"
}

# Debian 13 and Ubuntu 24.04 renamed what holds 64-bit time; either name will do.
depends="python3 (>= 3.11), python3 (<< 3.14), python3-venv, ca-certificates, adduser, systemd, cage, seatd, logrotate"
# cage of Debian 12 does not start without an X server for old programs, and only recommends one.
depends="$depends, xwayland"
# shellcheck disable=SC2154,SC2086  # set by system-packages.sh; one word per package
for name in $packages_window $packages_wayland $packages_multimedia $packages_devices $packages_fonts; do
  case $name in
    fonts-*) depends="$depends, $name" ;;
    *) depends="$depends, $name | ${name}t64" ;;
  esac
done

mkdir -p "$tree/opt/pass-scanner" "$tree/DEBIAN" "$tree/usr/bin"
git -c tar.umask=022 archive --format=tar HEAD scanner_app hardware resources requirements scripts pyproject.toml \
  README.md LICENSE THIRD_PARTY.md | tar -x -C "$tree/opt/pass-scanner"
ln -s /opt/pass-scanner/.venv/bin/scanner-app "$tree/usr/bin/scanner-app"
put 644 packaging/kiosk/pass-scanner.service usr/lib/systemd/system/pass-scanner.service
put 755 packaging/kiosk/session usr/lib/pass-scanner/session
put 644 packaging/kiosk/60-pass-scanner-readers.rules usr/lib/udev/rules.d/60-pass-scanner-readers.rules
put 644 packaging/kiosk/sysctl.conf usr/lib/sysctl.d/60-pass-scanner.conf
put 644 packaging/kiosk/pass-scanner-nfc.conf usr/lib/modprobe.d/pass-scanner-nfc.conf
put 644 packaging/kiosk/kiosk.conf usr/share/pass-scanner/kiosk.conf
put 644 packaging/kiosk/logrotate etc/logrotate.d/pass-scanner
put 644 docs/user/kiosk.md usr/share/doc/pass-scanner/kiosk.md
about=$tree/usr/share/doc/pass-scanner
printf 'Copyright %s the authors of Pass Scanner\n\n%s\n' "$(date -u -d "@$moment" +%Y)" \
  'Licensed under the Apache License, Version 2.0: /usr/share/common-licenses/Apache-2.0' >"$about/copyright"
{
  printf 'pass-scanner (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md of the program.\n\n' "$version"
  printf ' -- Pass Scanner <pass-scanner@localhost>  %s\n' "$(LC_ALL=C date -u -R -d "@$moment")"
} | gzip -9n >"$about/changelog.gz"
chmod 644 "$about/copyright" "$about/changelog.gz"
put 644 packaging/debian/conffiles DEBIAN/conffiles
for script in preinst postinst prerm postrm; do
  put 755 "packaging/debian/$script" "DEBIAN/$script"
done

cat >"$tree/DEBIAN/control" <<EOF
Package: pass-scanner
Version: $version
Section: misc
Priority: optional
Architecture: all
Maintainer: Pass Scanner <pass-scanner@localhost>
Installed-Size: $(du -sk "$tree" | cut -f1)
Depends: $depends
Recommends: pulseaudio | pipewire-pulse
Description: wallet passes at a door, read, judged and recorded, online or not
 Reads wallet passes at a venue's door, decides, records every admission on
 disk before the screen turns green, and tells the pass platform later. This
 package runs it as an unattended kiosk under systemd.
EOF

mkdir -p "$out"
find "$tree" -exec touch --no-dereference --date="@$moment" {} +
file=$out/pass-scanner_${version}_all.deb
SOURCE_DATE_EPOCH=$moment dpkg-deb --root-owner-group --build "$tree" "$file" >/dev/null
printf '%s\n' "$file"
