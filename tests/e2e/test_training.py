"""The training sheet: printed, every code reads back, equals the demo's, and no kiosk's data is looked at."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2 as pdf
import pytest
from pytestqt.qtbot import QtBot

from hardware.decode import decode_image
from scanner_app import cli
from scanner_app.application.config import AccountConfig, Settings
from scanner_app.bootstrap import open_kiosk
from scanner_app.demo import SYMBOLOGIES, started_sandbox
from scanner_app.paths import prepare_data_dir
from scanner_app.training_sheet import sample_cards
from scanner_app.ui import texts
from scanner_app.ui.sheet import layout, write_sheet

PIXELS_PER_POINT = 300 / 72
"""The sheet looked at with 300 dots per inch: what a scanner of documents does."""


def page_pictures(path: Path) -> list[np.ndarray]:
    with closing(pdf.PdfDocument(path)) as document:
        pages = (page.render(scale=PIXELS_PER_POINT, grayscale=True).to_numpy() for page in document)
        return [np.ascontiguousarray(page.reshape(page.shape[:2])) for page in pages]


def cut_out(picture: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """Return one card, as somebody with scissors would; `box` in millimetres from the margins."""
    scale = PIXELS_PER_POINT * 72 / 25.4
    x, y, width, height = (round(v * scale) for v in box)
    margin = round(10 * scale)
    return np.ascontiguousarray(picture[margin + y : margin + y + height, margin + x : margin + x + width])


@pytest.fixture
def english_after():
    yield
    texts.set_language(texts.FALLBACK)


def test_every_card_of_the_printed_sheet_reads_back(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    assert cli.main(["training", "sheet", "--out", str(path)]) == 0
    pictures = page_pictures(path)
    pages = layout(sample_cards())
    assert len(pictures) == len(pages)
    for picture, placed in zip(pictures, pages, strict=True):
        for box, card in placed:
            reads = decode_image(cut_out(picture, box.getRect()))
            assert [(r.text, r.format) for r in reads] == [(card.text, card.symbology)], card.title


def test_the_codes_are_those_of_the_demo() -> None:
    with started_sandbox() as sandbox:
        line = sandbox.guest_line()
    cards = sample_cards()
    assert [(c.text, c.symbology) for c in cards[: len(line)]] == [
        (g["barcode"], SYMBOLOGIES[g["symbology"]]) for g in line
    ]
    assert {c.text for c in cards} == {g["barcode"] for g in line}


def test_every_verdict_of_the_line_comes_in_all_four_symbologies() -> None:
    found: dict[str, set[str]] = {}
    for card in sample_cards():
        found.setdefault(card.verdict, set()).add(card.symbology)
    assert len(found) == 8
    assert all(symbologies == set(SYMBOLOGIES.values()) for symbologies in found.values()), found


def test_the_verdicts_are_written_in_the_language_asked_for(english_after: None, qtbot: QtBot, tmp_path: Path) -> None:
    assert cli.main(["training", "sheet", "--out", str(tmp_path / "blatt.pdf"), "--language", "de"]) == 0
    assert texts.headline("ADMIT") == sample_cards()[0].verdict != "Admit"


def test_no_data_folder_is_made_or_read(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    assert cli.main(["training", "sheet", "--out", str(tmp_path / "sheet.pdf")]) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["sheet.pdf"]


def test_a_place_that_cannot_be_written_is_a_sentence(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["training", "sheet", "--out", str(tmp_path / "none" / "sheet.pdf")]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_an_older_sheet_is_replaced_whole(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(b"old")
    assert write_sheet(path, "Practice", sample_cards()[:1]) == 1
    assert path.read_bytes().startswith(b"%PDF")


def test_a_training_door_touches_no_real_account_and_stays_one(tmp_path: Path) -> None:
    with open_kiosk(prepare_data_dir(tmp_path / "demo"), writes=True, use_keyring=False) as kiosk:
        own = AccountConfig("own", "passcreator", "http://127.0.0.1:9")
        real = AccountConfig("real", "passcreator", "https://platform.example")
        for account in (own, real):
            kiosk.secrets.put(account.secret_name, "a-key")
        kiosk.settings.save(Settings("Demo door", accounts=(own,), training=True))
        assert kiosk.door.try_account(real, "a-key").trouble == "settings_training_only"
        assert kiosk.door.try_account(own, "a-key").trouble == "platform_unreachable"
        kiosk.door.save_settings(replace(kiosk.settings.load(), accounts=(own, real), training=False))
        assert kiosk.settings.load().training, "a set-up that is brought along makes no real door of it"
        assert set(kiosk.accounts.platforms) == {"own"}
        assert kiosk.accounts.troubles == {"real": "settings_training_only"}
