"""`scanner-app gate` fed on standard input and killed at any moment; what it printed has to be in the ledger."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from scanner_app import settings as settings_file
from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.ports import Template
from scanner_app.bench import made_up
from scanner_app.domain.place import Accepted, Place, Policy
from scanner_app.files import write_private
from scanner_app.platforms import registry
from scanner_app.sandbox.server import Sandbox
from scanner_app.storage.chain import verify
from scanner_app.storage.store import Store

PASSES = 500
PLACE = Place("Main", (Accepted(made_up.ACCOUNT),), policy=Policy.COUNTED, entries=10**6)
"""Any pass is good any number of times, so that nearly every line is an admission."""


def kiosk(folder: Path) -> Path:
    """Return the data folder of a kiosk with passes and nobody to call."""
    folder.mkdir(mode=0o700)
    templates = (Template(made_up.a_pass(0).template, ""),)
    account = AccountConfig(made_up.ACCOUNT, "passcreator", "http://127.0.0.1:9", templates)
    settings_file.save(folder, Settings("kill", PLACE.name, (account,), (PLACE,)))
    write_private(folder / "secrets.json", json.dumps({account.secret_name: "nobody-asks-for-it"}))
    with closing(registry.build(account, "nobody-asks-for-it")) as platform:
        tenant = platform.tenant
    with Store(folder, {account.id: tenant}) as store:
        made_up.load(store, PASSES)
    return folder


def platform_kiosk(folder: Path, sandbox: Sandbox) -> list[str]:
    """Set up the data folder of a kiosk that tells a sandbox of each scan, sync it; return codes good for ever."""
    folder.mkdir(mode=0o700)
    info, passcreator = sandbox.info, sandbox.accounts["passcreator"]
    door = info["app_configurations"][0]
    account = AccountConfig(
        "kill", "passcreator", info["base_url"], (Template(door["template"], ""),), zone="Europe/Berlin"
    )
    accepted = Accepted(account.id, door=door["id"], place=door["place"], records=True, voids=False)
    settings_file.save(folder, Settings("kill", PLACE.name, (account,), (replace(PLACE, accepts=(accepted,)),)))
    write_private(folder / "secrets.json", json.dumps({account.secret_name: info["api_key"]}))
    program(folder, "sync", "--full")
    good = (
        "SELECT barcode FROM pc_pass WHERE template = ? AND voided = 0 AND eligible_json = '[]' AND expires IS NULL"
        " AND valid_from IS NULL AND used_json IN ('{}', '[]') ORDER BY barcode"
    )
    return [str(row["barcode"]) for row in passcreator.store.rows(good, [door["template"]])]


def program(folder: Path, verb: str, *words: str) -> list[dict]:
    """Run the real program; return the objects that it printed."""
    command = [sys.executable, "-m", "scanner_app", verb, "--data-dir", str(folder), *words]
    out = subprocess.run(command, check=True, capture_output=True).stdout
    return [json.loads(line) for line in out.splitlines() if line.startswith(b"{")]


def gate(folder: Path, *words: str) -> subprocess.Popen:
    """Start the headless door on standard input."""
    command = [sys.executable, "-m", "scanner_app", "gate", "--data-dir", str(folder), "--place", PLACE.name]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*command, "--source", "-", "--json", *words], **pipes)


MADE_UP = tuple(made_up.barcode(number) for number in range(PASSES))


def killed_line(
    folder: Path, rng: random.Random, codes: Sequence[str] = MADE_UP, words: Sequence[str] = ("--offline",)
) -> list[dict]:
    """Present codes as fast as the gate takes them; kill it after some verdict or before; return what it printed."""
    verdicts = rng.choice([0, 1, 2, rng.randint(3, 60)])
    with gate(folder, *words) as child:
        line = "".join(f"{rng.choice(codes)}\n" for _ in range(verdicts + 30)).encode()
        child.stdin.write(line)
        child.stdin.flush()
        printed = [child.stdout.readline() for _ in range(verdicts)]
        child.send_signal(signal.SIGKILL)
        printed += child.stdout.read().splitlines(keepends=True)
    return [json.loads(line) for line in printed if line.endswith(b"\n")]


def check(folder: Path, printed: list[dict]) -> int:
    """Assert that all of it is in the ledger, nothing half, nothing corrupt; return how many scans the ledger holds."""
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        assert verify(connection).first_bad is None
        rows = connection.execute("SELECT id, outcome FROM facts WHERE kind = 'scan'").fetchall()
        uses = {row[0] for row in connection.execute("SELECT scan_id FROM uses")}
    facts = dict(rows)
    assert uses == {scan_id for scan_id, outcome in rows if outcome == "admit"}, "half a redemption"
    for line in printed:
        assert facts.get(line["scan_id"]) == line["outcome"], line
    return len(rows)
