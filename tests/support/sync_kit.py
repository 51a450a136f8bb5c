"""A kiosk's sync over a real store and a simulated platform, one thread, virtual time."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from support.simulated_platform import SimulatedPlatform
from support.virtual_time import World

from scanner_app.application.config import AccountConfig
from scanner_app.application.correct import _compensate
from scanner_app.application.events import Notice
from scanner_app.application.ids import new_id
from scanner_app.application.ports import LedgerTx
from scanner_app.application.reporting import COMPENSATION
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import Direction, IdentifierKind, Pass, PassKey
from scanner_app.domain.scan import LocalUse, Operation, OperationKind, OperationState, Scan
from scanner_app.domain.verdict import Grade, Outcome, Reason, Verdict
from scanner_app.storage.store import Store
from scanner_app.sync.connectivity import Connectivity
from scanner_app.sync.download import Downloader, SyncReport
from scanner_app.sync.line import Line
from scanner_app.sync.reports import DrainReport, Listeners
from scanner_app.sync.upload import Uploader


class Kiosk:
    """One account. `restart()` is what a kill and a new start do to everything that is not on disk."""

    def __init__(
        self, world: World, platform: SimulatedPlatform, store: Store, chance: random.Random, clock_error: float = 0.0
    ) -> None:
        self.world, self.platform, self.store, self.chance = world, platform, store, chance
        self.config = AccountConfig(
            platform.account, platform.platform, "https://sim", zone=platform.configured or platform.zone
        )
        self.clock = world.clock(clock_error)
        self.notices: list[Notice] = []
        self.known: set[str] = set()
        self.stopped = False
        self.restart()

    def restart(self) -> None:
        check = self.platform.check
        connectivity = Connectivity(self.config.id, check, self.clock, self.chance)
        self.line = Line(self.config, self.platform, self.store, self.clock, connectivity)
        self.downloader = Downloader(self.line, notify=self.notices.append, stopped=lambda: self.stopped)
        self.uploader = Uploader(
            self.line,
            self.downloader.watch,
            Listeners(self.notices.append),
            lanes=1,
            bell=self.world.bell(),
            chance=self.chance,
        )

    # --- download ---
    def round(self, *, full: bool = False) -> SyncReport:
        return self.downloader.round(full=full)

    def held(self) -> dict[str, str]:
        """Return uid -> version of every living pass held."""
        self.remember()
        with self.store.cache_reader() as reader:
            found = [p for uid in self.known for p in [reader.get(PassKey("sim", uid))] if p and not p.nullified]
        return {p.uid: p.fields["version"] for p in found}

    def remember(self) -> None:
        """Remember every uid that ever was: deletion takes them off the platform, not off this list."""
        self.known |= set(self.platform.rows)

    def differences(self) -> dict[str, set[str]]:
        """Return what is stale, missed and ghost here, compared with the platform."""
        held, there = self.held(), {r.uid: str(r.version) for r in self.platform.rows.values()}
        return {
            "stale": {u for u in held if u in there and held[u] != there[u]},
            "missed": set(there) - set(held),
            "ghost": set(held) - set(there),
        }

    # --- upload ---
    def admit(
        self,
        uid: str,
        kinds: tuple[OperationKind, ...] = (OperationKind.RECORD, OperationKind.VOID),
        policy: str = "once",
        direction: Direction = Direction.ENTRY,
        outcome: str = "admit",
        extra: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Admit a pass as the presenter does, or report a refusal of it; return the scan's id."""
        moment, scan_id = self.clock.now(), new_id()
        subject = Pass("sim", "passcreator", uid, identifiers={IdentifierKind.BARCODE: uid})
        verdict = Verdict(Outcome.ADMIT, Reason.ADMIT, Grade.PENDING, subject, records_use=True, spends=True)
        scan = Scan(scan_id, moment, "gate 1", "Main", Credential(uid, Symbology.QR), verdict)
        use = LocalUse(scan_id, "Main", moment.trusted, direction) if outcome == "admit" else None
        operations = [
            Operation(
                kind, scan_id, "sim", uid, moment.trusted, uid, "gate 1", "door", "Main", outcome=outcome,
                policy=policy, direction=direction, extra=extra, tenant=self.platform.tenant,
            )
            for kind in kinds
        ]  # fmt: skip
        self.store.ledger(lambda tx: tx.record(scan, use, operations))
        return scan_id

    def undo(self, scan_id: str) -> None:
        """Take an admission back, as `application.correct` does."""
        moment, fact_id = self.clock.now(), new_id()

        def work(tx: LedgerTx) -> None:
            sent = tx.undo(fact_id, scan_id, moment, "staff", "")
            tx.enqueue([_compensate(op, moment) for op in reversed(sent) if op.kind in COMPENSATION])

        self.store.ledger(work)

    def drain(self, seconds: float = 3600.0) -> DrainReport:
        return self.uploader.drain(seconds)

    def counts(self) -> dict[OperationState, int]:
        with self.store.ledger_reader() as reader:
            return dict(reader.outbox_counts())

    def conflicts(self) -> list[dict[str, object]]:
        with self.store.ledger_reader() as reader:
            return [dict(f.body) for f in reader.conflicts()]

    def later(self, **span: float) -> None:
        self.world.advance(timedelta(**span).total_seconds())
