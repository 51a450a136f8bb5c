# System packages, by Debian's and Ubuntu's names without the suffix t64 (setup.sh finds that out); read by setup.sh.
# Each was proved necessary on a bare Debian 12 or 13, by leaving it out or by `ldd`; what they bring along is not listed.

# The window under X11 (libqxcb needs every one of these; Qt's message names xcb-cursor0 whichever is missing).
packages_window="
libegl1
libgl1
libglib2.0-0
libfontconfig1
libdbus-1-3
libxkbcommon-x11-0
libxcb-cursor0
libxcb-icccm4
libxcb-keysyms1
libxcb-shape0
"

# The window under Wayland (kiosks that run a bare compositor; a desktop has them).
packages_wayland="
libwayland-cursor0
libwayland-egl1
"

# Sound and the camera list of Qt Multimedia, which brings in Qt Network (Debian 13 has no Kerberos library by itself).
packages_multimedia="
libpulse0
libxrandr2
libgssapi-krb5-2
"

# Barcodes through pyzbar; NFC readers over USB.
packages_devices="
libzbar0
libusb-1.0-0
"

# The program brings fonts for its own words. Guests have names in every script: Thai, Devanagari, Hebrew and many more
# from Noto; Chinese, Japanese and Korean from Micro Hei, a thirtieth of the size of the Noto fonts for those.
packages_fonts="
fonts-dejavu-core
fonts-noto-core
fonts-wqy-microhei
"

# Counts the fsyncs of a redemption in the tests.
packages_test="
strace
"
