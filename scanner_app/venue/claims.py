"""The claim protocol of venue.md, section 9: first write wins, and a refusal counts once its record was read back."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scanner_app.application.hub import Claim, ClaimAnswer, ClaimEnd, RecordKind, VenueRecord
from scanner_app.application.hubrecord import SCOPE
from scanner_app.domain.passes import PassKey
from scanner_app.venue.asking import HubUnreachable
from scanner_app.venue.link import Enrolment, HubLink
from scanner_app.venue.records import encode, other_subjects, slot_stem, slot_subject, subject
from scanner_app.venue.server_config import GET, STREAM
from scanner_app.venue.trust import Trust

log = logging.getLogger(__name__)

REFUSALS = frozenset({10077, 10071, 10164})
"""Max messages per subject; wrong last sequence; the same while another is in flight. From a hub that was cut off these
may come of a proposal that never commits: only the committed record decides."""

NO_MESSAGE = 10037
TRY_SECONDS = 1.0
BETWEEN_TRIES = 0.03
MAX_VOIDS = 1000
"""How many records of one pass are looked through for voids; more is no guest's doing."""


NOBODY = VenueRecord(RecordKind.CLAIM, "nobody", "", "", "", "", 0, datetime.fromtimestamp(0, UTC))
"""Stands for a record that is no kiosk's: its slot counts for nothing (see `trust`)."""


class Undecided(Exception):
    """The deadline came before a decision: what was asked may still be committed."""


class Protocol:
    """Claims and publishing over a link, in its loop. `stamp` gives the hybrid clock's next text."""

    def __init__(
        self,
        link: HubLink,
        enrolment: Enrolment,
        stamp: Callable[[], str],
        trust: Trust,
        doubted: Callable[[str], set[int]] = lambda _stem: set(),
    ) -> None:
        """`doubted`: the slots under a subject's stem that are known to hold what is no kiosk's record."""
        self._link, self._me, self._stamp, self._trust, self._doubted = link, enrolment, stamp, trust, doubted

    async def claim(self, claim: Claim, deadline: float, *, policy: str = "hub") -> ClaimAnswer:
        """Take a slot within `deadline` seconds."""
        try:
            return await self._claim(claim, time.monotonic() + deadline, policy)
        except Undecided:
            return ClaimAnswer(ClaimEnd.UNDECIDED)

    async def replay(self, claim: Claim, deadline: float, *, policy: str) -> ClaimAnswer:
        """Take a slot for a claim that may have been committed before: then that slot is the answer."""
        until = time.monotonic() + deadline
        try:
            held = await self.find(claim, until)
            return held or await self._claim(replace(claim, known=0), until, policy)
        except Undecided:
            return ClaimAnswer(ClaimEnd.UNDECIDED)

    async def find(self, claim: Claim, until: float) -> ClaimAnswer | None:
        """Return the slot a claim holds, None when it holds none. `until` in monotonic seconds; raises Undecided."""
        slot, last = 1, claim.known + 1
        while True:
            where = slot_subject(self._me.hash_key, claim.key, claim.place, claim.scope, slot)
            held = await self._held(where, until)
            if held is not None and self._is_ours(held, claim.claim_id):
                return ClaimAnswer(ClaimEnd.GRANTED, slot, held)
            if held is None and slot >= last:
                return None
            last += held is NOBODY
            slot += 1

    async def _claim(self, claim: Claim, until: float, policy: str) -> ClaimAnswer:
        if claim.serial:
            return await self._take(claim, claim.known + 1, until, policy)
        limit, counted, winner = claim.allowed, False, None
        slot, tried = claim.known + 1, set[int]()
        while True:
            if limit is not None and slot > limit:
                if not counted:
                    counted, limit = True, limit + await self._voids(claim, until)
                    continue
                # What was thought to be taken may be free: a use that came by another way than a slot.
                free = next((n for n in range(1, limit + 1) if n not in tried), None)
                if free is None:
                    return ClaimAnswer(ClaimEnd.TAKEN, winner=winner)
                slot = free
            tried.add(slot)
            answer = await self._take(claim, slot, until, policy)
            if answer.end is ClaimEnd.GRANTED:
                return answer
            winner, slot = answer.winner or winner, slot + 1

    async def _take(self, claim: Claim, number: int, until: float, policy: str) -> ClaimAnswer:
        """Take the slot of this number, not counting those that hold what is no kiosk's record."""
        stem = slot_stem(self._me.hash_key, claim.key, claim.place, claim.scope)
        passed_over = self._doubted(stem)
        while True:
            slot = nth_slot(number, passed_over)
            answer = await self._take_slot(claim, slot, f"{stem}{slot}", until, policy)
            if answer is not None:
                return answer
            passed_over.add(slot)

    async def _take_slot(self, claim: Claim, slot: int, where: str, until: float, policy: str) -> ClaimAnswer | None:
        """Take one slot, whose subject is `where`; None when it holds what is no kiosk's record."""
        record = self.record(claim, slot, policy)
        data = encode(record, self._me.seed)
        while True:
            code = await self._publish(where, data, until)
            if code == 0:
                return ClaimAnswer(ClaimEnd.GRANTED, slot, record)
            committed = await self._committed(where, until)
            if committed is not None:
                self._link.went_well()
                if committed is NOBODY:
                    return None
                mine = self._is_ours(committed, claim.claim_id)
                return ClaimAnswer(ClaimEnd.GRANTED if mine else ClaimEnd.TAKEN, slot, committed)
            self._link.went_badly()
            await self._pause(until)

    def _is_ours(self, record: VenueRecord, claim_id: str) -> bool:
        return record.claim_id == claim_id and record.kiosk == self._me.kiosk

    def record(self, claim: Claim, slot: int, policy: str) -> VenueRecord:
        """Return the record by which a claim takes a slot."""
        detail = {**claim.detail, **({SCOPE: claim.scope} if claim.scope else {})}
        return VenueRecord(
            RecordKind.CLAIM,
            claim.claim_id,
            self._me.kiosk,
            claim.place,
            claim.key.account,
            claim.key.uid,
            slot,
            claim.at,
            claim.direction,
            claim.offset,
            self._stamp(),
            policy,
            detail=detail,
        )

    def signed_by_us(self, record: VenueRecord) -> VenueRecord:
        """Return a record as this kiosk tells it, with its name and its next time."""
        return replace(record, kiosk=self._me.kiosk, hlc=record.hlc or self._stamp())

    @property
    def seed(self) -> str:
        """What this kiosk signs with."""
        return self._me.seed

    @property
    def hash_key(self) -> bytes:
        """What makes passes and places into subjects."""
        return self._me.hash_key

    async def publish(self, record: VenueRecord, deadline: float) -> None:
        """Have a record committed under its own subject. Raises Undecided when it cannot be known in time."""
        await self.submit(subject(self._me.hash_key, record), encode(record, self._me.seed), record.claim_id, deadline)

    async def submit(self, where: str, data: bytes, claim_id: str, deadline: float) -> VenueRecord | None:
        """Publish bytes as they are; return who holds the subject when it is somebody else."""
        until = time.monotonic() + deadline
        while True:
            if await self._publish(where, data, until) == 0:
                return None
            committed = await self._committed(where, until)
            if committed is not None:
                return None if committed.claim_id == claim_id else committed
            self._link.went_badly()
            await self._pause(until)

    async def _publish(self, where: str, data: bytes, until: float) -> int:
        """Publish once; return 0 when it is committed, a refusal's code else; goes on while nothing is decided."""
        while True:
            try:
                # No message id and no expected stream: both were seen to do harm (venue.md, 5a).
                answer = await self._ask(where, data, until)
            except HubUnreachable:
                self._link.went_badly()
                await self._pause(until)
                continue
            code = answer.get("error", {}).get("err_code", 0)
            if "error" not in answer and answer.get("stream") == STREAM and not answer.get("duplicate"):
                self._link.went_well()
                return 0
            if code in REFUSALS:
                return int(code)
            log.info("the hub did not decide: %s", answer)
            self._link.went_badly()
            await self._pause(until)

    async def _held(self, where: str, until: float) -> VenueRecord | None:
        """Return the record of a slot; only a hub's clear answer says that there is none."""
        while True:
            try:
                found = await self._read({"last_by_subj": where}, until)
                return found[1] if found else None
            except HubUnreachable:
                self._link.went_badly()
                await self._pause(until)

    async def _committed(self, where: str, until: float) -> VenueRecord | None:
        try:
            found = await self._read({"last_by_subj": where}, until)
        except HubUnreachable:
            return None
        return found[1] if found else None

    async def _voids(self, claim: Claim, until: float) -> int:
        return len({v.other async for v in self._others(claim.key, claim.place, claim.scope, until)})

    async def _others(self, key: PassKey, place: str, scope: str, until: float) -> AsyncIterator[VenueRecord]:
        """Give the voids of claims of one pass at one place, as the hub has them."""
        pattern, sequence = other_subjects(self._me.hash_key, key, place, scope), 1
        for _ in range(MAX_VOIDS):
            try:
                found = await self._read({"seq": sequence, "next_by_subj": pattern}, until)
            except HubUnreachable:
                self._link.went_badly()
                await self._pause(until)
                continue
            if found is None:
                return
            sequence, record = found[0] + 1, found[1]
            if record is not NOBODY and record.kind is RecordKind.VOID and record.other:
                yield record

    async def _read(self, what: dict[str, Any], until: float) -> tuple[int, VenueRecord] | None:
        """Return a committed message; None when the hub says that there is none; HubUnreachable for all else."""
        answer = await self._ask(GET, json.dumps(what).encode(), until)
        if "error" in answer:
            if answer["error"].get("err_code") == NO_MESSAGE:
                return None
            raise HubUnreachable(str(answer["error"].get("description", "")))
        message = answer["message"]
        data, sequence = base64.b64decode(message.get("data", "")), int(message["seq"])
        try:
            record = await self._trust.genuine(message["subject"], data, sequence, until)
        except TimeoutError as error:  # not known yet whose it is: nothing may be decided by it
            raise Undecided from error
        return sequence, record or NOBODY

    async def _ask(self, where: str, data: bytes, until: float) -> dict[str, Any]:
        seconds = min(TRY_SECONDS, until - time.monotonic())
        if seconds <= 0:
            raise Undecided
        message = await self._link.ask(where, data, seconds)
        try:
            answer = json.loads(message.data)
        except ValueError as error:  # "no responders" has no body: there is no leader
            raise HubUnreachable("no answer of the stream") from error
        if not isinstance(answer, dict):
            raise HubUnreachable("no answer of the stream")
        return answer

    async def _pause(self, until: float) -> None:
        if time.monotonic() + BETWEEN_TRIES >= until:
            raise Undecided
        await asyncio.sleep(BETWEEN_TRIES)


def nth_slot(number: int, passed_over: set[int]) -> int:
    """Return the slot of this number when some are not counted."""
    slot = number
    for one in sorted(passed_over):
        slot += one <= slot
    return slot
