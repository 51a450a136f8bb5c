"""Passcreator V1 (seed 001): the calls, the data format, and the account behind the port."""

from scanner_app.platforms.passcreator.platform import PasscreatorPlatform

__all__ = ["PasscreatorPlatform"]
