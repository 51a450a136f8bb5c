"""What is known of the platform's clock, as whoever asks `status` later sees it."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Scene


def test_the_clock_is_known_after_any_answer_and_told_with_its_age(scene: Scene) -> None:
    status = scene.lines("status", "--json")[0]
    assert status["clock_offset"] == pytest.approx(0.0, abs=2.0)
    assert 0.0 <= status["clock_offset_age"] < 60.0
    scene.sandbox.clock.offset = 90
    scene.run("sync")
    assert scene.lines("status", "--json")[0]["clock_offset"] == pytest.approx(90.0, abs=2.0)
