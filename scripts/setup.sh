#!/bin/sh
# Makes everything ready: system packages, a virtual environment, locked dependencies, the program itself.
#
#   scripts/setup.sh run     what the program needs
#   scripts/setup.sh test    that, and what the tests need
#
# PYTHON=python3.12   the interpreter to use (default: the newest of 3.11 to 3.13 that really runs)
# VENV=.venv          where the virtual environment goes
#
# Nothing is done twice: a stamp in the environment holds a checksum of all this depends on. Needs sh and the tools every
# Debian has; no Python, no git, no curl. Packages come from wherever this machine's apt and pip are told to look.
set -eu

cd "$(dirname "$0")/.."
root=$(pwd)
profile=${1:-run}
venv=${VENV:-.venv}
oldest=11
newest=13

case $profile in
  run) lock=requirements/run.txt ;;
  test) lock=requirements/dev.txt ;;
  *)
    echo "usage: scripts/setup.sh run|test" >&2
    exit 2
    ;;
esac

say() { printf '%s\n' "setup: $*"; }
stop() {
  printf '%s\n' "setup: $*" >&2
  exit 3
}

# --- has all this been done before? -------------------------------------------------------------------------------

# $1: profile. Changes whenever a lock, a script, the place, the interpreter asked for or the system changes.
fingerprint() {
  {
    printf '%s\n' "$1" "$root" "$venv" "${PYTHON:-}"
    cat requirements/build.txt requirements/run.txt requirements/dev.txt pyproject.toml \
      scripts/setup.sh scripts/system-packages.sh scripts/source-only.sh scripts/probe.py
    cat /etc/os-release 2>/dev/null || uname -a
  } | cksum
}

stamped() { [ -f "$venv/.ready-$1" ] && [ "$(cat "$venv/.ready-$1")" = "$(fingerprint "$1")" ]; }

if [ -x "$venv/bin/python" ] && stamped "$profile"; then
  exit 0
fi

# --- one at a time ------------------------------------------------------------------------------------------------

# Two at once would write one environment. Beside it, for one that is made anew is emptied first.
if command -v flock >/dev/null 2>&1; then
  mkdir -p "$(dirname "$venv")"
  exec 9>"$venv.lock"
  if ! flock -n 9; then
    say "another make is setting this folder up; going on when it is done"
    flock 9
  fi
  if [ -x "$venv/bin/python" ] && stamped "$profile"; then
    exit 0
  fi
fi

# --- system packages ----------------------------------------------------------------------------------------------

. scripts/system-packages.sh
. scripts/source-only.sh
wanted="$packages_window $packages_wayland $packages_multimedia $packages_devices $packages_fonts"
[ "$profile" = run ] || wanted="$wanted $packages_test"

has_apt() { command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1; }

# Debian 13 and Ubuntu 24.04 renamed the libraries that hold 64-bit time: libzbar0 became libzbar0t64.
is_installed() {
  for name in "${1}t64" "$1"; do
    case $(dpkg-query --show --showformat='${Status}' "$name" 2>/dev/null) in
      *" ok installed") return 0 ;;
    esac
  done
  return 1
}

# Prints the name under which apt has the package; the plain one where its lists are empty (apt then finds the other).
installable_name() {
  case $(apt-cache policy "${1}t64" 2>/dev/null | sed -n 's/^  Candidate: //p') in
    "" | "(none)") printf '%s\n' "$1" ;;
    *) printf '%s\n' "${1}t64" ;;
  esac
}

missing_of() {
  for package in "$@"; do
    is_installed "$package" || printf '%s ' "$package"
  done
}

names_of() {
  for package in "$@"; do
    printf '%s ' "$(installable_name "$package")"
  done
}

# $@: packages. Installs them where this account may; else says the one command that does, and stops.
apt_install() {
  if [ "$(id -u)" = 0 ]; then
    as_root="env"
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n env"
  else
    stop "these system packages are missing, and this account may not install them. Please run

    sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends $(names_of "$@" | sed 's/ $//')'

and then the same make command again."
  fi
  say "installing system packages: $*"
  $as_root DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null >"$log" 2>&1 ||
    { tail -n 5 "$log" >&2 && say "apt-get update failed; trying with the lists that are there"; }
  # shellcheck disable=SC2046  # one word per package is meant
  $as_root DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends $(names_of "$@") \
    </dev/null >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    say "apt-get could not install: $*. The lines above say why; going on to see whether it works without."
  }
}

# --- Python -------------------------------------------------------------------------------------------------------

# $1: an interpreter, $2: modules it must have. A version manager's shim may exist and still not run.
runs() {
  "$1" -c "import sys, $2; sys.exit(not (3, $oldest) <= sys.version_info[:2] <= (3, $newest))" </dev/null >/dev/null 2>&1
}

# $1: modules. Prints the newest interpreter that runs and has them.
find_python() {
  if [ -n "${PYTHON:-}" ]; then
    runs "$PYTHON" "$1" && command -v "$PYTHON"
    return
  fi
  minor=$newest
  while [ "$minor" -ge "$oldest" ]; do
    for candidate in "python3.$minor" "/usr/bin/python3.$minor" "/usr/local/bin/python3.$minor"; do
      if runs "$candidate" "$1"; then
        command -v "$candidate"
        return 0
      fi
    done
    minor=$((minor - 1))
  done
  return 1
}

complete="ssl, sqlite3, ctypes, zlib, venv, ensurepip"
without_venv="ssl, sqlite3, ctypes, zlib"

# Prints the packages that would give this machine a usable Python; nothing when it has one.
python_packages() {
  find_python "$complete" >/dev/null && return 0
  if bare=$(find_python "$without_venv"); then
    printf 'python3.%s-venv' "$("$bare" -c 'import sys; print(sys.version_info[1])')"
  elif [ -z "${PYTHON:-}" ]; then
    printf 'python3 python3-venv'
  fi
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT INT TERM

if has_apt; then
  # shellcheck disable=SC2046,SC2086  # one word per package is meant
  missing="$(python_packages) $(missing_of $wanted)"
  # shellcheck disable=SC2086
  [ -z "$(printf '%s' "$missing" | tr -d ' ')" ] || apt_install $missing
else
  say "no apt here: the system libraries of Qt, zbar and libusb are taken to be installed"
fi

python=$(find_python "$complete") || stop "\
no usable Python was found${PYTHON:+ at $PYTHON}. Python 3.$oldest to 3.$newest is needed, with venv, ssl and sqlite3;
PYTHON=/path/to/python3.$newest names one that is not found by itself."

# --- virtual environment ------------------------------------------------------------------------------------------

version_of() { "$1" -c 'import sys; print(sys.version_info[:2])' </dev/null 2>/dev/null || echo none; }

# An environment that works stays, unless another interpreter was asked for by name.
usable_environment() {
  runs "$venv/bin/python" "pip, ssl, sqlite3" || return 1
  [ -z "${PYTHON:-}" ] || [ "$(version_of "$venv/bin/python")" = "$(version_of "$python")" ]
}

if ! usable_environment; then
  say "making $venv with $python ($("$python" --version))"
  "$python" -m venv --clear "$venv"
fi
rm -f "$venv/.ready-$profile"

# A hash for every file, nothing built but the few packages without a wheel and the program itself, and those with the
# locked tools installed first: pip fetches nothing that the lock does not name.
install() {
  "$venv/bin/python" -m pip install --no-input --disable-pip-version-check $quiet "$@" </dev/null || stop \
    "the packages could not be installed; the lines above say why. If the package index could not be reached, check
this machine's network, proxy and pip configuration, and run the same make command again."
}

quiet="--quiet"
[ -t 1 ] && quiet=""
say "installing the locked packages of $lock (a few hundred MB the first time)"
install --require-hashes --only-binary :all: -r requirements/build.txt
install --require-hashes --only-binary :all: --no-binary "$source_only" --no-build-isolation -r "$lock"
install --no-deps --no-build-isolation --editable .

# Not what the package manager says is there, but what loads.
QT_LOGGING_RULES="*=false" "$venv/bin/python" scripts/probe.py "$profile" </dev/null >"$log" || {
  cat "$log" >&2
  # shellcheck disable=SC2086
  stop "the libraries above do not load. On Debian and Ubuntu this installs what is needed:

    sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends $(names_of $wanted | sed 's/ $//')'"
}

fingerprint "$profile" >"$venv/.ready-$profile"
say "ready: $venv ($("$venv/bin/python" --version))"
