"""`scanner-app nfc set`: what counts at this kiosk's NFC readers, and the keys for it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner_app import tap_keys
from scanner_app.application.config import APPLE_KEY, GOOGLE_KEY, SUN_KEYS, TapConfig
from scanner_app.commands.options import a_path, data_dir, whole_number
from scanner_app.commands.output import Exit, complain, say
from scanner_app.domain.errors import SettingsTrouble

if TYPE_CHECKING:
    from scanner_app.bootstrap import Kiosk

PERMISSION = (
    "Wallet taps are on. Apple VAS needs Apple's approval and Google Smart Tap needs Google's certification for "
    "commercial use; this program's own reader has neither. Having the permission is up to you (docs/user/nfc.md)."
)


def add_parser(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the action."""
    parser = actions.add_parser("set", parents=parents, help="what counts at this kiosk's readers", description=__doc__)
    parser.add_argument("--apple-pass-type", action="append", default=[], metavar="ID", help="asked for in this order")
    parser.add_argument("--apple-key", type=a_path, metavar="FILE", help="PEM, P-256; kept in the secret store")
    parser.add_argument("--google-collector", type=whole_number(64), default=0, metavar="N")
    parser.add_argument("--google-key", type=a_path, metavar="FILE", help="PEM, P-256; kept in the secret store")
    parser.add_argument("--google-key-version", type=whole_number(32), default=1, metavar="N")
    parser.add_argument("--sun-keys", type=a_path, metavar="FILE", help="NTAG 424 DNA: meta and file key, hexadecimal")
    parser.add_argument("--uri-prefix", action="append", metavar="URI", help="take tags' links below this one")
    parser.add_argument("--card-uids", choices=("on", "off"), help="let card numbers count, which prove nothing")
    parser.add_argument("--off", action="store_true", help="switch every kind of tap off and forget the keys first")


def run(args: argparse.Namespace) -> int:
    """Keep what was said and leave the rest. Exit code 2 for what does not go together, 3 for a bad key file."""
    apple = bool(args.apple_pass_type) == bool(args.apple_key) and all(args.apple_pass_type)
    if not apple or bool(args.google_collector) != bool(args.google_key):
        complain("--apple-pass-type goes with --apple-key, and --google-collector with --google-key")
        return Exit.USAGE
    from scanner_app.bootstrap import open_kiosk  # `nfc read` needs none of it

    with open_kiosk(data_dir(args), writes=True) as kiosk:
        if args.off:
            _forget(kiosk)
        try:
            tap_keys.keep(
                kiosk.secrets,
                {APPLE_KEY: args.apple_key, GOOGLE_KEY: args.google_key, SUN_KEYS: args.sun_keys},
            )
        except SettingsTrouble as trouble:
            complain(trouble.detail)
            return Exit.TROUBLE
        _keep_settings(kiosk, args)
    if args.apple_key or args.google_key:
        say(PERMISSION)
    return Exit.OK


def _forget(kiosk: Kiosk) -> None:
    tap_keys.forget(kiosk.secrets)
    _save(kiosk, TapConfig())


def _keep_settings(kiosk: Kiosk, args: argparse.Namespace) -> None:
    taps = kiosk.settings.load().devices.taps
    if args.apple_pass_type:
        taps = replace(taps, apple_pass_types=tuple(args.apple_pass_type))
    if args.google_collector:
        taps = replace(taps, google_collector=args.google_collector, google_key_version=args.google_key_version)
    if args.uri_prefix is not None:
        taps = replace(taps, uri_prefixes=tuple(args.uri_prefix))
    if args.card_uids:
        taps = replace(taps, card_uids=args.card_uids == "on")
    _save(kiosk, taps)


def _save(kiosk: Kiosk, taps: TapConfig) -> None:
    settings = kiosk.settings.load()
    kiosk.settings.save(replace(settings, devices=replace(settings.devices, taps=taps)))
