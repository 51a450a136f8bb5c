"""Who may talk to the hubs goes into their configuration as it is: nothing but names and keys, by the installer."""

import pytest

from scanner_app.application.hubrecord import BadRecord
from scanner_app.venue import keys, roster
from scanner_app.venue.roster import May

ADMIN = keys.new_seed()
KEY = keys.public_key(keys.new_seed())


def told(may, seed=ADMIN):
    data = roster.encode({"kiosk-01": [KEY]}, seed, may=may)
    return roster.decode(data, keys.public_key(ADMIN))


def test_who_may_talk_comes_back_as_it_was_told():
    may = May({"kiosk-01": KEY}, {"hub1": KEY})
    assert told(may).may == may
    assert told(None).may is None, "a roster of an earlier release shuts nobody out"


@pytest.mark.parametrize("name", ["", "a b", "x\n}", 'x"', "../x", "kiosk-01.>", "*", "x" * 65])
@pytest.mark.parametrize("which", ["kiosks", "pages"])
def test_a_name_that_is_none_is_not_taken_over(name, which):
    with pytest.raises(BadRecord):
        told(May(**{"kiosks": {}, "pages": {}, which: {name: KEY}}))


NO_KEYS = {
    "empty": "",
    "too short": KEY[:-1],
    "with a line end": f"{KEY}\n",
    "in small letters": KEY.lower(),
    "with braces": f"{KEY} }} {{",
    "a seed": ADMIN,
    "a number": 7,
    "none": None,
}


# The keys are made anew each run: named, or two workers collect two different lists of tests.
@pytest.mark.parametrize("key", NO_KEYS.values(), ids=NO_KEYS)
@pytest.mark.parametrize("which", ["kiosks", "pages"])
def test_a_key_that_is_none_is_not_taken_over(key, which):
    with pytest.raises(BadRecord):
        told(May(**{"kiosks": {}, "pages": {}, which: {"kiosk-01": key}}))


def test_only_the_installer_says_who_may():
    with pytest.raises(BadRecord):
        told(May({"kiosk-01": KEY}, {}), keys.new_seed())
