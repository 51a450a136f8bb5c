"""A process that never answers: `python -m tests.support.stuck`."""

import threading

threading.Event().wait()
