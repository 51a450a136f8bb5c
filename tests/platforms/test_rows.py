"""One pass that cannot be read stops itself and not the list, whoever issued it."""

from __future__ import annotations

import pytest
from support import fault_server as faults

from scanner_app.application.config import AccountConfig
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import IdentifierKind
from scanner_app.platforms.passentry import PassEntryPlatform
from scanner_app.platforms.passkit.calls import Kind
from scanner_app.platforms.passkit.codec import Reading, bar_pass, read_pass
from scanner_app.platforms.rows import read_rows

READING = Reading("acc", {"prod": "Concert"})


def test_passentry_takes_a_list_with_a_status_nobody_has_heard_of(server):
    rows = [{"id": f"p{n}", "type": "pass", "attributes": {"status": "active", "extId": f"E{n}"}} for n in range(9)]
    rows[3]["attributes"] = {"status": "paused", "extId": "E3", "barcode": "qr", "passTemplateUuid": "t"}
    server.behave(lambda peer: faults.answer(200, {"data": rows if "/passes" in peer.request.target else []})(peer))
    platform = PassEntryPlatform(AccountConfig("a", "passentry", server.url), "key")
    found = {each.uid: each for each in platform.page("passes", "", "").passes}
    platform.close()
    assert {uid for uid, each in found.items() if each.voided and each.partial} == {"p3"}
    assert found["p3"].identifiers == {IdentifierKind.UID: "p3", IdentifierKind.EXTERNAL_ID: "E3"}
    assert len(found) == 9


def test_passkit_takes_a_list_with_a_status_nobody_has_heard_of():
    rows = [{"id": f"t{n}", "ticketNumber": f"N{n}"} for n in range(5)] + [{"id": "odd", "status": "MELTED"}]
    found = read_rows(
        rows,
        lambda row: read_pass(row, Kind.TICKET, "prod", READING, None),
        lambda row: bar_pass(row, Kind.TICKET, "prod", READING, None),
    )
    assert [each.uid for each in found if each.voided] == ["odd"]
    assert (found[-1].partial, found[-1].template, found[-1].template_name) == (True, "prod", "Concert")


def test_a_network_that_fails_on_the_way_is_no_pass_own_fault():
    def unreachable(_row):
        raise PlatformTrouble(PlatformKind.UNREACHABLE, "gone")

    with pytest.raises(PlatformTrouble) as raised:
        read_rows([1], unreachable, lambda _row: pytest.fail("barred"))
    assert raised.value.kind is PlatformKind.UNREACHABLE
