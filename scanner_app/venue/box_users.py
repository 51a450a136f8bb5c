"""On a hub's box that is alone: who may talk to its hub, as the installer told the stream last.

`hub enrol` and `hub revoke` tell it on the installer's machine; each box takes it from there within seconds, and one
that was off when it comes back. Nothing that the installer did not sign is taken over.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import signal
from pathlib import Path

from scanner_app.application.hubrecord import BadRecord
from scanner_app.domain.errors import StorageTrouble
from scanner_app.files import write_private
from scanner_app.venue import roster
from scanner_app.venue.asking import HubUnreachable
from scanner_app.venue.hub_folder import USERS, hub_pid
from scanner_app.venue.link import Enrolment, HubLink
from scanner_app.venue.server_config import GET, users_config

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
ASK_SECONDS = 2.0


class BoxUsers:
    """Keeps `users.conf` of one hub's own folder as the installer wants it. Its thread ends with `stop()`."""

    def __init__(self, enrolment: Enrolment, folder: Path) -> None:
        """`enrolment`: the identity of this box's page, which may read and nothing else."""
        self._link, self._admin, self._folder = HubLink(enrolment), enrolment.admin, folder

    def start(self) -> None:
        """Begin to look."""
        self._link.start()
        self._link.post(self._run())

    def stop(self, deadline: float = 3.0) -> bool:
        """End; return whether that was within the deadline (seconds)."""
        return self._link.stop(deadline)

    async def _run(self) -> None:
        while True:
            await self._link.client()
            try:
                await self._look()
            except (HubUnreachable, BadRecord, StorageTrouble) as error:
                log.info("who may talk to this hub is looked for later: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        question = json.dumps({"last_by_subj": roster.SUBJECTS}).encode()
        try:
            answer = json.loads((await self._link.ask(GET, question, ASK_SECONDS)).data)
            data = base64.b64decode(answer["message"]["data"])
        except (ValueError, KeyError, TypeError) as error:
            raise HubUnreachable("no roster yet") from error
        may = roster.decode(data, self._admin).may
        if may is not None:
            self._take_over(users_config(self._admin, may.kiosks, may.pages))

    def _take_over(self, text: str) -> None:
        file = self._folder / USERS
        try:
            if file.read_text(encoding="utf-8") == text:
                return
        except OSError as error:
            log.info("%s is written anew: %s", file, error)
        write_private(file, text)
        try:
            os.kill(hub_pid(self._folder), signal.SIGHUP)
        except (OSError, ValueError, AttributeError) as error:  # Windows knows no such signal
            log.warning("the hub is to be started anew, to know who may talk to it: %s", error)
        else:
            log.warning("the hub was told anew who may talk to it")
