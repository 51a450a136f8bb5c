"""When two passes are one person's, and what the door says of it. A name alone never makes two passes one person's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from scanner_app.domain.passes import Direction, IdentifierKind, Kin, Pass, Use, by_time
from scanner_app.domain.place import Place
from scanner_app.domain.verdict import Detail

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"(?:\+|00)[0-9][0-9 ()./-]{6,24}")
TAIL = 6
"""Characters of an identifier that tell two passes apart to a person."""


def folded(text: str) -> str:
    """Return a text without case, accents and presentation forms."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(ch for ch in plain if unicodedata.category(ch) not in ("Mn", "Cs"))


def person(one: Pass) -> str:
    """Return what all passes of one person share: the name with an e-mail address or else a telephone number.

    A buyer's address on the passes of a family is not one person: the name belongs to it. An address without a name
    stands for itself, a number does not. '' where nothing says who it is.
    """
    name = " ".join(sorted(folded(one.holder).split()))
    values = [value for _, value in sorted(one.fields.items())]
    address = next((folded(value) for value in values if "@" in value and _ADDRESS.fullmatch(value)), "")
    if address:
        return f"{name}\n{address}"
    phone = next((value for value in values if value[:1] in "+0" and _PHONE.fullmatch(value)), "") if name else ""
    digits = re.sub(r"[^0-9]", "", phone).lstrip("0")
    return f"{name}\n{digits}" if digits else ""


def tails(passes: Sequence[Pass]) -> list[str]:
    """Return what tells these passes apart to a person: the end of the code each shows, else of its id, else that."""
    codes, ids = [(one.barcode or one.uid)[-TAIL:] for one in passes], [one.uid[-TAIL:] for one in passes]
    chosen = next((ends for ends in (codes, ids) if len(set(ends)) == len(ends)), None)
    return [f"…{end}" for end in chosen] if chosen else [one.uid for one in passes]


def told(subject: Pass, kin: Sequence[Kin], place: Place, now: datetime) -> dict[str, Detail]:
    """Return the facts of a person's other passes that matter at this door: never a reason to refuse, only told.

    `others`: how many; `other_pass`: the end of one's code, the one let in here last if there is one
    (`other_admitted_at`, `other_admitted_by`), else the newest; `other_issued` where that one is newer than this pass.
    `reissued_as`, `reissued_pass`, `reissued_at`: which pass of its external id took the place of one that is gone.
    """
    good = [(k, _entries(k, place)) for k in kin if _counts(k, subject, place, now)]
    if not good:
        return {}
    chosen, entries = max(good, key=lambda one: (_last(one[1]), _stamp(one[0].subject.created)))
    detail: dict[str, Detail] = {"others": len(good), "other_pass": tails([subject, chosen.subject])[1]}
    if entries:
        last = max(entries, key=by_time)
        detail |= {"other_admitted_at": last.at.isoformat(), "other_admitted_by": last.device}
    issued = chosen.subject.created
    if issued and subject.created and issued > subject.created:
        detail["other_issued"] = issued.isoformat()
    return detail | _reissued(subject, [kin.subject for kin, _ in good])


def _reissued(subject: Pass, others: Sequence[Pass]) -> dict[str, Detail]:
    """Return which of the others replaced a pass that is gone: an external id is free again once its pass is gone."""
    record = subject.identifiers.get(IdentifierKind.EXTERNAL_ID)
    if not subject.nullified or not record:
        return {}
    same = [p for p in others if not p.nullified and p.identifiers.get(IdentifierKind.EXTERNAL_ID) == record]
    later = [p for p in same if p.created is None or subject.created is None or p.created >= subject.created]
    if not later:
        return {}
    new = max(later, key=lambda one: _stamp(one.created))
    at: dict[str, Detail] = {"reissued_at": new.created.isoformat()} if new.created else {}
    return {"reissued_as": new.uid, "reissued_pass": tails([subject, new])[1], **at}


def _counts(kin: Kin, subject: Pass, place: Place, now: datetime) -> bool:
    """Whether another pass matters here: one let in does, one of another event, run out or taken back does not."""
    one = kin.subject
    accepted = place.accepted(one.account)
    here = one.template == subject.template or bool(
        accepted and (not accepted.templates or one.template in accepted.templates)
    )
    over = one.nullified or (one.expires is not None and one.expires <= now)
    blocked = one.voided and not one.redeemed and not kin.uses
    return here and (bool(_entries(kin, place)) or not (over or blocked))


def _entries(kin: Kin, place: Place) -> list[Use]:
    here = place.names(kin.subject.account)
    return [use for use in kin.uses if use.place in here and use.direction is Direction.ENTRY]


def _last(entries: Sequence[Use]) -> float:
    return max((_stamp(use.at) for use in entries), default=0.0)


def _stamp(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
