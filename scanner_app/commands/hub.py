"""`scanner-app hub init|run|status|enrol|revoke|grow|join|rule|audit|page`: the box that a venue's kiosks share."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from scanner_app.application.venue_rule import VenueRule
from scanner_app.bootstrap import open_kiosk
from scanner_app.commands import hub_join, hub_page, hub_rule
from scanner_app.commands.options import a_path, data_dir, json_option
from scanner_app.commands.output import Exit, complain, print_json, say
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.files import write_private
from scanner_app.lifecycle import stop_signals
from scanner_app.venue import audit, grown, hub_admin, hub_folder
from scanner_app.venue.server_config import store_name

STOP_SECONDS = 10.0


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb and what follows it."""
    hub = verbs.add_parser("hub", parents=parents, help="the box that a venue's kiosks share")
    actions = hub.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, words: str) -> argparse.ArgumentParser:
        parser = actions.add_parser(name, parents=parents, help=words)
        json_option(parser)
        return parser

    init = action("init", "make a venue: authority, hubs, keys")
    init.add_argument("--venue", default="venue", metavar="NAME")
    init.add_argument(
        "--hub",
        action="append",
        default=[],
        metavar="HOST[:PORT[:ROUTES]]",
        help="once for one hub, three times for three; default: this machine",
    )
    run = action("run", "run this machine's hub, or all of the venue's on this machine")
    run.add_argument("--only", metavar="HUB", help="hub1, hub2 or hub3")
    run.add_argument("--folder", type=a_path, metavar="DIR", help="the hub's own folder, where it is alone on its box")
    run.add_argument("--page", type=int, metavar="PORT", help="serve the venue's page there too (see `hub page`)")
    action("status", "the hubs, the stream, who is enrolled")
    enrol = action("enrol", "let a kiosk in: prints or writes what it needs, once")
    enrol.add_argument("kiosk", metavar="KIOSK")
    enrol.add_argument(
        "--out", type=a_path, metavar="FILE", help="write the enrolment here (0600) instead of printing it"
    )
    enrol.add_argument("--qr", type=a_path, metavar="FILE", help="draw it as a QR code (PNG or SVG)")
    revoke = action("revoke", "shut a kiosk out")
    revoke.add_argument("kiosk", metavar="KIOSK")
    grow = action("grow", "make three hubs of one, before an event")
    grow.add_argument("--hub", action="append", required=True, metavar="HOST[:PORT[:ROUTES]]")
    page = action("page", "serve the venue's page for a supervisor's phone from this hub's box")
    page.add_argument("--only", metavar="HUB", default="hub1", help="whose page: hub1, hub2 or hub3")
    page.add_argument("--folder", type=a_path, metavar="DIR", help="the hub's own folder, where it is alone on its box")
    page.add_argument("--listen", default="0.0.0.0", metavar="ADDRESS")  # noqa: S104 - a LAN's page
    page.add_argument("--port", type=int, default=hub_page.PORT, help="default: %(default)s")
    page.add_argument("--qr", type=a_path, metavar="FILE", help="draw the page's link as a QR code (PNG or SVG)")
    action("audit", "look at every signature in the stream; ends with 3 when one is not its kiosk's")
    join = action("join", "on a kiosk: take part with an enrolment, a file or a picture of its QR code")
    join.add_argument("file", type=a_path, metavar="FILE")
    join.add_argument("--rule", choices=[r.value for r in VenueRule], default=VenueRule.CLOSED.value)
    hub_rule.add_rule_options(join)
    rule = action("rule", "on a kiosk that joined: what it does when no hub decides")
    rule.add_argument("rule", choices=[r.value for r in VenueRule])
    hub_rule.add_rule_options(rule)


def run(args: argparse.Namespace) -> int:
    """Do one of them."""
    return ACTIONS[args.action](args)


def _folder(args: argparse.Namespace) -> Path:
    return data_dir(args) / "hub"


def _server() -> str:
    beside = Path(sys.executable).parent / ("nats-server.exe" if os.name == "nt" else "nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if not found:
        raise SettingsTrouble("hub_server_missing")
    return found


def _init(args: argparse.Namespace) -> int:
    venue = hub_folder.init(_folder(args), args.venue, args.hub or [socket.gethostname()], _server())
    _tell(args, {"venue": venue.name, "hubs": venue.urls, "folder": str(_folder(args))})
    return Exit.OK


def _grow(args: argparse.Namespace) -> int:
    folder = _folder(args)
    kept = _keep_records(folder)
    venue = hub_folder.grow(folder, args.hub, _server())
    say("Stop the first hub: run on with its old folder it would be a second authority beside the new group.")
    say("Copy all three folders to their boxes, the first one's anew over the old one, and start them.")
    say("Then `scanner-app hub status` makes the new stream. Kiosks learn of the new hubs from the first one.")
    _tell(args, {"venue": venue.name, "hubs": venue.urls, "records_kept": kept})
    return Exit.OK


def _keep_records(folder: Path) -> int:
    """Write the lone hub's records down before it becomes one of three; it is started for that if it must."""
    venue = hub_folder.load(folder)
    if len(venue.boxes) != 1:
        raise SettingsTrouble("hub_number", str(len(venue.boxes)))
    conf = hub_folder.box_folder(folder, venue.boxes[0]) / "hub.conf"
    starts = not hub_folder.running(folder, venue) and (conf.parent / store_name(venue.boxes)).exists()
    with contextlib.ExitStack() as ends:
        _start([conf.parent] if starts else [], ends)
        kept = asyncio.run(hub_admin.keep_before(venue, folder / grown.FILE, 15.0 if starts else 3.0))
    if kept is None:
        complain("the hub does not answer: what it holds is told to the three by the kiosks that have it")
    return kept or 0


def _run(args: argparse.Namespace) -> int:
    if args.folder is not None:
        name = hub_folder.write_box(args.folder, _server()).name  # it was copied here from somewhere else
        with hub_page.told_of_users(args.folder):
            return _serve(args, [args.folder], lambda _give_up: {"running": [name]})
    folder = _folder(args)
    venue = hub_folder.load(folder)
    boxes = [b for b in venue.boxes if args.only in (None, b.name)]
    if not boxes:
        raise SettingsTrouble("hub_unknown", args.only)
    hub_folder.write_boxes(folder, venue, _server())  # the folder may have been moved since

    def with_stream(give_up: Callable[[], bool]) -> dict[str, object] | None:
        made = asyncio.run(hub_admin.ensure_stream(venue, give_up))
        return {"venue": venue.name, "hubs": venue.urls, "running": [b.name for b in boxes]} if made else None

    return _serve(args, [hub_folder.box_folder(folder, box) for box in boxes], with_stream)


def _serve(
    args: argparse.Namespace,
    folders: Sequence[Path],
    ready: Callable[[Callable[[], bool]], dict[str, object] | None],
) -> int:
    """Run the hubs of these folders until told to stop. `ready` waits until there is something to tell, and what."""
    with stop_signals() as stop, contextlib.ExitStack() as ends:
        servers = _start(folders, ends)
        told = ready(lambda: stop.is_set() or _any_ended(servers))
        if told is None and not stop.is_set():
            complain(f"a hub did not start; see {', '.join(str(own / 'hub.log') for own in folders)}")
            return Exit.TROUBLE
        if told is not None and not stop.is_set():
            if args.page is not None:
                served = hub_page.open_page(folders[0], "0.0.0.0", args.page)  # noqa: S104 - a LAN's page
                ends.callback(served.close)
                told |= {f"page_{name}": text for name, text in served.told().items()}
            _tell(args, told)
        return _watch(dict(zip(folders, servers, strict=True)), stop)


def _watch(left: dict[Path, subprocess.Popen[bytes]], stop: threading.Event) -> int:
    """Wait to be told to stop. A hub that ends by itself is told of; the others go on, which is what they are for."""
    while not stop.wait(0.5):
        for own in [own for own, server in left.items() if server.poll() is not None]:
            del left[own]
            complain(f"a hub ended by itself, {len(left)} here go on; see {own / 'hub.log'}")
        if not left:
            return Exit.TROUBLE
    return Exit.OK


def _start(folders: Sequence[Path], ends: contextlib.ExitStack) -> Sequence[subprocess.Popen[bytes]]:
    """Start the hubs of these folders; none outlives `ends`, also where a later one cannot be started."""
    servers: list[subprocess.Popen[bytes]] = []
    ends.callback(_end, servers)
    for own in folders:
        command = [_server(), "-c", str(own / "hub.conf")]
        servers.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))  # at once: it ends with the others
    return servers


def _end(servers: Sequence[subprocess.Popen[bytes]]) -> None:
    for server in servers:
        server.terminate()
    for server in servers:
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _any_ended(servers: Sequence[subprocess.Popen[bytes]]) -> bool:
    return any(server.poll() is not None for server in servers)


def _status(args: argparse.Namespace) -> int:
    venue = hub_folder.load(_folder(args))
    record = asyncio.run(hub_admin.status(venue))
    _tell(args, {"venue": venue.name, "kiosks": sorted(venue.kiosks), **record})
    return Exit.OK if record["reachable"] else Exit.TROUBLE


def _enrol(args: argparse.Namespace) -> int:
    folder = _folder(args)
    venue, enrolment = hub_folder.enrol(folder, args.kiosk)
    _reload(folder, venue)
    told = asyncio.run(hub_admin.tell_members(venue))
    text = json.dumps(enrolment, separators=(",", ":"), sort_keys=True)
    if args.qr:
        _draw(args.qr, text)
    if args.out:
        write_private(args.out, text + "\n")
        _tell(args, {"kiosk": args.kiosk, "file": str(args.out), "in_roster": told})
    elif not args.qr:
        sys.stdout.write(text + "\n")
    if not told:
        complain("no hub answers now: the kiosk takes part once `hub run` or `hub status` has told the hubs of it")
    return Exit.OK


def _draw(path: Path, text: str) -> None:
    import segno

    segno.make(text, error="l", micro=False).save(str(path), scale=6, border=4)
    path.chmod(0o600)


def _revoke(args: argparse.Namespace) -> int:
    folder = _folder(args)
    venue = hub_folder.revoke(folder, args.kiosk)
    reloaded = _reload(folder, venue)
    told = asyncio.run(hub_admin.tell_members(venue))
    _tell(args, {"kiosk": args.kiosk, "revoked": True, "hubs_reloaded": reloaded, "hubs_told": told})
    if not told:
        complain("no hub answers now: they let this kiosk in until `hub run` or `hub status` has told them")
    return Exit.OK


def _reload(folder: Path, venue: hub_folder.Venue) -> int:
    pids = hub_folder.running(folder, venue)
    if os.name == "posix":
        for pid in pids:
            os.kill(pid, signal.SIGHUP)
    return len(pids) if os.name == "posix" else 0


def _page(args: argparse.Namespace) -> int:
    own = args.folder or _folder(args) / args.only
    with stop_signals() as stop, hub_page.told_of_users(args.folder):
        served = hub_page.open_page(own, args.listen, args.port)
        try:
            told = served.told()
            if args.qr:
                _draw(args.qr, str(told["link"]))
            _tell(args, told)
            stop.wait()
        finally:
            served.close()
    return Exit.OK


def _audit(args: argparse.Namespace) -> int:
    venue = hub_folder.load(_folder(args))
    found = asyncio.run(audit.audit(venue))
    _tell(args, {"venue": venue.name, **found})
    return Exit.OK if found.get("doubted") == 0 else Exit.TROUBLE


def _join(args: argparse.Namespace) -> int:
    known, enrolment = hub_join.read(args.file)
    with open_kiosk(data_dir(args), writes=True) as kiosk:
        settings = kiosk.settings.load()
        before = settings.venue or known  # enrolled anew: its share and limits stay
        config = hub_rule.with_rule(replace(before, name=known.name, kiosk=known.kiosk, hubs=known.hubs), args)
        kiosk.secrets.put(config.secret_name, json.dumps(enrolment))
        kiosk.settings.save(replace(settings, venue=config))
    _tell(args, hub_rule.told(config))
    return Exit.OK


def _rule(args: argparse.Namespace) -> int:
    with open_kiosk(data_dir(args), writes=True) as kiosk:
        settings = kiosk.settings.load()
        if settings.venue is None:
            raise SettingsTrouble("not_joined")
        config = hub_rule.with_rule(settings.venue, args)
        kiosk.settings.save(replace(settings, venue=config))
    _tell(args, hub_rule.told(config))
    return Exit.OK


def _tell(args: argparse.Namespace, record: Mapping[str, object]) -> None:
    if args.json:
        print_json(record)
    else:
        say("\n".join(f"{name:14} {_plain(value)}" for name, value in record.items()))


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "init": _init,
    "run": _run,
    "status": _status,
    "enrol": _enrol,
    "revoke": _revoke,
    "grow": _grow,
    "join": _join,
    "rule": _rule,
    "audit": _audit,
    "page": _page,
}
