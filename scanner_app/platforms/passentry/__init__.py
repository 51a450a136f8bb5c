"""PassEntry v1 (seeds 000 and 002, providers.md section 2)."""

from scanner_app.platforms.passentry.platform import PassEntryPlatform

__all__ = ["PassEntryPlatform"]
