"""The ports: what the application needs of storage, platforms and time. Adapters live in their own rooms."""

from scanner_app.application.ports.cache import CacheReader, CacheState, CacheTx, WalkState
from scanner_app.application.ports.clerk import Clerk, Priority
from scanner_app.application.ports.clock import Clock, ClockOffset
from scanner_app.application.ports.connection import Connection
from scanner_app.application.ports.counter import Counter, Issued
from scanner_app.application.ports.feed import Feed, Feeding, News
from scanner_app.application.ports.ledger import FactRow, LedgerReader, LedgerTx, OutboxItem
from scanner_app.application.ports.platform import (
    Answer,
    Can,
    Capabilities,
    Delivery,
    Door,
    Page,
    Platform,
    Rest,
    Template,
    other_was,
    used_elsewhere,
)
from scanner_app.application.ports.walk_up import DayCount, Figures, FormField

__all__ = [
    "Answer",
    "CacheReader",
    "CacheState",
    "CacheTx",
    "Can",
    "Capabilities",
    "Clerk",
    "Clock",
    "ClockOffset",
    "Connection",
    "Counter",
    "DayCount",
    "Delivery",
    "Door",
    "FactRow",
    "Feed",
    "Feeding",
    "Figures",
    "FormField",
    "Issued",
    "LedgerReader",
    "LedgerTx",
    "News",
    "OutboxItem",
    "Page",
    "Platform",
    "Priority",
    "Rest",
    "Template",
    "WalkState",
    "other_was",
    "used_elsewhere",
]
