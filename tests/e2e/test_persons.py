"""Several passes of one record or person, one text that names two passes: what a door says of each."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from scanner_app.application.config import AccountConfig
from scanner_app.platforms.passentry.office import Wishes
from scanner_app.platforms.passentry.platform import PassEntryPlatform
from scanner_app.platforms.registry import build
from scanner_app.sandbox.passkit import smartpass
from scanner_app.sandbox.server import Sandbox
from tests.e2e.test_four_accounts import NAMES, PLACE, Quick, keys_of


@pytest.fixture
def venue() -> Iterator[Sandbox]:
    with Sandbox(passes=8, seed=7, platforms=NAMES) as running:
        running.accounts["passentry"].switches.no_rate_limit = True
        yield running


class Quicker(Quick):
    """Only gates are processes of their own."""

    own_process = frozenset({"gate"})


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A click shows a pass; which one is in the address."""

    def redirect_request(self, *_words: Any, **_more: Any) -> None:
        return None


def click(venue: Sandbox, fields: dict[str, str]) -> str:
    """Follow a SmartPass link; return the id of the pass that is shown."""
    project = next(i for i in venue.infos if i["platform"] == "passkit")["smartpass"]
    data, iv = smartpass.encrypt(project["key"], fields, bytes(range(16)))
    with pytest.raises(urllib.error.HTTPError) as shown:
        urllib.request.build_opener(NoRedirect).open(f"{project['url']}?{urlencode({'data': data, 'iv': iv})}")
    shown.value.close()
    return str(shown.value.headers["Location"]).rpartition("/")[2]


def test_two_passes_of_one_person_are_spotted_and_said(venue: Sandbox, tmp_path: Path) -> None:
    info = {i["platform"]: i for i in venue.infos}
    templates = {name: [t["id"] for t in info[name]["templates"]] for name in NAMES}
    templates["passkit"] = [info["passkit"]["smartpass"]["program"]]
    scene, platforms = Quicker(venue, tmp_path / "kiosk", PLACE), {}
    for name, one in info.items():
        key_file = tmp_path / f"{name}.key"
        key_file.write_text("\n".join(keys_of(one)))
        words = ["--platform", name, "--url", one["base_url"], "--key-file", str(key_file), "--place", PLACE]
        words += ["--option", "per_second=500"] if name == "airship" else []
        scene.run("setup", *words, "--template", *templates[name])
        platforms[name] = build(AccountConfig("made", name, one["base_url"]), "\n".join(keys_of(one)))

    percy = {"person.forename": "Percy", "person.surname": "PassKit", "person.emailAddress": "percy@example.org"}
    first, second = click(venue, percy), click(venue, percy)
    venue.accounts["passkit"].switches.auto_fill_external_id = True
    laura = {"person.forename": "Laura", "person.surname": "Loopy", "person.emailAddress": "laura@example.org"}
    only, again = click(venue, laura), click(venue, laura)

    entry, template = platforms["passentry"], templates["passentry"][0]
    assert isinstance(entry, PassEntryPlatform)
    named = Wishes(fields={"fullName": "Rei Ssue"})
    old = entry.office.create(template, named, "CRM-1").uid
    left = entry.office.create(template, Wishes(fields={"fullName": "Kay", "email": "kay@example.org"})).uid
    for each in templates["airship"][:2]:
        platforms["airship"].counter.create(each, {"externalId": "PERSON-9", "Full Name": "Ann Other"})
    create = platforms["passcreator"].counter.create
    ann = create(templates["passcreator"][0], {"barcodeValue": "ANN", "Firstname": "Ann"}).uid
    bob = create(templates["passcreator"][0], {"barcodeValue": ann, "Firstname": "Bob"}).uid
    scene.run("sync")
    scene.lines("gate", "--place", PLACE, "--source", "-", "--json", "--offline", text=f"{old}\n")
    new = entry.office.reissue("CRM-1", template, named).uid  # seed 000: the extId is freed and moves on
    fields = Wishes(fields={"fullName": "Kay", "email": "kay@example.org"})
    beside = entry.office.reissue(left, template, fields, keep_old=True).uid  # or the old pass stays good
    for each in platforms.values():
        each.close()
    scene.run("sync")

    shown = [first, second, only, again, old, new, left, beside, "PERSON-9", ann]
    lines = scene.lines("gate", "--place", PLACE, "--source", "-", "--json", text="".join(f"{t}\n" for t in shown))
    said = [(line["reason"], line["detail"].get("others"), "other_admitted_at" in line["detail"]) for line in lines]
    assert said == [
        ("ADMIT", 1, False),
        ("ADMIT", 1, True),  # the second click made another pass of the same person
        ("ADMIT", None, False),
        ("ALREADY_USED", None, False),  # it showed the first pass again
        ("NULLIFIED", 1, False),
        ("ADMIT", 1, True),  # somebody came in with the pass that it replaces
        ("ADMIT", 1, False),
        ("ADMIT", 1, True),
        ("AMBIGUOUS", None, False),
        ("ADMIT", None, False),
    ]
    assert "other_issued" in lines[4]["detail"]
    assert len(set(lines[8]["detail"]["choices"])) == 2
    assert lines[9]["pass"]["uid"] == bob  # the barcode counts, not the other pass's id
    typed = scene.lines("check", ann, "--place", PLACE, "--typed", "--json")[0]
    assert (typed["reason"], typed["detail"]["count"]) == ("AMBIGUOUS", 2)
