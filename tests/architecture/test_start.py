"""What the program loads at its start is what it is used for: each verb of the command line waits for it."""

import subprocess
import sys


def test_a_kiosk_of_its_own_starts_without_the_client_of_a_venue():
    code = "import sys, scanner_app.bootstrap; print(*sorted({'nats', 'aiohttp', 'PySide6', 'cv2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []
