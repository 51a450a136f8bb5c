#!/bin/sh
# The tests that need no window, in an environment of their own where PySide6 really is not installed.
# (`make test` proves the same by making PySide6 unimportable; this takes longer and believes nothing.)
set -eu
cd "$(dirname "$0")/.."
venv=${VENV:-.venv}-noqt
. scripts/source-only.sh
scripts/setup.sh test

without_qt=$(mktemp)
trap 'rm -f "$without_qt"' EXIT INT TERM
# Leaves out the four lock entries with their hashes and comments; pytest-qt goes with them.
awk '/^[A-Za-z0-9]/ { skip = ($0 ~ /^(pyside6|shiboken6|pytest-qt)/) } !skip' requirements/dev.txt >"$without_qt"

[ -x "$venv/bin/python" ] || "${VENV:-.venv}/bin/python" -m venv "$venv"
pip() { "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check "$@" </dev/null; }
pip --require-hashes --only-binary :all: -r requirements/build.txt
pip --require-hashes --only-binary :all: --no-binary "$source_only" --no-build-isolation -r "$without_qt"
pip --no-deps --no-build-isolation --editable .

if "$venv/bin/python" -c 'import PySide6' 2>/dev/null; then
  echo "check-noqt: PySide6 is in $venv; remove that folder and try again" >&2
  exit 1
fi
PASS_SCANNER_NO_QT=1 "$venv/bin/python" -m pytest tests </dev/null
