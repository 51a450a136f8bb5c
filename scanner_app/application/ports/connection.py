"""What is believed of the network to a platform."""

from __future__ import annotations

from enum import StrEnum


class Connection(StrEnum):
    """What is believed of the network to a platform."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"
    UNAUTHORISED = "unauthorised"
