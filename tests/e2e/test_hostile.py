"""Foreign text on every way in: no request outside the pass route, a plain refusal, nothing admitted."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.conftest import Scene

CORPUS = [
    "<img src=/etc/passwd>",
    "<font color=green size=7>ADMIT</font>",
    "\u202eTIMDA",
    "a\x00b",
    "../user",
    "..",
    ".",
    "x?appConfigurationId=1",
    "list/abc",
    "search/tpl/x",
    "a/../../../../etc/passwd",
    "%2e%2e%2f",
    "' OR 1=1 --",
    '"; DROP TABLE facts; --',
    "x" * 3000,
    "y" * 5000,
    "#frag",
    "https://app.passcreator.com/en/p/..",
    "=cmd|' /C calc'!A0",
    "Zoë 日本 🎫",
    "\\000026",
    "",
]
ALLOWED = re.compile(r"/api/(pass/[^/?#]+|pass/list/[^/?#]+|appconfiguration|appscan(/list/[^/?#]+)?)$")


def test_hostile_lines_are_refused_and_reach_only_the_pass_route(scene: Scene) -> None:
    text = "".join(line.replace("\n", "") + "\n" for line in CORPUS)
    verdicts = scene.lines("gate", "--place", scene.place, "--source", "-", "--json", text=text)
    assert len(verdicts) == len(CORPUS)
    assert {v["outcome"] for v in verdicts} == {"refuse"}
    assert {v["reason"] for v in verdicts} == {"UNKNOWN", "UNREADABLE"}
    paths = [r["path"] for r in scene.get("/sandbox/requests")]
    assert [p for p in paths if not ALLOWED.fullmatch(p)] == []
    dotted = [p for p in paths if p.startswith("/api/pass/") and p.rsplit("/", 1)[1] in (".", "..")]
    assert dotted == []


def test_bytes_that_are_no_text_are_read_as_latin_1(scene: Scene, tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.write_bytes(b"Zo\xeb-42\n\xff\xfe\x00\n")
    with lines.open("rb") as source:
        verdicts = scene.feed(source, "gate", "--place", scene.place, "--source", "-", "--json")
    assert [(v["raw"], v["reason"]) for v in verdicts] == [("Zoë-42", "UNKNOWN"), ("ÿþ\x00", "UNKNOWN")]


def test_a_spreadsheet_meets_no_formula(scene: Scene) -> None:
    scene.run("gate", "--offline", "--place", scene.place, "--source", "-", text="=1+1\n+1\n@x\n-2\n\uff1d3\n")
    rows = scene.run("export", "scans", "--format", "csv").stdout.splitlines()
    assert [row.split(",")[5] for row in rows[1:]] == ["'=1+1", "'+1", "'@x", "'-2", "'\uff1d3"]


def test_hostile_names_come_back_as_plain_text(scene: Scene) -> None:
    guest = next(g for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")
    evil = "<b>Bobby</b>\x1b[31m\u202e"
    uid = scene.passes(guest["barcode"])["identifier"]
    scene.post(f"/api/pass/{uid}?zapierStyle=true", {"Firstname": evil, "firstname": evil})
    scene.run("sync", "--full")
    shown = scene.run("gate", "--place", scene.place, "--source", "-", text=guest["barcode"] + "\n").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert shown.startswith("ADMIT")
