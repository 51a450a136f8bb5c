"""A platform whose lists leave out places and uses, as the list example of its contract does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanner_app.sandbox.account import Switches
from scanner_app.sandbox.server import Sandbox
from tests.e2e.conftest import SEED, Scene


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with thin lists."""
    with Sandbox(passes=50, seed=SEED, switches=Switches(list_omits_usage=True)) as running:
        yield running


def test_what_a_list_leaves_out_is_asked_for_before_anybody_is_admitted(scene: Scene) -> None:
    line = scene.sandbox.guest_line()
    codes = "".join(g["barcode"] + "\n" for g in line)
    verdicts = scene.lines("gate", "--place", scene.place, "--source", "-", "--json", text=codes)
    assert [v["reason"] for v in verdicts] == [g["expected"] for g in line]
