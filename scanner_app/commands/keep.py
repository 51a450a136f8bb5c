"""`scanner-app verify`, `backup` and `restore`: whether the ledger is whole, and a kiosk's state kept elsewhere."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from scanner_app import __version__
from scanner_app.application import retention
from scanner_app.bootstrap import open_kiosk, unlock_store
from scanner_app.commands.look import looked_into
from scanner_app.commands.options import a_path, data_dir, json_option
from scanner_app.commands.output import Exit, complain, print_json, say
from scanner_app.domain.errors import SettingsTrouble, StorageTrouble
from scanner_app.files import move_whole, write_private
from scanner_app.lifecycle import InstanceLock
from scanner_app.secrets import SecretStore
from scanner_app.storage import cipher
from scanner_app.storage.connection import converted, open_reader
from scanner_app.storage.derived import Difference

MANIFEST = "backup.json"
ARCHIVE = "backup.zip"
FORMAT = 1
KEPT = ("settings.json", "pins.json", "journal.jsonl", "ledger.db")
"""What a backup holds, in the order in which it is copied: a second copy is never ahead of its ledger. No keys: they
are typed in again, or provisioned, on the machine it is restored to."""


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verbs."""
    verify = verbs.add_parser("verify", parents=parents, help="walk the ledger's hash chain")
    verify.add_argument("--head", metavar="HEX", help="a head noted earlier: it must still be in the chain")
    json_option(verify)
    purge = verbs.add_parser("purge", parents=parents, help="blank what the ledger tells of people")
    purge.add_argument("--days", type=int, required=True, metavar="N", help="facts older than this many days")
    json_option(purge)
    backup = verbs.add_parser("backup", parents=parents, help="write this kiosk's state into one file")
    backup.add_argument("file", type=a_path, metavar="FILE")
    restore = verbs.add_parser("restore", parents=parents, help="put a backup into an empty data folder")
    restore.add_argument("file", type=a_path, metavar="FILE")


def run_verify(args: argparse.Namespace) -> int:
    """Exit code 3 when a fact was changed, dropped or put in, or what stands beside the facts does not follow."""
    with looked_into(args) as kiosk:
        report = kiosk.store.verify()
        found = args.head is None or kiosk.store.holds(args.head)
        differs = kiosk.store.differences() if report.first_bad is None else []
    good = report.first_bad is None and found and not differs
    if args.json:
        print_json(
            {
                "ok": good,
                "facts": report.rows,
                "head": report.head,
                "first_bad": report.first_bad,
                "purged": report.purged,
                "head_found": found,
                "differs": [asdict(each) for each in differs],
            }
        )
    elif good:
        say(f"The chain is whole: {report.rows} facts, head {report.head}")
    if not good:
        where = _where(report.first_bad, differs)
        complain(f"the ledger was changed by somebody else: {where}. Keep the file and tell the administrator.")
    return Exit.OK if good else Exit.TROUBLE


def _where(first_bad: int | None, differs: Sequence[Difference]) -> str:
    if first_bad:
        return f"at fact {first_bad}"
    if not differs:
        return "the head noted earlier is not in it"
    first = differs[0]
    return f"{len(differs)} rows do not follow from the facts, the first in {first.table} ({first.what} {first.row})"


def run_purge(args: argparse.Namespace) -> int:
    """Blank old facts; unsent ones stay."""
    if args.days < 0:
        raise SettingsTrouble("option_invalid", "--days")
    with open_kiosk(data_dir(args), writes=True) as kiosk:
        blanked = retention.purge(kiosk.desk, args.days)
    if args.json:
        print_json({"purged": blanked})
    else:
        say(f"{blanked} facts older than {args.days} days were blanked.")
    return Exit.OK


def run_backup(args: argparse.Namespace) -> int:
    """Write the backup; works beside a running door, and from a disk that takes no writes."""
    folder = data_dir(args, writes=False)
    unlock_store(folder, SecretStore(folder))
    target: Path = args.file
    # Beside the file and not in the data folder: its disk may be full, which is when a backup is made.
    with converted("write the backup"), TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as made:
        scratch = Path(made)  # mode 0700: for its owner's eyes only, like what is in it
        files = dict(_copies(folder, scratch))
        _pack(files, scratch / ARCHIVE)
        move_whole(scratch / ARCHIVE, target)
    say(f"{args.file}: {', '.join(files)}. Keys are not in it.")
    return Exit.OK


def _pack(files: Mapping[str, Path], archive: Path) -> None:
    sums = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"format": FORMAT, "program": __version__, "at": at, "sha256": sums}
    archive.touch(0o600)
    archive.chmod(0o600)  # guests' names and the hashes of PINs are in it
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(MANIFEST, json.dumps(manifest, indent=2))
        for name, path in files.items():
            packed.write(path, name)


def _copies(folder: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    for name in KEPT:
        source = folder / name
        if not source.exists():
            continue
        copy = scratch / name
        if name.endswith(".db"):
            cipher.copy(source, copy)
        else:
            shutil.copyfile(source, copy)  # now: a door that runs beside goes on writing
        yield name, copy


def run_restore(args: argparse.Namespace) -> int:
    """Put a backup into a data folder that holds no facts; never over an existing ledger."""
    folder = data_dir(args)
    lock = InstanceLock(folder)
    lock.acquire()
    try:
        if _holds_facts(folder):
            raise SettingsTrouble("restore_over_ledger", str(folder))
        _unpack(args.file, folder)
    finally:
        lock.release()
    say(f"Restored into {folder}. Next: set the keys again with scanner-app setup, then scanner-app sync --full")
    say("Where the kiosk it came from goes on, name this one with setup --device: people tell them apart by it.")
    return Exit.OK


def _holds_facts(folder: Path) -> bool:
    """Whether there is a ledger with anything in it, or one unreadable; opening an empty folder makes one."""
    ledger = folder / "ledger.db"
    if not ledger.exists():
        return False
    try:
        with closing(open_reader(ledger)) as connection, converted("read the ledger"):
            return connection.execute("SELECT 1 FROM facts LIMIT 1").fetchone() is not None
    except StorageTrouble:
        return True


def _unpack(file: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise SettingsTrouble("backup_unknown", str(file))
            contents = {name: archive.read(name) for name in manifest["sha256"] if _is_ours(name)}
    except (zipfile.BadZipFile, KeyError, ValueError, AttributeError) as error:
        raise SettingsTrouble("backup_unreadable", f"{file}: {error}") from error
    for name, body in contents.items():
        if hashlib.sha256(body).hexdigest() != manifest["sha256"][name]:
            raise SettingsTrouble("backup_unreadable", f"{file}: {name} does not match its checksum")
    for empty in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):  # no log of one is to be laid over another
        (folder / empty).unlink(missing_ok=True)
    for name, body in contents.items():
        write_private(folder / name, body)  # each whole or absent: broken off before the ledger, it can be begun anew


def _is_ours(name: str) -> bool:
    return name in KEPT and PurePosixPath(name).name == name
