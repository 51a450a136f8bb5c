"""CRC_A of ISO/IEC 14443-3 annex B, and Apple's wake-up frame that needs it."""

from __future__ import annotations

from enum import IntEnum


class EcpMode(IntEnum):
    """Terminal capability of an Enhanced Contactless Polling frame, format 1."""

    VAS_OR_PAYMENT = 0
    VAS_AND_PAYMENT = 1
    VAS_ONLY = 2
    PAYMENT_ONLY = 3


def crc_a(data: bytes) -> bytes:
    """Two bytes, low byte first as sent (initial 0x6363, polynomial 0x8408 reflected)."""
    crc = 0x6363
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc.to_bytes(2, "little")


def ecp_frame(mode: EcpMode = EcpMode.VAS_ONLY) -> bytes:
    """The frame that wakes an iPhone's wallet, CRC_A included: 106 kbit/s type A, unanswered."""
    body = bytes([0x6A, 0x01, 0x00, 0x00, mode])
    return body + crc_a(body)
