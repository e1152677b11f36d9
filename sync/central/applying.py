"""The rows of one feed, read and spooled, compared with what is known and taken into the store."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from data.errors import BadValueError
from data.importing import Problem, Rejected
from data.importing.rows import value_of
from data.kinds import KINDS
from data.store.indexes import leave_out_indexes, missing_indexes
from data.store.steps import PLANNED, Steps
from sync.central.known_rows import BROUGHT, KnownRows
from sync.central.lots import Lot, SourceRow
from sync.central.mapping import Feed
from sync.central.outcomes import TableOutcome, Taken
from sync.central.plain_rows import NONE, Made
from sync.central.records import Target
from sync.central.seen_rows import LoadedRows, SeenRows
from sync.central.spool import Spool
from sync.central.waiting import Offered, WaitingRows

TREES = frozenset({"area", "branch"})
"""Kinds whose rows refer to each other in any order, and are planned as a whole."""

REFERRED_TO_BY_NONE = frozenset({"customer", "ticket"})
"""Kinds whose records may go before anything else does, without leaving anybody alone."""

_T = TypeVar("_T")

_LOOKED_AT = 20
"""So many rows that are known as they are cost as much as one that is stored."""

_TWICE = "another row of the source has this id already"


@dataclass(slots=True)
class ReadFeed:
    """What was read of a feed.

    Attributes:
        whole: Everything was read: what is not there has vanished.
        blocks: With `whole`, the blocks that differ from what is known.
        anew: Every row counts as changed: the mapping now says something else, or a person wants it so.
        fresh: Nothing is known of it and the store has no record of its kind: rows are stored in the order in which
            they came.
        divided: What is known of some blocks is all that is known of their rows.
        adopt: What was in the store before counts as brought.
        method: How its rows were digested.
        newest: The cursor's newest value as text; None where there is none.
    """

    feed: Feed
    spool: Spool
    whole: bool
    blocks: Collection[int]
    anew: bool
    fresh: bool
    divided: bool
    adopt: bool
    outcome: TableOutcome
    method: str
    newest: str | None = None

    def part_blocks(self, number: int) -> set[int]:
        """The blocks of a part of the spool that are to be compared; of a feed that is read in part, its rows say."""
        return {block for block in self.blocks if self.spool.part_of(block) == number} if self.whole else set()


class _Unit(NamedTuple):
    """Rows that are compared and stored together, with all that is known of their blocks."""

    blocks: set[int]
    rows: Iterable[SourceRow]


@dataclass(slots=True)
class FeedApplier:
    """Takes one feed into the store.

    Attributes:
        read: What was read.
        steps: The transactions.
        target: Where its rows go.
        waiting: Rows that were refused, but may be mended by what other tables bring.
        folder: For what does not fit into memory; private, as rows hold personal data.
        gone: The ids of the records that the pull once brought and that vanished from the source, from `difference`.
        tried_at: How much the other tables had brought when what waits was last tried.
    """

    read: ReadFeed
    steps: Steps
    target: Target
    waiting: WaitingRows
    folder: Path
    gone: list[str] = field(default_factory=list)
    tried_at: int = 0

    def apply(self) -> None:
        """Takes every row that differs from what is known; what cannot be stored waits for `try_again`."""
        if self.read.fresh:
            self._load()
        else:
            for unit in _units(self.read, self.steps.pace.together):
                self._compare(unit)

    def try_again(self) -> None:
        """Stores those of the waiting rows that can be, now that more of what they refer to is there."""
        remaining = (one for one, _ in self.waiting.take())
        while some := list(islice(remaining, self._together)):
            mended: list[tuple[int, str, int]] = []
            for offered, became in self._taken(some):
                if isinstance(became, Rejected):
                    self.waiting.add(offered, became)
                else:
                    self.read.outcome.take(became)
                    mended.append((offered.row.block, offered.key, self._entry(offered, became)))
            if mended:
                self._known.mend(mended)
            self.steps.spend(len(some) * PLANNED)

    def finish(self) -> None:
        """Rejects what still waits."""
        for offered, rejected in self.waiting.take():
            self.read.outcome.reject(offered.key, rejected)

    def delete(self) -> None:
        """Removes the records that have vanished; those that others refer to all in one transaction."""
        remaining = iter(self.gone)
        while some := list(islice(remaining, self.steps.pace.together)):
            self.target.delete(self.steps.writing, some)
            if self.read.feed.kind in REFERRED_TO_BY_NONE:
                self.steps.spend(len(some) * PLANNED)

    @property
    def _known(self) -> KnownRows:
        return KnownRows(self.steps.writing.connection, self.read.feed.key)

    @property
    def _together(self) -> int | None:
        """So many rows are taken at once; None: all."""
        return None if self.read.feed.kind in TREES else self.steps.pace.together

    def _load(self) -> None:
        """Takes rows of which nothing is known; what was seen is noted at the end."""
        with closing(LoadedRows(self.folder, self.steps.pace.in_memory)) as seen:
            if self.read.spool.rows > self.steps.pace.cost:
                leave_out_indexes(self.steps.writing.connection, self.read.feed.kind)
            for lot, made in self.read.spool.lots():
                self.steps.spend(self._load_lot(lot, made, seen))
                seen.put_away()
            self._make_indexes()
            for part in seen.parts():
                blocks = iter(sorted(part.packed))
                while some := list(islice(blocks, self.steps.pace.together)):
                    self._known.add(some, part)
                    self.steps.spend(len(some))

    def _make_indexes(self) -> None:
        """Makes what was left out, each index in a transaction of its own."""
        for index in missing_indexes(self.steps.writing.connection):
            self.steps.spend(self.steps.pace.cost)
            index.create(self.steps.writing.connection)
            self.steps.spend(self.steps.pace.cost)

    def _load_lot(self, lot: Lot, made: Made, seen: SeenRows) -> int:
        """Takes rows of which nothing is known; what that cost."""
        new = made
        if new.at:
            twice = seen.may_have(_at(lot.blocks, made.at), made.columns[0])
            new = NONE if twice else self.target.add_made(self.steps.writing, made)
        if new.at:
            self.read.outcome.add(new)
            digests = [digest | BROUGHT for digest in _at(lot.digests, new.at)]
            seen.add_all(_at(lot.blocks, new.at), new.columns[0], digests)
        if len(new.at) == len(lot.blocks):
            return len(new.at)
        stored = set(new.at)
        left = [row for at, row in enumerate(lot.rows()) if at not in stored]
        return len(new.at) + self._take_rows(left, {}, seen)

    def _compare(self, unit: _Unit) -> None:
        """Takes the rows of some blocks, and notes what was seen of them in the same transaction."""
        before, seen = self._known.rows(unit.blocks), SeenRows()
        cost = sum(self._take_rows(rows, before, seen) for rows in self._batches(unit.rows))
        if not self.read.whole:  # everything else is still there
            for key, (block, was) in before.items():
                seen.add(block, key, was)
        self._known.replace(unit.blocks | seen.packed.keys(), seen)
        self.steps.spend(cost)

    def _batches(self, rows: Iterable[SourceRow]) -> Iterator[list[SourceRow]]:
        remaining = iter(rows)
        while some := list(islice(remaining, self._together)):
            yield some

    def _take_rows(self, rows: list[SourceRow], before: dict[str, tuple[int, int]], seen: SeenRows) -> int:
        """Stores what differs of some rows; what that cost."""
        different = list(self._different(rows, before, seen))
        return self._store(different, seen) + len(rows) // _LOOKED_AT

    def _different(
        self, rows: Iterable[SourceRow], before: dict[str, tuple[int, int]], seen: SeenRows
    ) -> Iterator[Offered]:
        """The rows that are not known as they are; takes what is met out of `before`.

        Args:
            rows: Those that are stored together.
            before: What is known of their blocks.
            seen: Takes the rows that are known as they are.
        """
        offered, kind = set[str](), self.read.feed.kind
        for row in rows:
            key = record_id(kind, row.cells[0])
            if key in offered or seen.has(row.block, key):
                self.read.outcome.reject(key, Rejected(0, (Problem("id", key, _TWICE),)))
                continue
            was = before.pop(key)[1] if key in before else None
            if was is not None and was % BROUGHT == row.digest and not self.read.anew:
                seen.add(row.block, key, was)
                self.read.outcome.unchanged += 1
            else:
                if key:  # each row without an id is told so
                    offered.add(key)
                yield Offered(row, key, was)

    def _store(self, some: list[Offered], seen: SeenRows) -> int:
        """Stores rows; what that cost."""
        if not some:
            return 0
        made = self.target.made(list(zip(*(one.row.cells for one in some), strict=True)))
        new = self.target.add_made(self.steps.writing, made)
        self.read.outcome.add(new)
        for row, key, _ in _at(some, new.at):
            seen.add(row.block, key, row.digest | BROUGHT)
        stored = set(new.at)
        left = [one for number, one in enumerate(some) if number not in stored]
        for offered, became in self._taken(left):
            if isinstance(became, Taken):
                self.read.outcome.take(became)
                seen.add(offered.row.block, offered.key, self._entry(offered, became))
                continue
            if offered.was is not None:  # it is there, and will be offered again
                seen.add(offered.row.block, offered.key, offered.was & BROUGHT)
            self.waiting.add(offered, became)
        return len(new.at) + len(left) * PLANNED

    def _entry(self, offered: Offered, became: Taken) -> int:
        return offered.entry(brought=became.before is None or self.read.adopt)

    def _taken(self, some: list[Offered]) -> Iterator[tuple[Offered, Taken | Rejected]]:
        for became in self.target.take(self.steps.writing, [one.row for one in some]):
            yield some[became.row], became


def _at(values: Sequence[_T], places: Sequence[int]) -> Sequence[_T]:
    """Those of `values` that stand at `places`."""
    return values if len(places) == len(values) else [values[at] for at in places]


class Difference(NamedTuple):
    """What a feed would do, as far as its rows alone tell.

    Attributes:
        gone: The ids of the records that the pull once brought and that are not in the source any more.
        rows: How many rows are not known as they are.
    """

    gone: list[str]
    rows: int


def difference(known: KnownRows, read: ReadFeed) -> Difference:
    """What is different of what was read; nobody has to wait for it."""
    if read.fresh or read.feed.kind == "call_event":
        return Difference([], read.spool.rows)
    gone, different = list[str](), 0
    for number in range(read.spool.parts):
        blocks = read.part_blocks(number) or {row.block for row in read.spool.part(number)}
        before = known.rows(blocks)
        for row in read.spool.part(number):
            _, was = before.pop(record_id(read.feed.kind, row.cells[0]), (0, None))
            different += was is None or was % BROUGHT != row.digest or read.anew
        if read.whole:
            gone += [key for key, (_, was) in before.items() if was & BROUGHT]
    return Difference(gone, different)


def _units(read: ReadFeed, together: int) -> Iterator[_Unit]:
    """The rows that were read, in lots of some whole blocks; with the blocks of which none is left."""
    if not read.divided:
        yield _Unit(set(read.blocks), read.spool.part(0))
        return
    for number in range(read.spool.parts):
        rows: dict[int, list[SourceRow]] = {block: [] for block in read.part_blocks(number)}
        for row in read.spool.part(number):
            rows.setdefault(row.block, []).append(row)
        blocks, lot = set[int](), list[SourceRow]()
        for block in sorted(rows):
            blocks.add(block)
            lot += rows[block]
            if len(lot) >= together:
                yield _Unit(blocks, lot)
                blocks, lot = set(), []
        if blocks:
            yield _Unit(blocks, lot)


def record_id(kind: str, text: str) -> str:
    """The id of the record that a row is about, as an import reads it."""
    if text.isascii() and text.isalnum():
        return text
    try:
        return str(value_of(kind, KINDS[kind].by_name["id"], text) or "") if kind in KINDS else " ".join(text.split())
    except BadValueError:
        return " ".join(text.split())
