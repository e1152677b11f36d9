"""The records behind names and codes, read from the cache."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from assistant.lookup.ranking import Candidate, NameMatch, Span
from assistant.lookup.remembered import Remembered
from data.caches.index import KIND_STRIDE
from data.kinds import KINDS, RANKED
from data.sqlite import Connection

MOST_NAMESAKES = 50
"""Records of one kind that are looked at for one name: thousands of customers may share one."""

_MOST_WITH_PREFIX = 32
_LAST_LETTER = "\U0010ffff"

_ORDER = {kind: ordinal for ordinal, kind in enumerate(RANKED)}


class Record(NamedTuple):
    """What a hit shows of a record."""

    kind: str
    rid: int
    id: str
    name: str
    code: str | None

    @property
    def order(self) -> int:
        """Ordinal of its kind: areas come first."""
        return _ORDER[self.kind]


class Found(NamedTuple):
    """A record with how well it answers a query.

    Attributes:
        score: 0 to 100.
        reason: As in a hit.
        match: How the name answers by which it was found; None where a code or another thing did.
        uses: How many records bear that name.
    """

    record: Record
    score: float
    reason: str
    match: NameMatch | None = None
    uses: int = 0

    @property
    def spans(self) -> tuple[Span, ...]:
        """`[start, end)` stretches of the record's name that the query stands for."""
        if self.match is None:
            return ()
        name, spans = self.match.candidate.text, self.match.spans
        return spans if self.record.name == name else _in_own_name(self.record.name, name, spans)


def _in_own_name(own: str, other: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Where a record's own name holds what matched of its other name; empty where it does not hold all of that."""
    places = [own.find(other[start:end]) for start, end in spans]
    if min(places, default=-1) < 0:
        return ()
    return tuple((place, place + end - start) for place, (start, end) in zip(places, spans, strict=True))


@cache
def _select(kind: str, condition: str) -> str:
    code = KINDS[kind].codes[0]
    return f"SELECT rid, id, text, {code} FROM {kind} JOIN name ON nid = name_id WHERE {condition}"


def _read(connection: Connection, kind: str, condition: str, values: Sequence[object]) -> list[Record]:
    return [Record(kind, *row) for row in connection.execute(_select(kind, condition), values)]


BEARERS_OF = 10
"""Names whose bearers are read at once."""

_MOST_KNOWN, _FEW_BEARERS = 100, 4
"""Names whose bearers are remembered from one search to the next, where they are so few."""

_MANY = RANKED[-1]
_BORNE = {kind: f"SELECT name_id, rid, id, {KINDS[kind].codes[0]} FROM {kind} WHERE name_id" for kind in RANKED}
_LISTED = "IN (SELECT value FROM json_each(?))"
_ALL_BORNE = [(kind, _ORDER[kind], f"{borne} {_LISTED}") for kind, borne in _BORNE.items()]
_MANY_BORNE = f"{_BORNE[_MANY]} = ? LIMIT {MOST_NAMESAKES}"
_ALSO_BORNE = f"SELECT nid, kind, rid FROM alias WHERE nid {_LISTED}"


class Bearers:
    """Tells which records bear names of one open cache.

    Args:
        connection: An open cache; it is only read.
        remembered: Tells how long what was read stays so.
    """

    def __init__(self, connection: Connection, remembered: Remembered) -> None:
        self._connection = connection
        self._known: dict[int, list[Record]] = {}
        remembered.keep(self._known, _MOST_KNOWN)

    def of(self, names: Sequence[Candidate]) -> dict[int, list[Record]]:
        """Records that bear each of some names, as their own or another name: by kind and id.

        At most `MOST_NAMESAKES` of a name and kind.
        """
        known = self._known
        found = {name.nid: known[name.nid] for name in names if name.nid in known}
        if unknown := [name for name in names if name.nid not in found]:
            read = self._read(unknown)
            known.update((nid, records) for nid, records in read.items() if len(records) <= _FEW_BEARERS)
            found.update(read)
        return found

    def _read(self, names: Sequence[Candidate]) -> dict[int, list[Record]]:
        texts = {name.nid: name.text for name in names}
        found: dict[int, list[Record]] = {nid: [] for nid in texts}
        # A name has a rank by its best kind and counts its uses, so that few kinds have to be asked.
        for kind, order, statement in _ALL_BORNE:
            wanted = [name for name in names if name.rank <= order and name.uses > len(found[name.nid])]
            if kind == _MANY:
                for name in wanted:
                    if name.uses > MOST_NAMESAKES:
                        _add(found, texts, kind, self._connection.execute(_MANY_BORNE, (name.nid,)))
                wanted = [name for name in wanted if name.uses <= MOST_NAMESAKES]
            if wanted:
                _add(found, texts, kind, self._connection.execute(statement, (_numbers(wanted),)))
        if others := [name for name in names if name.uses > len(found[name.nid])]:
            for nid, kind, rid in self._connection.execute(_ALSO_BORNE, (_numbers(others),)).fetchall():
                found[nid] += _read(self._connection, kind, "rid = ?", (rid,))
        return {nid: _fewest(records) for nid, records in found.items()}


def _add(found: dict[int, list[Record]], texts: dict[int, str], kind: str, rows: Iterable[Any]) -> None:
    for nid, rid, key, code in rows:
        found[nid].append(Record(kind, rid, key, texts[nid], code))


def _numbers(names: Iterable[Candidate]) -> str:
    return json.dumps([name.nid for name in names])


def _fewest(records: list[Record]) -> list[Record]:
    if len(records) < 2:  # noqa: PLR2004 - one is in order
        return records
    ordered = sorted(records, key=lambda record: (record.order, record.id))
    if len(ordered) <= MOST_NAMESAKES:
        return ordered
    seen = Counter[str]()
    kept = []
    for record in ordered:
        seen[record.kind] += 1
        if seen[record.kind] <= MOST_NAMESAKES:
            kept.append(record)
    return kept


def named(connection: Connection, kind: str, key: str) -> tuple[Record, Candidate] | None:
    """The record of this id with its name, or None."""
    code = KINDS[kind].codes[0]
    row = connection.execute(
        f"SELECT rid, {code}, nid, text, readings, rank, uses FROM {kind} JOIN name ON nid = name_id WHERE id = ?",
        (key,),
    ).fetchone()
    if row is None:
        return None
    rid, code, *name = row
    candidate = Candidate(*name)
    return Record(kind, rid, key, candidate.text, code), candidate


def with_code_prefix(connection: Connection, kind: str, prefix: str) -> list[Record]:
    """Records whose code starts with `prefix`, by code; an exact one comes first. The column must be indexed."""
    code = KINDS[kind].codes[0]
    condition = f"{code} >= ? AND {code} < ? ORDER BY {code}, id LIMIT {_MOST_WITH_PREFIX}"
    return _read(connection, kind, condition, (prefix, prefix + _LAST_LETTER))


class Coded(NamedTuple):
    """A record by its code, before its name is read."""

    kind: str
    rid: int
    id: str
    code: str | None
    name_id: int


def at_code_rows(connection: Connection, rows: Iterable[int]) -> list[Coded]:
    """The records behind rows of `code_fts`, in no order."""
    by_kind: dict[str, list[int]] = {}
    for row in rows:
        by_kind.setdefault(RANKED[row % KIND_STRIDE], []).append(row // KIND_STRIDE)
    return [
        Coded(kind, *row)
        for kind, rids in by_kind.items()
        for row in connection.execute(
            f"SELECT rid, id, {KINDS[kind].codes[0]}, name_id FROM {kind} WHERE rid {_LISTED}", (json.dumps(rids),)
        )
    ]


def with_names(connection: Connection, coded: Sequence[Coded]) -> list[Record]:
    """These records, in their order; without those whose name a damaged cache does not hold."""
    listed = json.dumps([one.name_id for one in coded])
    names = dict(connection.execute(f"SELECT nid, text FROM name WHERE nid {_LISTED}", (listed,)))
    return [Record(one.kind, one.rid, one.id, names[one.name_id], one.code) for one in coded if one.name_id in names]


_TRANSFORMER_AREAS_IN = """
    SELECT id FROM link WHERE kind = 'transformer_area' AND field = 'areas'
    AND target IN (SELECT value FROM json_each(?)) LIMIT ?"""
_ON_LISTED = "name_id = ? AND transformer_area IN (SELECT value FROM json_each(?)) LIMIT ?"
_IN_AREAS = """
    name_id = ? AND EXISTS (
        SELECT 1 FROM link WHERE kind = 'transformer_area' AND field = 'areas'
        AND link.id = customer.transformer_area AND +target IN (SELECT value FROM json_each(?)))
    LIMIT ?"""
_MOST_LISTED = 600
"""So many transformer areas are sought out one by one; where fewer bear the name, each is asked for its own."""


def customers_inside(
    connection: Connection, names: Iterable[Candidate], areas: list[str], most: int
) -> Iterator[Record]:
    """Customers of these names that are supplied in one of the areas, name by name; at most so many."""
    inside = json.dumps(areas)
    on = [key for (key,) in connection.execute(_TRANSFORMER_AREAS_IN, (inside, _MOST_LISTED))]
    listed = json.dumps(on)
    for name in names if on else ():
        is_rare = len(on) == _MOST_LISTED or name.uses < len(on)
        condition, places = (_IN_AREAS, inside) if is_rare else (_ON_LISTED, listed)
        found = _read(connection, "customer", condition, (name.nid, places, most))
        yield from found
        most -= len(found)
        if most <= 0:
            return
