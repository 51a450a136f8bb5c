#!/bin/sh
# The whole check, in the order in which it fails fastest; run by `make test` after the set-up.
# Every test runs once: what needs no window runs with PySide6 made unimportable, the window's own tests run offscreen.
set -eu
cd "$(dirname "$0")/.."
venv=${VENV:-.venv}
bin=$venv/bin

# Bare containers have no locale; Qt and Python are to agree on UTF-8 all the same.
export LC_ALL=C.UTF-8 PYTHONUTF8=1 PYTHONDONTWRITEBYTECODE=1 QT_QPA_PLATFORM=offscreen

stage() { printf '\n=== %s\n' "$*"; }

stage "ruff"
"$bin/ruff" check .
"$bin/ruff" format --check .
stage "mypy --strict"
"$bin/mypy"
stage "import contracts"
"$bin/lint-imports" --no-logo
[ "${1:-all}" = lint ] && exit 0

failed=""
stage "tests without Qt: everything but the window"
PASS_SCANNER_NO_QT=1 "$bin/python" -m pytest -p no:pytest-qt tests </dev/null || failed="$failed without-Qt"
stage "tests of the window, offscreen"
"$bin/python" -m pytest tests/ui tests/e2e </dev/null || failed="$failed window"

if [ -n "$failed" ]; then
  printf '\nFAILED:%s\n' "$failed"
  exit 1
fi
printf '\nAll checks passed.\n'
