from collections.abc import Iterator
from pathlib import Path

import pytest
from support.venue_kit import Venue, venue

KIOSKS = [f"kiosk-{n:02d}" for n in range(1, 9)]


@pytest.fixture(scope="module")
def one_hub(tmp_path_factory) -> Iterator[Venue]:
    with venue(tmp_path_factory.mktemp("r1"), 1, KIOSKS) as made:
        yield made


@pytest.fixture
def own_hub(tmp_path: Path) -> Iterator[Venue]:
    """A hub that a test may kill."""
    with venue(tmp_path / "hubs", 1, KIOSKS) as made:
        yield made


@pytest.fixture(scope="module")
def three_hubs(tmp_path_factory) -> Iterator[Venue]:
    with venue(tmp_path_factory.mktemp("r3"), 3, KIOSKS) as made:
        yield made
