"""Each platform at the counter: a pass made from the form's fields is there, under our own id, with its page."""

import pytest
from platforms.kits import KITS

from scanner_app.application.ports import Can
from scanner_app.platforms import walk_up
from scanner_app.sandbox.platforms import PLATFORMS
from scanner_app.sandbox.server import Sandbox

NAMES = ("firstName", "fullName", "Name", "person.forename")


@pytest.fixture(scope="module")
def venue():
    with Sandbox(passes=60, platforms=tuple(PLATFORMS)) as running:
        for account in running.accounts.values():
            account.switches.no_rate_limit = True
        yield running


@pytest.fixture(params=KITS, ids=lambda kit: kit.name)
def kit(request, venue):
    made = request.param(venue)
    yield made
    made.close()


def owner(kit):
    return (kit.info.get("templates") or kit.info["productions"])[0]["id"]


def test_a_walk_up_pass_is_made_from_the_forms_fields(kit):
    platform = kit.platform(options=kit.options | {"page_url": "https://pub1.example/"})
    assert Can.CREATE in platform.capabilities.can
    form = walk_up.form(platform, owner(kit))
    assert len({field.key for field in form}) == len(form) > 0
    name = next((f.key for f in form if f.key in NAMES or f.label in NAMES), form[0].key)
    issued = walk_up.issue(platform, owner(kit), {name: "Walk-up"}, f"walk-up-{kit.name}")
    found = platform.lookup(f"walk-up-{kit.name}", 5)
    assert [p.uid for p in found] == [issued.uid]
    assert "Walk-up" in found[0].fields.values()
    assert issued.page.startswith("http")


def test_passcreator_counts_and_a_template_it_does_not_describe_is_read_from_its_passes(venue):
    kit = KITS[0](venue)
    platform = kit.platform()
    figures = walk_up.figures(platform.office, owner(kit))
    assert sum(figures.systems.values()) > 0
    assert len(figures.history) == 7
    described = {f.label for f in walk_up.form(platform, owner(kit))}
    nowhere = ["api", "nowhere"]
    platform.template_fields = lambda _: platform._http.request("GET", nowhere, deadline=5).json()
    assert {f.key for f in walk_up.form(platform, owner(kit))} <= described
    kit.close()
