"""The rows of one feed, read and spooled, compared with what is known and taken into the store."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from data.errors import BadValueError
from data.importing import Problem, Rejected
from data.importing.rows import value_of
from data.kinds import KINDS
from sync.central.known_rows import BROUGHT, KnownRows, SeenRows
from sync.central.mapping import Feed
from sync.central.outcomes import TableOutcome, Taken
from sync.central.reader import SourceRow
from sync.central.records import Target
from sync.central.spool import PARTS, Spool

TREES = frozenset({"area", "branch"})
"""Kinds whose rows refer to each other in any order, and are planned as a whole."""

_TOGETHER = 1_000
_ONE_PART = 20_000
"""So many known rows fit into memory together."""

_WAITING_AT_MOST = 50_000
"""So many rejected rows get a second try when the other tables are in; more are no matter of order."""

_TWICE = "another row of the source has this id already"


@dataclass(slots=True)
class ReadFeed:
    """What was read of a feed.

    Attributes:
        whole: Everything was read: what is not there has vanished.
        blocks: With `whole`, the blocks that differ from what is known.
        anew: Every row counts as changed: the mapping now says something else, or a person wants it so.
        method: How its rows were digested.
        newest: The cursor's newest value as text; None where there is none.
    """

    feed: Feed
    spool: Spool
    whole: bool
    blocks: Collection[int]
    anew: bool
    outcome: TableOutcome
    method: str
    newest: str | None = None


class _Offered(NamedTuple):
    """A row that differs from what is known; `was` is what is known of it, None for nothing."""

    row: SourceRow
    key: str
    was: int | None

    def entry(self, became: Taken, *, adopt: bool) -> int:
        """What is to be known of it from now on."""
        brought = became.before is None or adopt or bool((self.was or 0) & BROUGHT)
        return self.row.digest | (BROUGHT if brought else 0)


@dataclass(slots=True)
class FeedApplier:
    """Takes one feed into the store.

    Attributes:
        read: What was read.
        known: What earlier pulls have seen.
        target: Where its rows go.
        gone: The ids of the records that the pull once brought and that vanished from the source.
    """

    read: ReadFeed
    known: KnownRows
    target: Target
    gone: list[str] = field(default_factory=list)
    _waiting: list[tuple[_Offered, Rejected]] = field(default_factory=list)

    def apply(self) -> None:
        """Takes every row that differs from what is known; what cannot be stored waits for `try_again`."""
        for number in range(self.read.spool.parts):
            self._apply_part(number)

    def try_again(self) -> bool:
        """Whether any of the waiting rows can be stored, now that more of what they refer to is there."""
        waiting, self._waiting = self._waiting, []
        mended: list[tuple[int, str, int]] = []
        remaining = iter(one for one, _ in waiting)
        while some := list(islice(remaining, self._together)):
            for offered, became in self._taken(some):
                if isinstance(became, Rejected):
                    self._waiting.append((offered, became))
                else:
                    self.read.outcome.take(became)
                    mended.append((offered.row.block, offered.key, offered.entry(became, adopt=self.read.feed.adopt)))
        self.known.mend(mended)
        return bool(mended)

    def finish(self) -> None:
        """Rejects what still waits, and counts what has vanished."""
        for offered, rejected in self._waiting:
            self.read.outcome.reject(offered.key, rejected)
        self.read.outcome.delete(self.gone)

    def delete(self) -> None:
        """Removes the records that have vanished."""
        self.target.delete(self.gone)

    @property
    def _together(self) -> int | None:
        """So many rows are taken at once; None: all."""
        return None if self.read.feed.kind in TREES else _TOGETHER

    def _apply_part(self, number: int) -> None:
        spool = self.read.spool
        if self.read.whole:
            blocks = {block for block in self.read.blocks if spool.part_of(block) == number}
        else:
            blocks = {row.block for row in spool.part(number)}
        before, seen, offered = self.known.rows(blocks), SeenRows(), set[str]()
        different = self._different(spool.part(number), before, seen, offered)
        while some := list(islice(different, self._together)):
            self._store(some, seen)
            offered.clear()
        self._settle(before, seen)
        self.known.replace(blocks | seen.packed.keys(), seen)

    def _different(
        self, rows: Iterable[SourceRow], before: dict[str, tuple[int, int]], seen: SeenRows, offered: set[str]
    ) -> Iterator[_Offered]:
        """The rows that are not known as they are; takes what is met out of `before`.

        Args:
            rows: Of a part.
            before: What is known of the part.
            seen: Takes the rows that are known as they are.
            offered: Takes the ids of those that are yet to be stored.
        """
        for row in rows:
            key = _record_id(self.read.feed.kind, row.cells[0])
            if key in offered or seen.has(row.block, key):
                self.read.outcome.reject(key, Rejected(0, (Problem("id", key, _TWICE),)))
                continue
            _, was = before.pop(key, (0, None))
            if was is not None and was % BROUGHT == row.digest and not self.read.anew:
                seen.add(row.block, key, was)
                self.read.outcome.unchanged += 1
            else:
                if key:  # each row without an id is told so
                    offered.add(key)
                yield _Offered(row, key, was)

    def _store(self, some: list[_Offered], seen: SeenRows) -> None:
        for offered, became in self._taken(some):
            if isinstance(became, Taken):
                self.read.outcome.take(became)
                seen.add(offered.row.block, offered.key, offered.entry(became, adopt=self.read.feed.adopt))
                continue
            if offered.was is not None:  # it is there, and will be offered again
                seen.add(offered.row.block, offered.key, offered.was & BROUGHT)
            if len(self._waiting) < _WAITING_AT_MOST:
                self._waiting.append((offered, became))
            else:
                self.read.outcome.reject(offered.key, became)

    def _taken(self, some: list[_Offered]) -> Iterator[tuple[_Offered, Taken | Rejected]]:
        for became in self.target.take([one.row for one in some]):
            yield some[became.row], became

    def _settle(self, left: dict[str, tuple[int, int]], seen: SeenRows) -> None:
        """Notes what has vanished; in a pull of what has changed, everything else is still there."""
        for key, (block, was) in left.items():
            if not self.read.whole:
                seen.add(block, key, was)
            elif was & BROUGHT:
                self.gone.append(key)


def parts_for(kind: str, *, known: int) -> int:
    """In how many parts the rows of a feed are spooled, of which so many rows are known."""
    return 1 if kind in TREES or known <= _ONE_PART else PARTS


def _record_id(kind: str, text: str) -> str:
    """The id of the record that a row is about, as an import reads it."""
    if text.isascii() and text.isalnum():
        return text
    try:
        return str(value_of(kind, KINDS[kind].by_name["id"], text) or "") if kind in KINDS else " ".join(text.split())
    except BadValueError:
        return " ".join(text.split())
