"""`scanner-app provision make|apply`: one QR code sets a kiosk up; a fleet from one file."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import segno

from scanner_app import provisioning
from scanner_app.bootstrap import open_kiosk
from scanner_app.commands.options import a_path, data_dir, json_option
from scanner_app.commands.output import Exit, complain, print_json, say
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.files import write_private

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kiosk of a fleet."""

    device: str
    place: str
    path: Path


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("provision", parents=parents, help="set kiosks up by one QR code")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    make = actions.add_parser("make", parents=parents, help="draw this kiosk's set-up as a QR code")
    make.add_argument("--out", type=a_path, metavar="FILE", help="PNG, SVG or TXT; with --fleet a folder")
    make.add_argument("--hours", type=float, default=24.0, help="how long it is good for (default 24)")
    make.add_argument("--device", default="", help="name of the kiosk that it is for")
    make.add_argument("--place", default="", help="the place that kiosk works at")
    make.add_argument("--code", default="", help="the one-time code (default: a new one, printed)")
    make.add_argument("--no-secrets", action="store_true", help="leave the keys out")
    make.add_argument("--fleet", type=a_path, metavar="CSV", help="columns device,place: one sheet for each line")
    json_option(make)
    use = actions.add_parser("apply", parents=parents, help="set this kiosk up from a sheet")
    use.add_argument("sheet", metavar="FILE|TEXT", help="a picture of the QR code, a text file, or the text itself")
    use.add_argument("--code", required=True)
    use.add_argument("--new-issuer", action="store_true", help="take it although another issuer provisioned this kiosk")
    json_option(use)


def run(args: argparse.Namespace) -> int:
    """Make or apply."""
    return _make(args) if args.action == "make" else _apply(args)


def _make(args: argparse.Namespace) -> int:
    with open_kiosk(data_dir(args), writes=True) as kiosk:
        kiosk.accounts.need_set_up()
        setup, issuer = kiosk.sheets.set_up(with_secrets=not args.no_secrets), kiosk.sheets.issuer()
    expires = datetime.now(UTC) + timedelta(hours=args.hours)
    for sheet in _sheets(args):
        code = args.code or provisioning.new_code()
        own = provisioning.for_device(setup, sheet.device or setup.settings.device, sheet.place)
        text = provisioning.make(own, issuer, code, expires)
        _write(sheet.path, text)
        _tell(args, sheet, code, expires, text)
    return Exit.OK


def _sheets(args: argparse.Namespace) -> Iterator[Sheet]:
    if args.fleet is None:
        yield Sheet(args.device, args.place, args.out or Path("provision.png"))
        return
    folder = args.out or Path("provision")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with args.fleet.open(encoding="utf-8-sig", newline="") as source:
        for number, row in enumerate(csv.DictReader(source), 2):
            device = (row.get("device") or "").strip()
            if not device or any(ch in device for ch in "/\\\0"):
                raise SettingsTrouble("fleet_line", f"line {number}")
            yield Sheet(device, (row.get("place") or "").strip(), folder / f"{device}.png")


def _write(path: Path, text: str) -> None:
    if path.suffix.lower() == ".txt":
        write_private(path, text + "\n")
        return
    if len(text) > provisioning.QR_BYTES:
        raise SettingsTrouble("sheet_too_large", f"{len(text)} characters; write a .txt file instead")
    segno.make(text, error="l", micro=False, boost_error=False).save(str(path), scale=5, border=4)
    path.chmod(0o600)


def _tell(args: argparse.Namespace, sheet: Sheet, code: str, expires: datetime, text: str) -> None:
    if args.json:
        print_json(
            {
                "device": sheet.device,
                "file": str(sheet.path),
                "code": code,
                "expires": expires.isoformat(timespec="seconds"),
                "characters": len(text),
            }
        )
    else:
        say(f"{sheet.path}  code {code}  good until {expires:%Y-%m-%d %H:%M} UTC")


def _apply(args: argparse.Namespace) -> int:
    text = _sheet_text(args.sheet)
    with open_kiosk(data_dir(args), writes=True) as kiosk:
        setup = kiosk.sheets.open(text, args.code, any_issuer=args.new_issuer)
        kiosk.settings.save(setup.settings)
    if args.json:
        settings = setup.settings
        print_json({"device": settings.device, "place": settings.place, "accounts": [a.id for a in settings.accounts]})
    else:
        say(f"This kiosk is now {setup.settings.device} at {setup.settings.place}. Next: scanner-app sync")
    if not setup.secrets:
        complain("the sheet holds no keys: set them with scanner-app setup")
    return Exit.OK


def _sheet_text(given: str) -> str:
    if given.startswith(provisioning.PREFIX):
        return given
    path = Path(given)
    if path.suffix.lower() in PICTURES:
        from hardware.pictures import CannotOpen
        from hardware.recordings import reads_of

        try:
            found = [r.read.text for r in reads_of(path) if r.read.text.startswith(provisioning.PREFIX)]
        except CannotOpen as error:
            raise SettingsTrouble("sheet_unreadable", str(error)) from error
        if not found:
            raise SettingsTrouble("sheet_unreadable", given)
        return found[0]
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsTrouble("sheet_unreadable", given) from error
