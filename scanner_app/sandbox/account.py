"""What every request handler needs to know: whose account this is, and how the platform was set to behave."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from scanner_app.sandbox.clock import Clock
from scanner_app.sandbox.misbehave import Misbehaviours
from scanner_app.sandbox.store import Store
from scanner_app.sandbox.zone import CompanyZone


@dataclass
class Switches:
    """What a contract leaves open, or describes in two ways: each can be set either way.

    list_omits_usage: Passcreator lists leave out usage, stored value, places, PIN and bundle, as the seed's example.
    void_is_redemption: Passcreator `PUT voided:true` sets `redeemed` as well.
    boarding_time_optional: localBoardingDateTime may be missing, as in the seed's own request example.
    fields_as_objects: PassEntry shows field values as {"value": ...} instead of plain strings.
    no_barcode_is_null: PassEntry shows null instead of {} for a pass without a barcode.
    hex_ids: PassEntry gives new passes ids of 40 hexadecimal digits instead of UUIDs.
    ext_id_answers_list: PassEntry answers a GET by extId with an array.
    list_in_pages: PassEntry lists give 25 at a time unless told otherwise.
    lists_know_no_pages: PassEntry lists give everything at once, whatever is asked for.
    issued_passes_validate: PassEntry's own validation accepts passes that were never added to a wallet.
    no_rate_limit: PassEntry counts requests but refuses none.
    zero_enums_shown: PassKit writes an enum's zero (UNREDEEMED, ENROLLED, PASS_ISSUED) instead of leaving it out.
    second_redeem_refused: PassKit answers 400 to redeeming what is redeemed, instead of the id once more.
    event_ids_are_unique: PassKit answers a check-in with a known externalEventId with the first one's event.
    auto_fill_external_id: SmartPass Links copy e-mail or phone to the member's external id.
    airship_as_documented: Airship answers 200 to updates and deletions, with numbers, and one ticket per template
        (as its text says) instead of 201, strings and a single ticket (as its examples show).
    tickets_as_example: Airship tickets come with `Status` and an old date, as in the specification's example.
    tickets_take_oauth: Airship lets a bearer token read tickets.
    wrong_region: PassKit accepts the token and finds nothing.
    """

    list_omits_usage: bool = False
    void_is_redemption: bool = False
    boarding_time_optional: bool = False
    fields_as_objects: bool = False
    no_barcode_is_null: bool = False
    hex_ids: bool = False
    ext_id_answers_list: bool = False
    list_in_pages: bool = False
    lists_know_no_pages: bool = False
    issued_passes_validate: bool = False
    no_rate_limit: bool = False
    zero_enums_shown: bool = False
    second_redeem_refused: bool = False
    event_ids_are_unique: bool = False
    auto_fill_external_id: bool = False
    wrong_region: bool = False
    airship_as_documented: bool = False
    tickets_as_example: bool = False
    tickets_take_oauth: bool = False

    def set(self, name: str, *, value: bool) -> None:
        """Set one switch by name; KeyError when there is none."""
        if name not in {each.name for each in dataclasses.fields(self)}:
            raise KeyError(name)
        setattr(self, name, value)


@dataclass
class Account:
    """One customer of one platform, as its server sees it; `hits` are the recent requests per endpoint."""

    platform: str
    store: Store
    clock: Clock
    zone: CompanyZone
    api_key: str
    summary: "Callable[[Account], dict[str, Any]]"
    base_url: str = ""
    api_secret: str = ""
    switches: Switches = field(default_factory=Switches)
    misbehaviours: Misbehaviours = field(default_factory=Misbehaviours)
    line: list[dict[str, Any]] = field(default_factory=list)
    hits: dict[str, list[float]] = field(default_factory=dict)


ACCOUNT: web.AppKey[Account] = web.AppKey("account", Account)


def account_of(request: web.Request) -> Account:
    """The account that this server serves."""
    return request.app[ACCOUNT]
