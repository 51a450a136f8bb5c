"""The help desk's own work against a real sandbox: walk-up passes, SmartPass links, statistics with their age."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.front_desk import OWN_NUMBER
from scanner_app.application.ports import Template
from scanner_app.bootstrap import Kiosk, open_kiosk
from scanner_app.commands.pass_records import pass_dict
from scanner_app.demo import demo_settings
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.scan import FactKind
from scanner_app.paths import prepare_data_dir
from scanner_app.platforms import smartpass
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.server import Sandbox
from tests.e2e.conftest import SEED

KEY = "00112233445566778899aabbccddeeff"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(passes=60, seed=SEED) as running:
        yield running


@pytest.fixture
def kiosk(sandbox: Sandbox, tmp_path: Path) -> Iterator[Kiosk]:
    with open_kiosk(prepare_data_dir(tmp_path / "kiosk"), writes=True, use_keyring=False) as opened:
        settings = demo_settings(sandbox.info, [])
        opened.secrets.put(settings.accounts[0].secret_name, sandbox.info["api_key"])
        opened.settings.save(settings)
        yield opened


def account(kiosk: Kiosk) -> AccountConfig:
    return kiosk.settings.load().accounts[0]


def test_a_walk_up_pass_opens_the_door_at_once(kiosk: Kiosk, sandbox: Sandbox) -> None:
    config = account(kiosk)
    front = kiosk.door.front
    form = front.form(config.id, config.templates[0].id)
    assert (form.trouble, [f.label for f in form.fields][:1]) == ("", [form.fields[0].label])
    values = {form.fields[0].key: " Wanda ", form.fields[1].key: ""}
    report = front.issue(config.id, config.templates[0].id, values, "supervisor")
    assert report.issued is not None
    assert report.issued.page.startswith("http")
    assert sandbox.store.number("SELECT count(*) FROM pc_pass WHERE identifier=?", [report.issued.uid]) == 1
    with kiosk.store.cache_reader() as caches:
        held = list(caches.search(report.issued.uid, [config.id]))
    assert [pass_dict(p)["uid"] for p in held] == [report.issued.uid]
    decided = kiosk.door.judge_now(Credential(report.issued.barcode, Symbology.QR))
    assert decided.scan.verdict.admits
    with kiosk.store.ledger_reader() as ledger:
        noted = ledger.facts(frozenset({FactKind.OFFICE}))
    assert [(f.body["task"], f.body["operator"]) for f in noted] == [("issue", "supervisor")]


def test_a_pass_whose_answer_was_lost_is_found_and_not_made_twice(kiosk: Kiosk, sandbox: Sandbox) -> None:
    config = account(kiosk)
    faults = sandbox.accounts["passcreator"].misbehaviours.faults
    faults.append(Misbehaviour("POST /api/pass", "drop_after", times=1))
    report = kiosk.door.front.issue(config.id, config.templates[0].id, {}, "supervisor")
    assert report.issued is not None
    made = sandbox.store.number("SELECT count(*) FROM pc_pass WHERE identifier=?", [report.issued.uid])
    assert made == 1


def test_without_a_network_it_says_why_and_statistics_keep_their_age(kiosk: Kiosk, sandbox: Sandbox) -> None:
    front, config = kiosk.door.front, account(kiosk)
    fresh = front.figures()
    assert {c.trouble for c in fresh} == {""}
    assert fresh[0].at is not None
    sandbox.stop()
    assert front.form(config.id, config.templates[0].id).trouble == "platform_unreachable"
    report = front.issue(config.id, config.templates[0].id, {}, "supervisor")
    assert (report.trouble, report.issued) == ("platform_unreachable", None)
    stale = front.figures()
    assert stale[0].trouble == "platform_unreachable"
    assert (stale[0].figures, stale[0].at) == (fresh[0].figures, fresh[0].at)


def test_a_link_needs_its_project_and_no_network(kiosk: Kiosk) -> None:
    front = kiosk.door.front
    settings: Settings = kiosk.settings.load()
    one = AccountConfig("kit", "passkit", "https://api.pub1.passkit.io", (Template("p", "Party"),))
    kiosk.secrets.put(one.secret_name, "a:b")
    kiosk.settings.save(replace(settings, accounts=(*settings.accounts, one)))
    assert front.link("kit", {"person.surname": "X"}).trouble == "settings_link_project_missing"
    assert front.keep_link_project("kit", "https://no", KEY).trouble == "link_url"
    assert front.keep_link_project("kit", "http://no/c/x", KEY).trouble == "settings_url_insecure"
    assert front.keep_link_project("kit", "https://pub1.pskt.io/c/party", "no key").trouble == "link_key"
    kept = front.keep_link_project("kit", "https://pub1.pskt.io/c/party/", KEY)
    with_url = replace(one, options={"link_url": kept.link})
    kiosk.settings.save(replace(settings, accounts=(*settings.accounts, with_url)))
    made = front.link("kit", {"person.surname": "Łuk", "person.forename": " "})
    assert smartpass.read(made.link, bytes.fromhex(KEY)) == {"person.surname": "Łuk"}
    assert KEY not in (kiosk.data_dir / "settings.json").read_text()


def test_an_account_just_added_has_a_status_before_it_is_kept_in_step(kiosk: Kiosk) -> None:
    settings: Settings = kiosk.settings.load()
    one = AccountConfig("kit", "passkit", "http://127.0.0.1:9")
    kiosk.settings.save(replace(settings, accounts=(*settings.accounts, one)))
    kiosk.secrets.put(one.secret_name, "a:b")
    old = kiosk.accounts.reopen()  # the first half of a change of accounts: a screen may look just then
    assert [(a.account, a.trouble) for a in kiosk.door.status().accounts][1:] == [("kit", "")]
    old.close()


@pytest.mark.parametrize(("page", "makes"), [("url", "member"), ("coupon_url", "coupon")])
def test_a_link_with_an_own_number_shows_the_first_pass_again(kiosk: Kiosk, page: str, makes: str) -> None:
    with Sandbox(passes=4, seed=SEED, platforms=("passkit",)) as passkit:
        project = passkit.info["smartpass"]
        kit = AccountConfig("kit", "passkit", passkit.info["base_url"], options={"link_makes": makes})
        kiosk.secrets.put(kit.secret_name, f"{passkit.info['api_key']}:{passkit.info['api_secret']}")
        front, settings = kiosk.door.front, kiosk.settings.load()
        kept = front.keep_link_project("kit", project[page], project["key"])
        kit = replace(kit, options={**kit.options, "link_url": kept.link})
        kiosk.settings.save(replace(settings, accounts=(*settings.accounts, kit)))
        ada = {"person.surname": "Lovelace", "person.emailAddress": "ada@example.org"}
        for own, passes in (({}, 2), ({OWN_NUMBER: " N-7 "}, 1)):
            made = [front.link("kit", ada | own) for _ in range(2)]
            assert [each.trouble for each in made] == ["", ""]
            assert len({shown(each.link) for each in made}) == passes


def shown(link: str) -> str:
    """Click a link; return the address of the pass that it shows."""
    with urllib.request.urlopen(link, timeout=10) as page:
        return str(page.url)
