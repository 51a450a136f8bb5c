"""Airship Wallet v1 (seed 004, providers.md section 4)."""

from scanner_app.platforms.airship.platform import AirshipPlatform

__all__ = ["AirshipPlatform"]
