#!/bin/sh
# Tries the project on a bare machine: unpacks the last commit into a fresh root and runs make there, as root.
#
#   debootstrap --variant=minbase --include=make bookworm /tmp/root     (or trixie; any mirror)
#   scripts/try-bare.sh /tmp/root [command ...]                         (default: make setup, then make test)
#
# The root reaches apt and the package index the way this machine does: its apt options, certificates, pip configuration,
# proxy variables and name servers are lent to the root for the trial. Nothing of that is written into the project.
# Must run as root (chroot, mount). The root is used up by it; make a new one for a second first time.
set -eu

cd "$(dirname "$0")/.."
target=${1:?usage: scripts/try-bare.sh ROOT [command ...]}
shift
[ "$(id -u)" = 0 ] || { echo "try-bare: chroot needs root" >&2; exit 2; }
[ -x "$target/bin/sh" ] || { echo "try-bare: $target is no root file system" >&2; exit 2; }
home=/srv/pass-scanner

mounted=""
unmount() {
  for point in $mounted; do
    umount "$target/$point" || umount -l "$target/$point"
  done
}
trap unmount EXIT
trap 'exit 130' INT TERM

lend() { # $1: file or directory of this machine that the root needs in order to reach its packages
  [ -e "$1" ] || return 0
  mkdir -p "$target$(dirname "$1")"
  cp -RL "$1" "$target$(dirname "$1")/"
}

for source in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/apt/apt.conf.d /usr/local/share/ca-certificates; do
  lend "$source"
done
for configuration in "$HOME/.config/pip" "$HOME/.pip"; do
  [ -d "$configuration" ] && mkdir -p "$target/root/.config" && cp -RL "$configuration" "$target/root/.config/pip"
done
# Certificates this machine trusts beyond Debian's own; a bare root has none at all until it installs some.
mkdir -p "$target/etc/ssl/certs"
[ -f "$target/etc/ssl/certs/ca-certificates.crt" ] || lend /etc/ssl/certs/ca-certificates.crt
rm -rf "${target:?}$home"
mkdir -p "$target$home"
git archive --format=tar HEAD | tar -x -C "$target$home"

for point in proc dev dev/pts dev/shm; do
  mount --bind "/$point" "$target/$point"
  mounted="$point $mounted"
done

passed=$(env | grep -E '^(PIP_|UV_|SSL_CERT_|REQUESTS_CA_|CURL_CA_|(http|https|no|all)_proxy=|(HTTP|HTTPS|NO|ALL)_PROXY=)' || true)
lent() {
  printf '%s\n' "$passed" | while IFS= read -r line; do
    [ -z "$line" ] || printf "export %s='%s'\n" "${line%%=*}" "${line#*=}"
  done
}
lent >"$target/root/lent-environment"

run_inside() {
  echo "try-bare: $*"
  chroot "$target" /usr/bin/env -i HOME=/root TERM=dumb CI=true PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /bin/sh -c ". /root/lent-environment; cd $home && exec \"\$@\"" sh "$@" </dev/null
}

start=$(date +%s)
if [ $# -gt 0 ]; then
  run_inside "$@"
else
  run_inside make setup
  echo "try-bare: setup took $(($(date +%s) - start)) s"
  run_inside make setup
  run_inside make test
fi
echo "try-bare: done after $(($(date +%s) - start)) s"
