"""What comes from the pull feed is read strictly."""

import pytest

from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.platforms.passcreator.feed import read_news

SCAN = {"identifier": "1", "event": "app_scan_created", "payload": {"passId": "p"}}


def test_each_pass_once_each_receipt_always():
    unknown = {"identifier": "2", "event": "app_scan_created", "payload": {"passId": None}}
    created = {"identifier": "3", "event": "pass_created", "payload": {"identifier": "q"}}
    again = {"identifier": "4", "event": "pass_voided", "payload": {"passId": "p", "passVoided": "true"}}
    news = read_news({"success": True, "data": [SCAN, unknown, created, again]})
    assert (news.passes, news.receipts) == (("p", "q"), ("1", "2", "3", "4"))


def test_what_others_asked_for_is_left_to_them():
    other = {"identifier": "9", "event": "pass_template_updated", "payload": {"uniqueIdentifier": "t"}}
    assert read_news({"data": [other, SCAN]}).receipts == ("1",)


@pytest.mark.parametrize(
    "value",
    [
        {},
        [SCAN],
        "data",
        {"success": False, "data": []},
        {"success": "perhaps", "data": []},
        {"data": "none"},
        {"data": [SCAN | {"identifier": ""}]},
        {"data": [SCAN | {"identifier": None}]},
        {"data": [{"identifier": "1", "payload": {}}]},
        {"data": [SCAN | {"payload": "p"}]},
        {"data": [SCAN | {"payload": None}]},
        {"data": [SCAN | {"payload": {"passId": ["p"]}}]},
        {"data": [SCAN | {"payload": {"passId": "p" * 9000}}]},
        {"data": [SCAN] * 1001},
    ],
)
def test_anything_else_is_trouble(value):
    with pytest.raises(PlatformTrouble) as caught:
        read_news(value)
    assert caught.value.kind is PlatformKind.NONSENSE
