"""A name in a wider place: `塔山 朱家`, `兴城 616`, `北港 张伟`; also without the space, also in pinyin or initials.

Areas, feeders and transformer areas are asked for by both parts at once. Customers are too many for that: those who
bear the narrower name are looked for inside what the wider one names.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise
from typing import Any, NamedTuple

from assistant.lookup import candidates, records
from assistant.lookup.names import Names
from assistant.lookup.query import Query
from assistant.lookup.ranking import Candidate, NameMatch, Ranker
from assistant.lookup.records import Found, Record
from assistant.lookup.remembered import Remembered
from assistant.lookup.segmentation import Segmentation, UnitKind
from data.caches.place_index import AROUND_LENGTH, FIRST_ROW, PLACED
from data.kinds import RANKED
from data.names.tokens import CODE_GRAM
from data.sqlite import Connection

_MOST_ROWS, _MOST_PLACES, _MOST_INSIDE, _MOST_NAMES, _MOST_CUSTOMERS = 64, 8, 1600, 5, 30
_MOST_SPLITS_WITH_CUSTOMERS = 2
_MOST_REMEMBERED = 4
_MOST_PARTS, _MOST_UNITS, _MANY_UNITS = 4, 16, 24
_LEAST = 70.0
"""Both names must answer at least so well: two guesses together say nothing."""
_SHORTEST_PART, _THREE_PARTS, _MOST_SPLITS, _MOST_LONG_SPLITS, _MOST_WAYS = 2, 6, 8, 16, 3
_LOSS, _UNSPACED_LOSS, _TURNED_LOSS, _MORE_PARTS_LOSS, _WIDER_SHARE = 1.0, 3.0, 4.0, 0.5, 0.3
_KINDS_OF_PLACE = frozenset("市县区镇乡")
_WIDER_OF_LINES = 90.0
"""How well the wider part answers where only the index says so."""
_NUMBER_IS, _NUMBER_BEGINS, _NUMBER_HOLDS = 100.0, 92.0, 80.0

_AREA_COLUMNS = ", ".join(f"{alias}.{column}" for alias in ("n", "pn", "qn", "rn") for column in Candidate._fields)
_AREAS = f"""
    SELECT a.rid, a.id, a.code, {_AREA_COLUMNS} FROM area AS a JOIN name AS n ON n.nid = a.name_id
    LEFT JOIN area AS p ON p.id = a.parent_id LEFT JOIN name AS pn ON pn.nid = p.name_id
    LEFT JOIN area AS q ON q.id = p.parent_id LEFT JOIN name AS qn ON qn.nid = q.name_id
    LEFT JOIN area AS r ON r.id = q.parent_id LEFT JOIN name AS rn ON rn.nid = r.name_id
    WHERE a.rid IN (SELECT value FROM json_each(?))"""
_LINES = """
    SELECT l.rid, l.id, l.number, n.nid, n.text, n.readings, n.rank, n.uses FROM {kind} AS l
    JOIN name AS n ON n.nid = l.name_id WHERE l.rid IN (SELECT value FROM json_each(?))"""


class Split(NamedTuple):
    """A way to part a query.

    Attributes:
        wider: The parts that name places around, at least one.
        narrower: The part that names what is looked for.
        loss: What this order and number of parts loses against the likeliest.
    """

    wider: tuple[Query, ...]
    narrower: Query
    loss: float


class Within:
    """Looks up names inside places of one open cache."""

    def __init__(self, connection: Connection, names: Names, remembered: Remembered) -> None:
        self._connection = connection
        self._names = names
        self._places_meant: dict[Query, list[NameMatch]] = {}
        self._lying_in: dict[tuple[int, ...], frozenset[str]] = {}
        remembered.keep(self._places_meant, _MOST_REMEMBERED)
        remembered.keep(self._lying_in, _MOST_REMEMBERED)

    def search(self, query: Query) -> Iterator[Found]:
        """Records that one part of the query names and that lie in, or are served from, what the others name."""
        parts = splits(query)
        yield from self._places(parts, anywhere=len(query.parts) > 1)
        yield from self._customers(parts)

    def _places(self, parts: list[Split], *, anywhere: bool) -> Iterator[Found]:
        """What bears the narrower names; without `anywhere` only what starts with them."""
        expression = candidates.any_expression(map(_of_all_parts, parts))
        if not expression:
            return
        rows = self._connection.execute(
            "SELECT rowid FROM place_fts WHERE place_fts MATCH ? LIMIT ?", (expression, _MOST_ROWS)
        ).fetchall()
        if not rows:
            return
        rankers = [_PartRankers(list(map(Ranker, part.wider)), Ranker(part.narrower), part) for part in parts]
        for kind in PLACED:
            first = FIRST_ROW[kind]
            listed = json.dumps([row - first for (row,) in rows if first < row < first + (1 << 40)])
            if listed != "[]":
                found = self._areas(listed, rankers) if kind == "area" else self._lines(kind, listed, rankers)
                yield from (one for one, start in found if anywhere or not start)

    def _areas(self, listed: str, rankers: "list[_PartRankers]") -> Iterator[tuple[Found, int]]:
        """What is found, with the place in its name."""
        for rid, key, code, *columns in self._connection.execute(_AREAS, (listed,)):
            own, *around = _names_in(columns)
            best: tuple[float, NameMatch] | None = None
            for ranked in rankers:
                match = ranked.narrower.aligned(own)
                if match is None or match.score < _LEAST:
                    continue
                outside = ranked.outside(around)
                score = _together(outside, match.score) - ranked.part.loss
                if outside >= _LEAST and (best is None or score > best[0]):
                    best = score, match
            if best:
                record = Record("area", rid, key, own.text, code)
                yield Found(record, best[0], best[1].reason, best[1], own.uses), best[1].start

    def _lines(self, kind: str, listed: str, rankers: "list[_PartRankers]") -> Iterator[tuple[Found, int]]:
        for rid, key, number, *name in self._connection.execute(_LINES.format(kind=kind), (listed,)):
            own = Candidate(*name)
            record = Record(kind, rid, key, own.text, number)
            for ranked in rankers:
                code, loss = ranked.part.narrower.code, ranked.part.loss
                if code.isdigit() and (score := _number_score(code, number)):
                    yield Found(record, _together(_WIDER_OF_LINES, score) - loss, "number"), 0
                elif (match := ranked.narrower.aligned(own)) and match.score >= _LEAST:
                    score = _together(_WIDER_OF_LINES, match.score) - loss
                    yield Found(record, score, match.reason, match, own.uses), match.start

    def _customers(self, parts: list[Split]) -> Iterator[Found]:
        for wider, narrower, loss in parts[:_MOST_SPLITS_WITH_CUSTOMERS]:
            if not _may_be_customer(narrower):
                continue
            named = self._names.starting(narrower, RANKED.index("customer"))
            bearers = [match for match in named[:_MOST_NAMES] if match.score >= _LEAST]
            around = [self._around(part) for part in wider] if bearers else []
            if not around or not all(around):
                continue
            areas = [self._inside(tuple(one.candidate.nid for one in each)) for each in around]
            inside = sorted(frozenset.intersection(*areas))
            outside = sum(places[0].score for places in around) / len(around)
            named_by = {match.candidate.text: match for match in bearers}
            names = [match.candidate for match in bearers]
            for record in records.customers_inside(self._connection, names, inside, _MOST_CUSTOMERS):
                match = named_by[record.name]
                score = _together(outside, match.score) - loss
                yield Found(record, score, match.reason, match, match.candidate.uses)

    def _around(self, wider: Query) -> list[NameMatch]:
        """The areas' names that a wider part is meant by, the best first."""
        if wider not in self._places_meant:
            named = self._names.starting(wider, RANKED.index("area"))
            self._places_meant[wider] = [match for match in named[:_MOST_PLACES] if match.score >= _LEAST]
        return self._places_meant[wider]

    def _inside(self, names: tuple[int, ...]) -> frozenset[str]:
        """Ids of the areas that bear the names and of those that lie in them."""
        if names in self._lying_in:
            return self._lying_in[names]
        rows = self._connection.execute(
            "WITH RECURSIVE below(id) AS (SELECT id FROM area WHERE name_id IN (SELECT value FROM json_each(?))"
            " UNION SELECT area.id FROM below CROSS JOIN area ON area.parent_id = below.id)"
            " SELECT id FROM below LIMIT ?",
            (json.dumps(names), _MOST_INSIDE),
        )
        self._lying_in[names] = frozenset(key for (key,) in rows)
        return self._lying_in[names]


@dataclass(frozen=True, slots=True)
class _PartRankers:
    """What grades names against the parts of a query."""

    wider: list[Ranker]
    narrower: Ranker
    part: Split

    def outside(self, around: list[Candidate]) -> float:
        """How well the names around answer the wider parts: the mean, 0 where one of them is not answered."""
        scores = [
            max((match.score for name in around if (match := ranker.aligned(name)) and not match.start), default=0.0)
            for ranker in self.wider
        ]
        return sum(scores) / len(scores) if min(scores) >= _LEAST else 0.0


def _of_all_parts(part: Split) -> str:
    """An expression for what bears the narrower name and lies in what begins with the wider ones."""
    around = [
        candidates.any_expression(
            candidates.alike(units[:AROUND_LENGTH], at_start=True) for units in wider.segmentations[:_MOST_WAYS]
        )
        for wider in part.wider
    ]
    narrower = part.narrower
    columns = "around"
    if narrower.code.isdigit():
        own = candidates.part_of_code(narrower.code)
        columns = "{around own}"  # a line's number is said after its own name, too: 怀宇线 6036
    else:
        own = candidates.any_expression(
            candidates.alike(units, at_start=_is_vague(units)) for units in narrower.segmentations[:_MOST_WAYS]
        )
    if not own or not all(around):
        return ""
    return " AND ".join([*(f"({columns} : ({one}))" for one in around), f"(own : ({own}))"])


def _may_be_customer(narrower: Query) -> bool:
    """Whether enough of a customer's name was typed: among so many, initials say nothing."""
    likeliest = narrower.segmentations[0] if narrower.segmentations else ()
    return len(likeliest) >= _SHORTEST_PART and all(unit.sounds for unit in likeliest)


def _is_vague(units: Segmentation) -> bool:
    """Whether so little was typed that it can only be meant as a name's beginning."""
    return len(units) < _SHORTEST_PART or any(unit.kind is UnitKind.INITIAL for unit in units)


def _names_in(columns: Sequence[Any]) -> Iterator[Candidate]:
    width = len(Candidate._fields)
    for start in range(0, len(columns), width):
        if columns[start] is not None:
            yield Candidate(*columns[start : start + width])


def _number_score(typed: str, number: str) -> float:
    if typed == number:
        return _NUMBER_IS
    if number.startswith(typed):
        return _NUMBER_BEGINS
    return _NUMBER_HOLDS if len(typed) >= CODE_GRAM and typed in number else 0.0


def splits(query: Query) -> list[Split]:
    """The ways to part a query into names of places and one of what is in them, the likeliest first.

    None for a single short name.
    """
    if len(query.parts) > _MOST_PARTS:
        return []
    found: dict[tuple[str, ...], list[tuple[Segmentation, ...]]] = {}
    for units in query.segmentations:
        for ends in _ends(query, units):
            cut = tuple(units[start:end] for start, end in pairwise((0, *ends, len(units))))
            found.setdefault(tuple(map(_text, cut)), []).append(cut)
    loss = _LOSS if len(query.parts) > 1 else _LOSS + _UNSPACED_LOSS
    most = _MOST_LONG_SPLITS if any(len(units) > _MOST_UNITS for units in query.segmentations) else _MOST_SPLITS
    parts = [_split(texts, ways, loss) for texts, ways in islice(found.items(), most)]
    if len(query.parts) == _SHORTEST_PART:
        parts += [Split((part.narrower,), part.wider[0], part.loss + _TURNED_LOSS) for part in parts[:1]]
    # The first letter of what is still being typed fits half the places there.
    return [
        part for part in parts if not (part.narrower.compact.isascii() and len(part.narrower.compact) < _SHORTEST_PART)
    ]


def narrower_of(query: Query) -> str:
    """What a query names beside the places around: what stands after its last space, 县, 镇 or 乡; "" for one name."""
    if len(query.parts) > 1:
        return query.parts[-1]
    likeliest = query.segmentations[0] if query.is_written and query.segmentations else ()
    ends = _told_ends(likeliest[:-_SHORTEST_PART])
    return _text(likeliest[ends[-1] :]) if ends else ""


def _split(texts: tuple[str, ...], ways: list[tuple[Segmentation, ...]], loss: float) -> Split:
    *wider, narrower = (Query(text, tuple(dict.fromkeys(way[i] for way in ways))) for i, text in enumerate(texts))
    return Split(tuple(wider), narrower, loss + _MORE_PARTS_LOSS * (len(wider) - 1))


def _ends(query: Query, units: Segmentation) -> Iterator[tuple[int, ...]]:
    """Numbers of units after which the parts but the last one may end."""
    if spaced := _space_ends(query, units):
        yield tuple(spaced)
        return
    last = len(units) - _SHORTEST_PART
    if len(units) > (_MANY_UNITS if query.is_written else _MOST_UNITS):
        return
    if query.is_written and (told := _told_ends(units[:last])):
        yield told
    yield from ((end,) for end in range(_SHORTEST_PART, last + 1))
    if len(units) >= _THREE_PARTS and query.is_written:
        for first in range(_SHORTEST_PART, last - _SHORTEST_PART + 1):
            yield from ((first, second) for second in range(first + _SHORTEST_PART, last + 1))


def _told_ends(units: Segmentation) -> tuple[int, ...]:
    """Numbers of units after which a word for a kind of wider place tells that its name ends: 绥中县|高桥镇|朱家."""
    ends: list[int] = []
    for end, unit in enumerate(units, 1):
        if unit.text in _KINDS_OF_PLACE and end - (ends[-1] if ends else 0) >= _SHORTEST_PART:
            ends.append(end)
    return tuple(ends)


def _space_ends(query: Query, units: Segmentation) -> list[int]:
    """Numbers of units before each space of the query that stands between units."""
    spaces = set(accumulate(map(len, query.parts)))
    ends = accumulate(len(unit.text) for unit in units[:-1])
    return [number for number, letters in enumerate(ends, 1) if letters in spaces]


def _text(units: Iterable[Any]) -> str:
    return "".join(unit.text for unit in units)


def _together(wider: float, narrower: float) -> float:
    return _WIDER_SHARE * wider + (1 - _WIDER_SHARE) * narrower
