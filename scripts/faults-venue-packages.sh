#!/bin/sh
# What only `make faults-venue` needs: network namespaces, file systems in images, a browser. Some 100 MB, so not a part of
# the usual set-up; without them the trials that need them are skipped, each with its reason.
set -eu
missing=""
command -v ip >/dev/null 2>&1 || missing="$missing iproute2"
command -v mkfs.ext4 >/dev/null 2>&1 || missing="$missing e2fsprogs"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "installing$missing"
    # shellcheck disable=SC2086 # a list of words
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        echo "not installed:$missing; the trials that need them are skipped"
else
    echo "not here:$missing; the trials that need them are skipped"
fi
