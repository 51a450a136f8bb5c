"""Several passes of one record or person, one text that names two passes: what a door says of each."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Platform
from scanner_app.platforms.passentry.office import Wishes
from scanner_app.platforms.passentry.platform import PassEntryPlatform
from scanner_app.platforms.registry import build
from scanner_app.sandbox.passkit import smartpass
from scanner_app.sandbox.server import Sandbox
from scanner_app.ui import texts
from tests.e2e.conftest import Scene
from tests.e2e.four_platforms import NAMES, PLACE, Quick, four_platforms, keys_of, set_up_all


@pytest.fixture
def venue() -> Iterator[Sandbox]:
    with four_platforms(8) as running:
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


Platforms = Mapping[str, Platform]


@pytest.fixture
def platforms(venue: Sandbox) -> Iterator[Platforms]:
    """The accounts as their owners reach them."""
    made = {
        i["platform"]: build(AccountConfig("made", i["platform"], i["base_url"]), "\n".join(keys_of(i)))
        for i in venue.infos
    }
    yield made
    for each in made.values():
        each.close()


@pytest.fixture
def templates(venue: Sandbox) -> Mapping[str, Sequence[str]]:
    info = {i["platform"]: i for i in venue.infos}
    found = {name: [t["id"] for t in info[name]["templates"]] for name in NAMES}
    return found | {"passkit": [info["passkit"]["smartpass"]["program"], info["passkit"]["productions"][0]["id"]]}


@pytest.fixture
def scene(venue: Sandbox, templates: Mapping[str, Sequence[str]], tmp_path: Path) -> Scene:
    made = Quicker(venue, tmp_path / "kiosk", PLACE)
    set_up_all(made, templates)
    return made


def clicked(venue: Sandbox) -> list[str]:
    """Follow two SmartPass links twice each: first without an own id, then with one."""
    percy = {"person.forename": "Percy", "person.surname": "PassKit", "person.emailAddress": "percy@example.org"}
    laura = {"person.forename": "Laura", "person.surname": "Loopy", "person.emailAddress": "laura@example.org"}
    twice = [click(venue, percy), click(venue, percy)]
    venue.accounts["passkit"].switches.auto_fill_external_id = True
    return [*twice, click(venue, laura), click(venue, laura)]


def test_two_passes_of_one_person_are_spotted_and_said(
    venue: Sandbox, platforms: Platforms, templates: Mapping[str, Sequence[str]], scene: Scene
) -> None:
    clicks = clicked(venue)
    entry, template = platforms["passentry"], templates["passentry"][0]
    assert isinstance(entry, PassEntryPlatform)
    named = Wishes(fields={"fullName": "Rei Ssue"})
    kay = Wishes(fields={"fullName": "Kay", "email": "kay@example.org"})
    old, left = entry.office.create(template, named, "CRM-1").uid, entry.office.create(template, kay).uid
    scene.run("sync")
    scene.lines("gate", "--place", PLACE, "--source", "-", "--json", "--offline", text=f"{old}\n")
    new = entry.office.reissue("CRM-1", template, named).uid  # seed 000: the extId is freed and moves on
    beside = entry.office.reissue(left, template, kay, keep_old=True).uid  # or the old pass stays good
    scene.run("sync")

    lines = shown(scene, [*clicks, old, new, left, beside])
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
    ]
    assert (lines[4]["detail"]["reissued_as"], "other_issued" in lines[4]["detail"]) == (new, True)


def test_passkit_makes_no_number_twice_and_asks_before_what_it_cannot_take_back(venue: Sandbox, scene: Scene) -> None:
    info = next(i for i in venue.infos if i["platform"] == "passkit")
    account, production = venue.accounts["passkit"], info["productions"][0]["id"]
    before = account.summary(account)["redeemed"]
    words = ["create", "--account", "passkit", production, "--set", "ticketNumber=T-1", "--json"]
    made = json.loads(scene.run("pass", *words).stdout)["uid"]
    again = scene.run("pass", *words, check=False)
    assert (again.returncode, texts.sentence("platform_taken") in again.stderr) == (3, True)
    asked = scene.run("pass", "void", "--account", "passkit", made, check=False)
    assert (asked.returncode, texts.sentence("settings_void_needs_yes") in asked.stderr) == (3, True)
    assert account.summary(account)["redeemed"] == before
    scene.run("pass", "void", "--account", "passkit", made, "--yes")
    assert account.summary(account)["redeemed"] == before + 1


def test_one_text_that_names_two_passes_admits_neither_by_chance(
    platforms: Platforms, templates: Mapping[str, Sequence[str]], scene: Scene
) -> None:
    for each in templates["airship"][:2]:
        platforms["airship"].counter.create(each, {"externalId": "PERSON-9", "Full Name": "Ann Other"})
    create = platforms["passcreator"].counter.create
    ann = create(templates["passcreator"][0], {"barcodeValue": "ANN", "Firstname": "Ann"}).uid
    bob = create(templates["passcreator"][0], {"barcodeValue": ann, "Firstname": "Bob"}).uid
    scene.run("sync")
    person, code = shown(scene, ["PERSON-9", ann])
    assert (person["reason"], code["reason"]) == ("AMBIGUOUS", "ADMIT")
    assert len(set(person["detail"]["choices"])) == 2
    assert code["pass"]["uid"] == bob  # the barcode counts, not the other pass's id
    typed = scene.lines("check", ann, "--place", PLACE, "--typed", "--json")[0]
    assert (typed["reason"], typed["detail"]["count"]) == ("AMBIGUOUS", 2)


def shown(scene: Scene, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Show these at the gate, one after the other; return what it says."""
    return scene.lines("gate", "--place", PLACE, "--source", "-", "--json", text="".join(f"{t}\n" for t in texts))
