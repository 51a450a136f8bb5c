"""PassKit by its REST gateway (providers.md section 3): event tickets, single-use coupons, members."""

from scanner_app.platforms.passkit.platform import PassKitPlatform

__all__ = ["PassKitPlatform"]
