#!/bin/sh
# Writes the lock files anew from pyproject.toml: every version, every hash, for Linux, Windows and macOS at once, and
# no address of any index. Which index is asked is the machine's own configuration (UV_*, PIP_*, proxy variables).
# Usage: scripts/lock.sh [--upgrade]   (run by `make lock`)
set -eu
cd "$(dirname "$0")/.."
venv=${VENV:-.venv}
. scripts/source-only.sh

compile() {
  out=$1
  shift
  for package in $(printf '%s' "$source_only" | tr ',' ' '); do
    set -- --no-binary "$package" "$@"
  done
  "$venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    --no-emit-index-url --no-emit-find-links --only-binary :all: --output-file "$out" "$@"
  {
    echo "# Written by \`make lock\` from pyproject.toml; installed by scripts/setup.sh with --require-hashes."
    cat "$out"
  } >"$out.new"
  mv "$out.new" "$out"
  echo "$out: $(grep -c '==' "$out") packages"
}

compile requirements/build.txt --group build "$@"
compile requirements/run.txt pyproject.toml --constraint requirements/build.txt "$@"
compile requirements/dev.txt pyproject.toml --group dev \
  --constraint requirements/build.txt --constraint requirements/run.txt "$@"
