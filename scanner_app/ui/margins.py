"""Margins that differ at the two ends of a line."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QWidget

from scanner_app.ui import texts


def margins(what: QLayout | QWidget, leading: int, top: int, trailing: int, bottom: int) -> None:
    """Set them by where the language begins: Qt turns round what lies in a layout, but not its margins."""
    left, right = (trailing, leading) if texts.is_rtl() else (leading, trailing)
    what.setContentsMargins(left, top, right, bottom)
