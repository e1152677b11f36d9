"""Reading one feed to its end, before anything is changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from data.kinds import KINDS
from data.store.schema import CENTRAL_FEED, RECORDS
from sync.central.applying import TREES, ReadFeed
from sync.central.cursors import asked_from, cursor_text
from sync.central.known_rows import KnownRows
from sync.central.lots import Lot
from sync.central.mapping import Feed
from sync.central.outcomes import TableOutcome
from sync.central.plain_rows import PlainRows, code_lists, fields_named
from sync.central.reader import SourceReader
from sync.central.spool import PARTS, MakeRecords, Spool
from sync.central.statements import FeedStatement

LOADING = "loading "
"""Stands before the method of a feed whose first rows are being stored, where the store had none of its kind."""

_Sums = Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the store knows of a feed.

    Attributes:
        pull: The last pull of it; 0 before the first; below 0 that which is storing it, or was ended while it did.
        fingerprint: What the mapping said then.
        method: How rows were digested then.
        newest: The cursor's newest value then, as text.
        sums: Rows and sum of digests of each block.
        empty: The store has no record of its kind.
        broken_off: Its first pull was ended while it was stored: what it stored is not noted as its own.
    """

    pull: int
    fingerprint: str
    method: str
    newest: str | None
    sums: _Sums
    empty: bool
    broken_off: bool

    @property
    def rows(self) -> int:
        """How many rows are known."""
        return sum(rows for rows, _ in self.sums.values())


def feed_state(connection: Connection, feed: Feed) -> FeedState:
    """What the store knows of `feed`."""
    columns = CENTRAL_FEED.c
    said = select(columns.pull, columns.fingerprint, columns.method, columns.newest).where(columns.feed == feed.key)
    row = connection.execute(said).first()
    sums, empty = KnownRows(connection, feed.key).sums(), _is_empty(connection, feed.kind)
    if row is None:
        return FeedState(0, "", "", None, sums, empty, broken_off=False)
    broken_off = row.method.startswith(LOADING)
    return FeedState(row.pull, row.fingerprint, row.method.removeprefix(LOADING), row.newest, sums, empty, broken_off)


def _is_empty(connection: Connection, kind: str) -> bool:
    table = RECORDS.get(kind)
    return table is not None and connection.execute(select(table.c.id).limit(1)).first() is None


def read_feed(
    reader: SourceReader, feed: Feed, state: FeedState, folder: Path, *, changed: bool, anew: bool
) -> ReadFeed | None:
    """What there is to be applied of a feed.

    Args:
        reader: Of the source.
        feed: What the mapping says.
        state: What is known.
        folder: Where rows are spooled.
        changed: Ask by the cursor for what has changed.
        anew: Look at every row, also at those that are known as they are.

    Returns:
        None where what has changed is asked for and the feed has no cursor.
    """
    if changed and feed.cursor is None:
        return None
    moved = bool(state.pull) and state.method != reader.method
    anew = anew or moved or (bool(state.pull) and state.fingerprint != feed.fingerprint)
    # before the rows: what is committed in between is then read twice, not never
    newest = cursor_text(feed, reader.newest(feed)) if feed.cursor else None
    outcome = TableOutcome(feed.kind, known=state.rows)
    since = asked_from(feed, state.newest) if changed and state.newest and not anew else None
    whole_kind = feed.kind in TREES or feed.kind == "call_event"
    fresh = state.empty and not state.rows and since is None and not whole_kind
    # where rows stand in other blocks than before, no part holds all that is known of its rows
    divided = not (fresh or moved or whole_kind)
    make = _record_maker(feed) if fresh else None
    spool = Spool(folder, PARTS if divided else 1, make)
    try:
        if feed.kind == "call_event":
            blocks: set[int] = set()
            _fill(spool, outcome, reader.events(feed, since))
        elif since is not None or not reader.digests or anew or not state.sums:
            blocks = set(state.sums)
            _fill(spool, outcome, reader.lots(feed, since=since))
        else:
            blocks = _different_blocks(outcome, state.sums, reader.sums(feed))
            if blocks:
                _fill(spool, outcome, reader.lots(feed, blocks), count=False)
    except BaseException:
        spool.close()
        raise
    return ReadFeed(
        feed,
        spool,
        whole=since is None,
        blocks=blocks,
        anew=anew,
        fresh=fresh,
        divided=divided,
        adopt=feed.adopt or state.broken_off,
        outcome=outcome,
        method=reader.method,
        newest=newest or state.newest,
    )


def _record_maker(feed: Feed) -> MakeRecords | None:
    """Makes records of rows of which nothing is known: nearly all of them are new."""
    if feed.kind not in KINDS:
        return None
    fields = fields_named(feed.kind, FeedStatement(feed).fields)
    return PlainRows(KINDS[feed.kind], fields, code_lists(feed, fields)).made


def _fill(spool: Spool, outcome: TableOutcome, lots: Iterable[Lot], *, count: bool = True) -> None:
    for lot in lots:
        spool.add(lot)
    outcome.transferred = spool.rows
    if count:
        outcome.read = spool.rows


def _different_blocks(outcome: TableOutcome, known: _Sums, found: _Sums) -> set[int]:
    """The blocks that are not as they are known; the rows of the others are counted as unchanged."""
    different = {block for block in found.keys() | known.keys() if found.get(block) != known.get(block)}
    outcome.read = sum(rows for rows, _ in found.values())
    outcome.unchanged = sum(rows for block, (rows, _) in found.items() if block not in different)
    return different
