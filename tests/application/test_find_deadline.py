"""A verdict waits for the network once, however many texts and accounts there are to ask about."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.storage_kit import ACCOUNT, NOW, a_pass, load

from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.find import Finder
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import PlatformKind, PlatformTrouble, StorageKind, StorageTrouble
from scanner_app.domain.passes import IdentifierKind, Pass
from scanner_app.domain.place import Accepted, Place
from scanner_app.storage.store import Store


class Slow:
    """A platform that takes all the time it is given, and then some."""

    def __init__(self):
        self.deadlines = []

    def believed_up(self):
        return True

    def lookup(self, text, deadline):
        self.deadlines.append(deadline)
        threading.Event().wait(min(deadline, 0.3))
        if deadline < 0.3:
            raise PlatformTrouble(PlatformKind.UNREACHABLE, "too late")
        return []


@pytest.mark.parametrize("accounts", [1, 3])
def test_all_questions_share_one_deadline(tmp_path, accounts):
    names = [f"acc{n}" for n in range(accounts)]
    configs = tuple(AccountConfig(name, "passcreator", "https://x") for name in names)
    settings = Settings(accounts=configs, lookup_deadline=0.4)
    slow = Slow()
    place = Place("Main", tuple(Accepted(name) for name in names))
    with Store(tmp_path / "kiosk", dict.fromkeys(names, "t")) as store:
        finder = Finder(store, lambda: settings, lambda: dict.fromkeys(names, slow))
        credential = Credential("https://x.example/p/AB\x00CD", Symbology.QR)
        assert len(credential.candidates) == 3
        began = time.monotonic()
        matches = finder.find(credential, place, datetime.now(UTC))
        waited = time.monotonic() - began
    assert waited < 0.4 + 0.4  # half a deadline for a busy machine
    assert not matches.passes
    assert not matches.complete
    assert max(slow.deadlines) <= 0.4


class Knows:
    """A platform that knows one pass, and says so at once."""

    def __init__(self, known, text=""):
        self.known, self.text = known, text or known.barcode

    def believed_up(self):
        return True

    def lookup(self, text, _deadline):
        return [self.known] if text == self.text else []


def test_an_account_that_takes_its_time_takes_none_of_the_others(tmp_path):
    configs = tuple(AccountConfig(name, "passcreator", "https://x") for name in ("slow", "quick"))
    settings = Settings(accounts=configs, lookup_deadline=0.3)
    known = Pass("quick", "passcreator", "u", identifiers={IdentifierKind.BARCODE: "CODE"})
    oracles = {"slow": Slow(), "quick": Knows(known)}
    place = Place("Main", (Accepted("slow"), Accepted("quick")))
    with Store(tmp_path / "kiosk", {"slow": "t", "quick": "t"}) as store:
        finder = Finder(store, lambda: settings, lambda: oracles)
        matches = finder.find(Credential("CODE", Symbology.QR), place, datetime.now(UTC))
    assert matches.passes == (known,)
    assert not [thread for thread in threading.enumerate() if "look-up" in thread.name]


@pytest.mark.parametrize(
    ("text", "symbology", "accounts"),
    [
        ("A-1", Symbology.QR, ["a"]),  # both have a pass with this code: it begins as those of one do
        ("B-1", Symbology.QR, ["b"]),
        ("A-1", Symbology.TYPED, ["a", "b"]),  # typed: it may be anything that a pass is known by
        ("C-1", Symbology.QR, []),  # nobody's: those are known by how they begin
    ],
)
@pytest.mark.parametrize("loaded", [True, False])
def test_how_a_code_begins_tells_whose_it_is(tmp_path, text, symbology, accounts, loaded):
    configs = tuple(AccountConfig(n, "passcreator", "https://x", code_prefix=f"{n.upper()}-") for n in "ab")
    both = {n: Pass(n, "passcreator", f"u{n}", identifiers={IdentifierKind.BARCODE: text}) for n in "ab"}
    place = Place("Main", (Accepted("a"), Accepted("b")))
    with Store(tmp_path / "kiosk", {"a": "t", "b": "t"}) as store:
        for name, one in both.items():
            if loaded:
                store.cache(name, lambda tx, one=one: tx.upsert([one]))
        oracles = {} if loaded else {name: Knows(one) for name, one in both.items()}
        finder = Finder(store, lambda: Settings(accounts=configs), lambda: oracles)
        matches = finder.find(Credential(text, symbology), place, NOW)
    assert [each.account for each in matches.passes] == accounts
    assert len(matches.asked) == len(accounts)


@pytest.mark.parametrize("loaded", [True, False])
def test_a_pass_picked_from_a_list_is_that_one_whatever_else_its_number_names(tmp_path, loaded):
    """Its uid may be another's barcode, in its own account or in another: who was picked is never "several"."""
    configs = tuple(AccountConfig(n, "passcreator", "https://x") for n in "ab")
    one = Pass("a", "passcreator", "7", identifiers={IdentifierKind.UID: "7", IdentifierKind.BARCODE: "X"})
    same, other = (replace(one, account=n, uid=u, identifiers={IdentifierKind.BARCODE: "7"}) for n, u in ("a8", "b9"))
    place = Place("Main", (Accepted("a"), Accepted("b")))
    with Store(tmp_path / "kiosk", {"a": "t", "b": "t"}) as store:
        if loaded:
            store.cache("a", lambda tx: tx.upsert([one, same]))
        store.cache("b", lambda tx: tx.upsert([other]))
        oracles = {} if loaded else {"a": Knows(one, "7"), "b": Knows(other, "7")}
        finder = Finder(store, lambda: Settings(accounts=configs), lambda: oracles)
        found = finder.find(Credential("7", Symbology.SEARCHED, picked="a"), place, NOW)
    assert [each.key for each in found.passes] == [one.key]


def test_the_other_passes_of_a_person_are_those_of_the_pass_that_lives(tmp_path):
    """A pass made anew keeps the code of the old one, which is gone."""
    settings = Settings(accounts=(AccountConfig(ACCOUNT, "passcreator", "https://x"),))
    living, other = a_pass(1), a_pass(2, holder=a_pass(1).holder, fields=a_pass(1).fields)
    gone = a_pass(3, identifiers=living.identifiers, nullified=True)
    with Store(tmp_path / "kiosk", {ACCOUNT: "t"}) as store:
        load(store, [living, other, gone])
        finder = Finder(store, lambda: settings, dict)
        matches = finder.find(Credential(living.barcode, Symbology.QR), Place("Main", (Accepted(ACCOUNT),)), NOW)
    assert {one.uid for one in matches.passes} == {living.uid, gone.uid}
    assert other.uid in {kin.subject.uid for kin in matches.kin}


class FailsSecond(Store):
    """A disk that gives the pass, and then nothing more."""

    asked = 0

    def cache_reader(self):
        self.asked += 1
        if self.asked > 1:
            raise StorageTrouble(StorageKind.IO, "gone")
        return super().cache_reader()


def test_that_a_persons_other_passes_cannot_be_read_stops_no_door(tmp_path):
    settings = Settings(accounts=(AccountConfig(ACCOUNT, "passcreator", "https://x"),))
    with FailsSecond(tmp_path / "kiosk", {ACCOUNT: "t"}) as store:
        load(store, [a_pass(1)])
        finder = Finder(store, lambda: settings, dict)
        code, place = Credential(a_pass(1).barcode, Symbology.QR), Place("Main", (Accepted(ACCOUNT),))
        matches = finder.find(code, place, NOW)
    assert ([one.uid for one in matches.passes], matches.kin, store.asked) == ([a_pass(1).uid], (), 2)


class Down:
    """A platform that nobody reaches."""

    def believed_up(self):
        return False


@pytest.mark.parametrize("partial", [True, False], ids=["thin list", "place asks"])
def test_a_look_up_that_names_one_of_two_passes_does_not_choose_between_them(tmp_path, partial):
    """Platforms find one pass for a text; two carry it."""
    settings = Settings(accounts=(AccountConfig(ACCOUNT, "passcreator", "https://x"),))
    one = a_pass(1, partial=partial)
    other = a_pass(2, identifiers={**a_pass(2).identifiers, IdentifierKind.BARCODE: one.barcode}, partial=partial)
    place = Place("Main", (Accepted(ACCOUNT),), confirm=not partial)
    with Store(tmp_path / "kiosk", {ACCOUNT: "t"}) as store:
        load(store, [one, other])
        finder = Finder(store, lambda: settings, lambda: {ACCOUNT: Knows(a_pass(1))})
        matches = finder.find(Credential(one.barcode, Symbology.QR), place, NOW)
    assert {each.uid for each in matches.passes} == {one.uid, other.uid}


@pytest.mark.parametrize("knows", [True, False])
def test_an_account_that_cannot_be_asked_keeps_its_pass(tmp_path, knows):
    """Two accounts hold this code; one answers."""
    configs = tuple(AccountConfig(n, "passcreator", "https://x") for n in "ab")
    held = {n: Pass(n, "passcreator", f"u{n}", identifiers={IdentifierKind.BARCODE: "CODE"}) for n in "ab"}
    oracles = {"a": Knows(held["a"] if knows else a_pass(9)), "b": Down()}
    place = Place("Main", (Accepted("a"), Accepted("b")), confirm=True)
    with Store(tmp_path / "kiosk", {"a": "t", "b": "t"}) as store:
        for name, one in held.items():
            store.cache(name, lambda tx, one=one: tx.upsert([one]))
        finder = Finder(store, lambda: Settings(accounts=configs), lambda: oracles)
        matches = finder.find(Credential("CODE", Symbology.QR), place, NOW)
    assert {each.uid: each.nullified for each in matches.passes} == {"ua": not knows, "ub": False}
    assert not matches.confirmed
