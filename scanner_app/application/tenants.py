"""Fingerprints of a platform's address and key, as items of the outbox carry them: `<address>.<address and key>`."""

from __future__ import annotations

UNKNOWN = "-"
"""Stands where the key was not known."""


def is_keyless(tenant: str) -> bool:
    """Whether a fingerprint tells the address, and that its key was not known."""
    site, _, both = tenant.partition(".")
    return bool(site) and both == UNKNOWN


def same_site(old: str, new: str) -> bool:
    """Whether both surely are of one address: a fingerprint of the older form does not tell its own."""
    site, known, _ = old.partition(".")
    return bool(known) and site == new.partition(".")[0]


def may_be_renewed(old: str, new: str) -> bool:
    """Whether both may be of one account: the same address under another key.

    Also where that cannot be told: the key was not known, or the item is older than this form of fingerprints.
    """
    return "." not in old or same_site(old, new)
