"""nats-server's configuration for one hub of one or three, as venue.md's trials found it must be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CLIENT_PORT = 4222
ROUTE_PORT = 6222
STREAM = "RED"
"""The one stream: claim slots `r.<place>.<pass>.<n>` and everything else `x.<place>.<pass>.<id>`; `k.<hash>` is the
installer's roster of kiosks and their keys, which no kiosk may write."""
CLOUD = "CLOUD"
"""The one consumer that whoever has internet shares: each record goes to the platform once, not once per kiosk."""

CLOUD_CONFIG: Mapping[str, object] = {
    "durable_name": CLOUD,
    "name": CLOUD,
    "ack_policy": "explicit",
    "ack_wait": 60_000_000_000,
    "max_ack_pending": 200,
    "deliver_policy": "all",
}

GET = f"$JS.API.STREAM.MSG.GET.{STREAM}"
"""Where one committed record is asked for."""

KIOSK_PUBLISH = (
    "r.>",
    "x.>",
    "$JS.API.INFO",
    f"$JS.API.STREAM.INFO.{STREAM}",
    GET,
    f"$JS.API.CONSUMER.INFO.{STREAM}.{CLOUD}",
    f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{CLOUD}",
    f"$JS.ACK.{STREAM}.{CLOUD}.>",
    "$JS.FC.>",
)
"""What every kiosk may say: create, read, and take its share of the uploader's work. Nothing deletes."""


def is_led(info: Mapping[str, Any]) -> bool:
    """Whether what a hub says of the stream names who leads; one that lost the others answers too, and names nobody."""
    cluster = info.get("cluster")
    return not cluster or bool(cluster.get("leader"))


def follower(kiosk: str) -> str:
    """Return the name of the consumer by which a kiosk follows the stream: the only one it may make and remake."""
    return f"F-{kiosk}"


def kiosk_publish(kiosk: str) -> list[str]:
    """Return all that one kiosk may say."""
    own = follower(kiosk)
    return [
        *KIOSK_PUBLISH,
        f"$JS.API.CONSUMER.CREATE.{STREAM}.{own}",
        f"$JS.API.CONSUMER.DELETE.{STREAM}.{own}",
        f"s.{kiosk}",  # how it is, under its own name only
    ]


def page_publish(page: str) -> list[str]:
    """Return all that a hub's page may say: it reads."""
    own = follower(page)
    return [
        f"$JS.API.STREAM.INFO.{STREAM}",
        GET,  # who may talk to its hub
        f"$JS.API.CONSUMER.CREATE.{STREAM}.{own}",
        f"$JS.API.CONSUMER.DELETE.{STREAM}.{own}",
        "$JS.FC.>",
    ]


JETSTREAM = "sync_interval: always, max_memory_store: 64MB, max_file_store: 4GB"
STREAM_CONFIG: Mapping[str, object] = {
    "name": STREAM,
    "subjects": ["r.>", "x.>", "k.>"],
    "storage": "file",
    "retention": "limits",
    "max_msgs_per_subject": 1,
    "discard": "new",
    "discard_new_per_subject": True,
    "deny_delete": True,
    "deny_purge": True,
    "allow_direct": False,
}
"""First write wins, by the server, whatever a client sends (venue.md, 6)."""


@dataclass(frozen=True, slots=True)
class HubBox:
    """One hub: its name, the host kiosks and other hubs reach it at, its two ports."""

    name: str
    host: str
    port: int = CLIENT_PORT
    route_port: int = ROUTE_PORT


def store_name(boxes: Sequence[HubBox]) -> str:
    """Return the folder of a hub's store. Never the same for one hub and for three.

    A stream that a lone hub kept is not the group's: the group makes its own, but a hub that finds the old one's files
    goes on with them, and then two hubs hold different records under the same numbers (tried: nats-server 2.15.1).
    """
    return "store" if len(boxes) == 1 else f"store-{len(boxes)}"


def hub_config(box: HubBox, boxes: Sequence[HubBox], folder: str, *, listen: str = "0.0.0.0") -> str:  # noqa: S104 - a LAN's hub
    """Return the text of one hub's `hub.conf`. `folder` holds its certificates, `users.conf` and the store."""
    lines = [
        f"server_name: {_quoted(box.name)}",
        f"listen: {_quoted(f'{listen}:{box.port}')}",
        f"pid_file: {_quoted(f'{folder}/hub.pid')}",
        f"log_file: {_quoted(f'{folder}/hub.log')}",
        "max_payload: 262144",  # the roster of five hundred kiosks; a kiosk's record has 4 KiB at most
        # Without sync_interval always, a power cut loses every acknowledged claim of the last two minutes.
        f"jetstream {{ store_dir: {_quoted(f'{folder}/{store_name(boxes)}')}, {JETSTREAM} }}",
        _tls(folder, verify=False),
    ]
    if len(boxes) > 1:
        lines += _cluster(box, boxes, folder, listen)
    return "\n".join([*lines, 'include "users.conf"', ""])


def users_config(admin: str, kiosks: Mapping[str, str], pages: Mapping[str, str] | None = None) -> str:
    """Return `users.conf`: the installer's identity, which alone may make streams, one nkey per kiosk and page."""
    users = [f"    {{ nkey: {_quoted(admin)} }}"]
    users += [_user(name, nkey, kiosk_publish(name)) for name, nkey in sorted(kiosks.items())]
    users += [_user(name, nkey, page_publish(name)) for name, nkey in sorted((pages or {}).items())]
    return "authorization {\n  users: [\n" + "\n".join(users) + "\n  ]\n}\n"


def _user(name: str, nkey: str, publish: Sequence[str]) -> str:
    subscribe = json.dumps([f"_INBOX_{name}.>", "s.>"])
    return (
        f"    {{ nkey: {_quoted(nkey)}, permissions: {{ publish: {{ allow: {json.dumps(list(publish))} }}, "
        f"subscribe: {{ allow: {subscribe} }} }} }}"
    )


def _cluster(box: HubBox, boxes: Sequence[HubBox], folder: str, listen: str) -> list[str]:
    routes = ", ".join(_quoted(f"nats://{b.host}:{b.route_port}") for b in boxes if b.name != box.name)
    return [
        "cluster {",
        '  name: "venue"',
        f"  listen: {_quoted(f'{listen}:{box.route_port}')}",
        f"  routes: [{routes}]",
        # Kiosks know their hubs from their enrolment; addresses a hub finds of itself are not in its certificate.
        "  no_advertise: true",
        f"  {_tls(folder, verify=True)}",
        "}",
    ]


def _tls(folder: str, *, verify: bool) -> str:
    check = ", verify: true" if verify else ""
    return (
        f"tls {{ cert_file: {_quoted(f'{folder}/hub.pem')}, key_file: {_quoted(f'{folder}/hub.key')}, "
        f'ca_file: {_quoted(f"{folder}/ca.pem")}, min_version: "1.3"{check} }}'
    )


def _quoted(text: str) -> str:
    return json.dumps(text)
