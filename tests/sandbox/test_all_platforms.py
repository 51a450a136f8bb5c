"""Four platforms in one sandbox: one port each, the same guests, one file."""

import json
import signal
import subprocess
import sys

from test_airship import Airship
from test_passentry import PassEntry
from test_passkit import PassKit

from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.platforms import PLATFORMS
from scanner_app.sandbox.server import Sandbox

START = "import sys; from scanner_app.sandbox.cli import main; sys.exit(main(sys.argv[1:]))"


def test_one_line_per_platform():
    command = [sys.executable, "-c", START, "--platform", ",".join(PLATFORMS), "--passes", "30"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        infos = [json.loads(process.stdout.readline()) for _ in PLATFORMS]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert [each["platform"] for each in infos] == list(PLATFORMS) == ["passcreator", "passentry", "passkit", "airship"]
    assert len({each["base_url"] for each in infos}) == 4
    for each in infos:
        assert {"platform", "base_url", "api_key", "templates", "places", "app_configurations"} <= set(each)


def test_the_same_guests_stand_at_every_door(tmp_path):
    with Sandbox(tmp_path / "all.db", passes=50, platforms=tuple(PLATFORMS)) as sandbox:
        states = {name: account.summary(account)["passes"] for name, account in sandbox.accounts.items()}
        barcodes = {each["barcode"]: each["expected"] for each in sandbox.guest_line("passcreator")}
        for name in PLATFORMS:
            line = sandbox.guest_line(name)
            assert {each["barcode"] for each in line} <= set(barcodes)
            assert len(line) >= 10
        secrets = sandbox.infos
    assert set(states.values()) == {50}
    with Sandbox(tmp_path / "all.db", platforms=tuple(PLATFORMS)) as again:
        for before, after in zip(secrets, again.infos, strict=True):
            for name in ("api_key", "api_secret", "templates", "app_key"):
                assert before.get(name) == after.get(name)


def test_one_misbehaves_and_the_others_do_not():
    platforms = ("passentry", "passkit", "airship")
    with Sandbox(passes=0, platforms=platforms) as sandbox:
        sandbox.clock.frozen = 1_900_000_000
        sandbox.accounts["passkit"].misbehaviours.faults.append(Misbehaviour("*", "503"))
        statuses = (
            PassEntry(sandbox, 0).ask("GET", "/api/v1/passes").status,
            PassKit(sandbox, 1).ask("POST", "/members/programs/list", {}).status,
            Airship(sandbox, 2).ask("GET", "/v1/pass").status,
        )
    assert statuses == (200, 503, 200)
