#!/bin/sh
# The whole check; run by `make test` after the set-up. A stage that fails does not hide the next one; the last line says
# which failed. Every test runs once: what needs no window runs with PySide6 made unimportable, the window's own tests
# run offscreen. JOBS files of tests run side by side (default 2: much of a run is waiting for deadlines and servers).
#
#   scripts/test.sh          everything
#   scripts/test.sh lint     ruff, mypy and the import contracts alone
set -eu
cd "$(dirname "$0")/.."
venv=${VENV:-.venv}
bin=$venv/bin
jobs=${JOBS:-2}

# Bare containers have no locale; Qt and Python are to agree on UTF-8 all the same.
export LC_ALL=C.UTF-8 PYTHONUTF8=1 QT_QPA_PLATFORM=offscreen
# The tests start the program some hundred times: compiled once, and beside the environment, never in the tree.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="$(cd "$venv" && pwd)/pycache"

failed=""
stage() { # $1: its name, rest: the command
  name=$1
  shift
  printf '\n=== %s\n' "$name"
  "$@" </dev/null || failed="${failed:+$failed, }$name"
}

stage "ruff check" "$bin/ruff" check .
stage "ruff format" "$bin/ruff" format --check .
stage "mypy --strict" "$bin/mypy"
stage "mypy, hardware on Windows" "$bin/mypy" --platform win32 --cache-dir .mypy_cache/win32 -p hardware
stage "import contracts" "$bin/lint-imports" --no-logo
if [ "${1:-all}" != lint ]; then
  stage "tests without Qt" env PASS_SCANNER_NO_QT=1 "$bin/python" -m pytest -p no:pytest-qt -n "$jobs" --dist loadfile --durations=10 tests
  stage "tests of the window" "$bin/python" -m pytest -n "$jobs" --dist loadfile --durations=10 tests/ui tests/e2e
fi

if [ -n "$failed" ]; then
  printf '\nFAILED: %s\n' "$failed"
  exit 1
fi
printf '\nAll checks passed.\n'
