"""One pull from a central system: read to the end, then take what differs into the store, in short transactions."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from data.garbage import collected_seldom
from data.importing import Problem, Rejected
from data.store.bulk import keep_few_pages
from data.store.change_log import LOGGED_AT_MOST
from data.store.indexes import make_missing_indexes
from data.store.steps import PLANNED, Pace, Steps
from data.store.store import Store, Writing
from sync.central.applying import Difference, FeedApplier, ReadFeed, difference
from sync.central.claim import Claim
from sync.central.errors import ApprovalNeededError
from sync.central.events import TakeLines, log_lines
from sync.central.feed_reading import FeedState, feed_state, read_feed
from sync.central.history import PullRecord, begin, end, mark_approved
from sync.central.known_rows import KnownRows
from sync.central.mapping import Feed, Source
from sync.central.outcomes import TableOutcome
from sync.central.reader import reading
from sync.central.records import RecordTarget, Target
from sync.central.rehearsal import rehearsing
from sync.central.statements import FeedStatement
from sync.central.tickets import TicketTarget
from sync.central.waiting import WaitingRows

_LOG = logging.getLogger(__name__)

DELETED_AT_MOST = 0.05
"""The share of the records of a kind that may vanish at once without a person's word."""

_USUAL = Pace()


@dataclass(frozen=True, slots=True)
class Wish:
    """How a pull is to be done.

    Attributes:
        changed: Ask by the cursor columns for what has changed; else everything is compared.
        anew: Take every row, also those that are known as they are: what was changed here is overwritten.
        dry_run: Say what would change, change nothing.
        approve_deletions: However much would be deleted.
        approves: The refused pull that a person has approved.
        approved: How many records of each kind that pull would have deleted.
    """

    changed: bool = False
    anew: bool = False
    dry_run: bool = False
    approve_deletions: bool = False
    approves: int = 0
    approved: Mapping[str, int] = field(default_factory=dict)

    @property
    def mode(self) -> str:
        """As it is recorded."""
        return "dry_run" if self.dry_run else "changed" if self.changed else "full"


@dataclass(frozen=True, slots=True)
class Puller:
    """Pulls one source into a store.

    Attributes:
        url: With its password.
        folder: Where rows are spooled; private.
        take_lines: The way of call events into the store.
        pace: How it shares the store with others who write.
    """

    store: Store
    source: Source
    url: URL
    folder: Path
    take_lines: TakeLines
    pace: Pace = _USUAL

    def pull(self, actor: str, wish: Wish) -> PullRecord:
        """One pull, recorded whatever becomes of it.

        Raises:
            SourceError: the source does not answer, or not to the end; nothing was changed.
            ApprovalNeededError: it would delete too much; nothing was changed.
            OvertakenError: another pull of the source was finished meanwhile; nothing was changed.
        """
        started_at = self.store.clock.now()
        make_missing_indexes(self.store)
        with self.store.write(actor, "begin pull") as writing:
            keep_few_pages(writing.connection)
            number = begin(writing.connection, self.source.name, wish.mode, actor, started_at)
        work = _Pull(self, number, actor, wish, started_at)
        try:
            with collected_seldom():
                return work.run()
        except Exception as error:
            refused = isinstance(error, ApprovalNeededError)
            record = work.record("refused" if refused else "failed", str(error))
            with self.store.write(actor, "record pull") as writing:
                end(writing.connection, record)
            raise


@dataclass(slots=True)
class _Pull:
    """A pull under way."""

    puller: Puller
    id: int
    actor: str
    wish: Wish
    started_at: datetime
    outcomes: dict[str, TableOutcome] = field(default_factory=dict)

    def run(self) -> PullRecord:
        """Reads, applies, records."""
        source, store = self.puller.source, self.puller.store
        with store.read() as connection:
            states = {feed.key: feed_state(connection, feed) for feed in source.feeds}
        with ExitStack() as spools:
            read = self._read(states, spools)
            different = self._difference(read)
            claim = Claim(self.id, source, read, states)
            begin_step = partial(self._step, claim, sum(one.rows for one in different.values()))
            with Steps(begin_step, self.puller.pace, store.engine, whole=self.wish.dry_run) as steps:
                self._apply(steps, read, different, spools)
                claim.settle(steps.writing)
                if not self.wish.dry_run:
                    self._note(steps.writing)
        record = self.record("done", None, steps.revision)
        try:
            with store.write(self.actor, "end pull") as ending:
                end(ending.connection, record)
        except SQLAlchemyError as error:
            if self.wish.dry_run:
                raise
            _LOG.warning("pull %d is done; its revision could not be noted: %s", self.id, error)
        return record

    def record(self, outcome: str, error: str | None, revision: int | None = None) -> PullRecord:
        """What is known of the pull so far."""
        sample = self.wish.dry_run or outcome == "refused"
        return PullRecord(
            self.id,
            self.puller.source.name,
            self.wish.mode,
            self.actor,
            self.started_at,
            self.puller.store.clock.now(),
            outcome,
            {name: one.to_json(sample=sample) for name, one in self.outcomes.items()},
            revision,
            error,
        )

    def _read(self, states: Mapping[str, FeedState], spools: ExitStack) -> list[ReadFeed]:
        found: list[ReadFeed] = []
        with reading(self.puller.url, self.puller.pace.together) as reader:
            for feed in self.puller.source.feeds:
                one = read_feed(
                    reader,
                    feed,
                    states[feed.key],
                    self.puller.folder,
                    changed=self.wish.changed,
                    anew=self.wish.anew,
                )
                if one is not None:
                    spools.callback(one.spool.close)
                    self.outcomes[feed.name] = one.outcome
                    found.append(one)
        return found

    def _difference(self, read: Sequence[ReadFeed]) -> dict[str, Difference]:
        """What is different, by the key of its feed.

        Raises:
            ApprovalNeededError: too much is to be deleted.
        """
        with self.puller.store.read() as connection:
            found = {one.feed.key: difference(KnownRows(connection, one.feed.key), one) for one in read}
        for one in read:
            one.outcome.delete(found[one.feed.key].gone)
        if not self.wish.dry_run:
            self._refuse_too_many_deletions()
        return found

    @contextmanager
    def _step(self, claim: Claim, different: int) -> Iterator[Writing]:
        """One transaction; `different` rows are stored in all of them together."""
        puller = self.puller
        if self.wish.dry_run:
            with rehearsing(puller.store, puller.folder, short=different <= puller.pace.cost // PLANNED) as writing:
                claim.hold(writing)
                yield writing
            return
        with puller.store.write(self.actor, f"pull {puller.source.name}") as writing:
            claim.hold(writing)
            if different > LOGGED_AT_MOST:
                writing.leave_unlogged()
            yield writing

    def _apply(
        self, steps: Steps, read: Sequence[ReadFeed], different: Mapping[str, Difference], spools: ExitStack
    ) -> None:
        appliers: list[FeedApplier] = []
        for one in read:
            if one.feed.kind != "call_event":
                folder, gone = self.puller.folder, different[one.feed.key].gone
                waiting = WaitingRows(folder)
                spools.callback(waiting.close)
                appliers.append(FeedApplier(one, steps, self._target(one.feed), waiting, folder, gone))
        for number, applier in enumerate(appliers, 1):
            applier.apply()
            _mend(appliers[:number])
        for applier in appliers:
            applier.finish()
        for applier in reversed(appliers):  # what refers before what is referred to
            applier.delete()
        for one in read:
            if one.feed.kind == "call_event":
                self._take_events(steps.writing, one)

    def _target(self, feed: Feed) -> Target:
        names = FeedStatement(feed).fields
        if feed.kind == "ticket":
            return TicketTarget(feed, names, ZoneInfo(self.puller.source.timezone))
        return RecordTarget(feed, names)

    def _take_events(self, writing: Writing, read: ReadFeed) -> None:
        lines = log_lines(read.feed, read.spool.part(0), FeedStatement(read.feed).fields)
        became = self.puller.take_lines(writing.connection, lines, ZoneInfo(self.puller.source.timezone))
        read.outcome.added, read.outcome.unchanged = became["added"], became["known"]
        for one in became["rejected"]:
            problem = Problem("line", one["text"], one["reason"])
            read.outcome.reject(str(one["line"]), Rejected(one["line"], (problem,)))

    def _refuse_too_many_deletions(self) -> None:
        if self.wish.approve_deletions:
            return
        known, deleted = _by_kind(self.outcomes, "known"), _by_kind(self.outcomes, "deleted")
        for kind, count in deleted.items():
            if count > max(known[kind] * DELETED_AT_MOST, self.wish.approved.get(kind, 0)):
                raise ApprovalNeededError(
                    f"this pull would delete {count:,} of the {known[kind]:,} records of kind {kind} that came from "
                    f"{self.puller.source.name}, and changed nothing: if that is right, approve it with "
                    f"switchboard pull --approve {self.id}"
                )

    def _note(self, writing: Writing) -> None:
        if self.wish.approves:
            mark_approved(writing.connection, self.wish.approves, self.actor)
            writing.note(self.actor, "approve_pull", str(self.wish.approves))
        end(writing.connection, self.record("done", None))
        writing.note(self.actor, "pull", f"{self.puller.source.name} {self.id}")


def _mend(appliers: Sequence[FeedApplier]) -> None:
    """Tries waiting rows again for as long as other tables have brought something since: perhaps what they wait for."""
    while True:
        waiting = [one for one in appliers if one.waiting.count and one.tried_at != _brought(appliers, one)]
        if not waiting:
            return
        for one in waiting:
            one.tried_at = _brought(appliers, one)
            one.try_again()


def _brought(appliers: Sequence[FeedApplier], but: FeedApplier) -> int:
    return sum(one.read.outcome.added + one.read.outcome.changed for one in appliers if one is not but)


def _by_kind(outcomes: Mapping[str, TableOutcome], name: str) -> dict[str, int]:
    counted: dict[str, int] = {}
    for one in outcomes.values():
        counted[one.kind] = counted.get(one.kind, 0) + int(getattr(one, name))
    return counted
