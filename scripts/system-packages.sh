# System packages, by Debian's and Ubuntu's names; read by setup.sh. One requirement a line: a package, or several
# names of one package divided by "|" (Debian 13 and Ubuntu 24.04 renamed what holds 64-bit time: suffix t64).
# Each of these was proved necessary on a bare Debian by leaving it out; what they bring along is not listed.

# The window under X11 (libqxcb needs every one of these; Qt's message names xcb-cursor0 whichever is missing).
packages_window="
libegl1
libgl1
libglib2.0-0t64|libglib2.0-0
libfontconfig1
libdbus-1-3
libxkbcommon-x11-0
libxcb-cursor0
libxcb-icccm4
libxcb-keysyms1
libxcb-shape0
"

# Sound, and the camera list of Qt Multimedia.
packages_multimedia="
libpulse0
libxrandr2
"

# Barcodes through pyzbar; NFC readers over USB; one font, without which every word on the screen is a row of boxes.
packages_devices="
libzbar0
libusb-1.0-0
fonts-dejavu-core
"

# A real X server for the tests that need keyboard focus, and for a look at the window on a machine with no screen.
packages_test="
xvfb
xauth
"
