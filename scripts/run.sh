#!/bin/sh
# Opens the demo: the kiosk window, a local sandbox platform, and a recorded guest line where no camera is found.
# Run by `make run` after the set-up; arguments go to `scanner-app demo`.
set -eu
cd "$(dirname "$0")/.."
venv=${VENV:-.venv}

if [ "$(uname -s)" = Linux ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]; then
  cat <<EOF
Pass Scanner is set up, but there is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set, so no window can open.

  On a machine with a desktop     run "make run" in a terminal of that desktop
  Over ssh                        ssh -X to this machine, then "make run"
  On a virtual screen             apt-get install -y xvfb xauth && xvfb-run -a make run
  With no screen at all           QT_QPA_PLATFORM=offscreen make run
EOF
  exit 0
fi

exec "$venv/bin/scanner-app" demo "$@"
