"""Walk-up passes and links at the help desk, as a supervisor makes them; and why not, where they cannot be made."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton

from scanner_app.application.control import Role, Story
from scanner_app.application.events import AccountStatus, StatusChanged
from scanner_app.application.front_desk import OWN_NUMBER, IssueReport, LinkReport, PassForm
from scanner_app.application.ports import Can, Capabilities, Connection
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.ui import sample, texts
from scanner_app.ui.offers import offer, why_not
from scanner_app.ui.screens.walk_up import WalkUpPanel
from scanner_app.ui.widgets.qr import QrView

OFFLINE = replace(sample.STATUS, accounts=(AccountStatus("main", "passcreator", Connection.OFFLINE),))


def press(qtbot, window, name):
    def found():
        return [b for b in window.findChildren(QPushButton, name) if b.isVisible() and b.isEnabled()]

    qtbot.waitUntil(lambda: bool(found()))
    qtbot.mouseClick(found()[-1], Qt.MouseButton.LeftButton)


@pytest.fixture
def desk(window, qtbot):
    window.go("helpdesk")
    qtbot.waitUntil(window.bridge.idle)
    return window.screens["helpdesk"]


def the_form(window, qtbot):
    qtbot.waitUntil(lambda: isinstance(window.panel, WalkUpPanel) and window.panel.form is not None)
    return window.panel.form


def test_a_walk_up_pass_by_keyboard_alone(window, desk, door, qtbot):
    desk.new.setFocus()
    qtbot.keyClick(desk.new, Qt.Key.Key_Space)
    form = the_form(window, qtbot)
    qtbot.waitUntil(lambda: window.focusWidget() is form.edits["firstName"])
    qtbot.keyClicks(form.edits["firstName"], "Ada")
    qtbot.keyClick(form.edits["firstName"], Qt.Key.Key_Return)
    assert texts.word("helpdesk.needed", fields="Last name") in window.panel.message.text()
    assert door.count("issue") == 0
    qtbot.keyClicks(form.edits["lastName"], "Lovelace")
    qtbot.keyClick(form.edits["lastName"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.panel.findChildren(QrView)))
    (asked,) = [value for name, value in door.asked if name == "issue"]
    assert asked[:2] == ("main", "t-fest")
    assert asked[2] == {"firstName": "Ada", "lastName": "Lovelace", "ticket": "", "seat": "", "email": ""}
    qtbot.waitUntil(lambda: desk.story is not None)  # its story lies open behind
    press(qtbot, window, "walkup-again")
    assert the_form(window, qtbot) is not form


def test_a_scan_while_the_form_is_open_goes_on(window, desk, door, qtbot):
    press(qtbot, window, "desk-new")
    form = the_form(window, qtbot)
    qtbot.keyClicks(form.edits["firstName"], "Ada")
    window.control.present(Credential("X", Symbology.QR))
    door.tell(sample.decided(sample.admitted()))
    qtbot.waitUntil(window._banner.isVisible)
    assert form.values()["firstName"] == "Ada"


def test_a_platform_that_says_no_and_one_that_says_nothing(window, desk, door, qtbot):
    door.answers["form"] = PassForm(())
    press(qtbot, window, "desk-new")
    the_form(window, qtbot)
    door.answers["issue"] = IssueReport("platform_refused")
    press(qtbot, window, "walkup-make")
    qtbot.waitUntil(lambda: texts.sentence("platform_refused") in window.panel.message.text())
    assert window.panel.make.isEnabled()
    door.answers["issue"] = IssueReport("platform_unreachable", unsure=True)
    press(qtbot, window, "walkup-make")
    qtbot.waitUntil(lambda: texts.word("helpdesk.unsure") in window.panel.message.text())
    assert not window.panel.make.isEnabled()  # it may be there: search first


def test_offline_it_says_why_and_links_go_on(window, desk, door, qtbot):
    door.now = OFFLINE
    door.tell(StatusChanged(OFFLINE))
    qtbot.waitUntil(lambda: not desk.new.isEnabled())
    assert texts.sentence("platform_unreachable") in desk._why.text()
    assert desk.link.isEnabled()


def test_a_story_that_lies_open_says_what_cannot_be_had_while_offline(window, desk, door, qtbot):
    desk.open(sample.guest().key)
    enabled = lambda name: desk.story.findChild(QPushButton, name).isEnabled()  # noqa: E731
    qtbot.waitUntil(lambda: desk.story is not None and window.bridge.idle())
    assert enabled("office-email")
    for now, can in ((OFFLINE, False), (sample.STATUS, True)):
        door.now = now
        door.tell(StatusChanged(now))
        qtbot.waitUntil(lambda can=can: enabled("office-email") is can)
        assert (texts.sentence("platform_unreachable") in desk.story._why.text()) is not can
    assert enabled("office-void")


def test_a_supervisors_pin_stands_before_it(window, desk, door, qtbot):
    door.pins[Role.SUPERVISOR] = "2468"
    press(qtbot, window, "desk-new")
    qtbot.waitUntil(lambda: window.panel is not None)
    assert not isinstance(window.panel, WalkUpPanel)
    for digit in "2468":
        qtbot.keyClick(window.panel, digit)
    qtbot.keyClick(window.panel, Qt.Key.Key_Return)
    the_form(window, qtbot)


def test_a_link_and_its_project(window, desk, door, qtbot):
    door.answers["link"] = LinkReport("settings_link_project_missing")
    press(qtbot, window, "desk-link")
    qtbot.waitUntil(lambda: window.panel is not None)
    qtbot.keyClicks(window.panel.findChild(QLineEdit, "form-person.surname"), "Lovelace")
    press(qtbot, window, "link-make")
    qtbot.waitUntil(lambda: texts.sentence("settings_link_project_missing") in window.panel.message.text())
    press(qtbot, window, "link-set")
    qtbot.waitUntil(lambda: hasattr(window.panel, "url"))
    window.panel.url.setText("https://pub1.pskt.io/c/party")
    window.panel.key.setText("00" * 16)
    window.panel.makes.setCurrentIndex(1)
    press(qtbot, window, "project-save")
    qtbot.waitUntil(lambda: door.kept.accounts[0].options.get("link_url") == "https://pub1.pskt.io/c/party")
    assert door.kept.accounts[0].options["link_makes"] == "coupon"
    del door.answers["link"]
    press(qtbot, window, "desk-link")
    qtbot.waitUntil(lambda: window.panel is not None)
    qtbot.keyClicks(window.panel.findChild(QLineEdit, "form-person.surname"), "Lovelace")
    qtbot.keyClicks(window.panel.findChild(QLineEdit, f"form-{OWN_NUMBER}"), "N-7")
    press(qtbot, window, "link-make")
    qtbot.waitUntil(lambda: bool(window.panel.findChildren(QrView)))
    asked = next(value for name, value in reversed(door.asked) if name == "link")
    assert {name for name, value in asked[1].items() if value} == {"person.surname", OWN_NUMBER}


def test_what_cannot_be_done_is_grouped_by_its_reason():
    can = Capabilities(
        frozenset({Can.VOID, Can.EMAIL}), {Can.NOTIFY: "not_in_contract", Can.LINKS: "links_are_passkit"}
    )
    offers = [(what.value, offer(what, can, OFFLINE, "main")) for what in (Can.VOID, Can.EMAIL, Can.NOTIFY, Can.LINKS)]
    assert [one.why for _, one in offers] == [
        "",
        "platform_unreachable",
        "settings_cannot_not_in_contract",
        "settings_cannot_links_are_passkit",
    ]
    said = why_not(offers)
    assert "void" not in said
    assert said.count(texts.sentence("platform_unreachable")) == 1
    assert offer(Can.EMAIL, Capabilities(frozenset()), sample.STATUS, "main").why == "account_unusable"


def test_the_story_tells_what_the_platform_knows(window, desk, door, qtbot):
    told = (
        {"kind": "record", "state": "sent", "answer": "", "sent_at": sample.NOW.isoformat()},
        {"kind": "void", "state": "contested", "answer": "voided by Kiosk 1", "sent_at": ""},
    )
    story: Story = replace(door.story(sample.guest().key), outbox=told)
    desk._show_story(story)
    said = " | ".join(label.text() for label in desk.story.findChildren(type(desk._why)))
    assert texts.word("report.record") in said
    assert texts.word("state.sent") in said
    assert f"{texts.word('state.contested')} · voided by Kiosk 1" in said


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Down], ids=["tab", "down"])
def test_from_what_is_looked_for_the_keyboard_comes_to_what_was_found(window, qtbot, key):
    window.go("helpdesk")
    desk = window.screens["helpdesk"]
    desk.field.setFocus()
    qtbot.keyClicks(desk.field, "lov")
    qtbot.waitUntil(lambda: bool(desk.rows))
    qtbot.keyClick(desk.field, key)
    assert window.focusWidget() is desk.rows[0]
    qtbot.keyClick(desk.rows[0], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: desk.story is not None)
