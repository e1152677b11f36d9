"""A name in a wider place: `塔山 朱家`, `兴城 616`, `北港 张伟`; also without the space, also in pinyin or initials.

Areas, feeders and transformer areas are asked for by both parts at once. Customers are too many for that: those who
bear the narrower name are looked for inside what the wider one names.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import Any

from assistant import candidates, records
from assistant.names import Names
from assistant.query import Query
from assistant.ranking import Candidate, NameMatch, Ranker
from assistant.records import Found, Record
from assistant.segmentation import Segmentation, UnitKind
from data.kinds import RANKED
from data.place_index import AROUND_LENGTH, FIRST_ROW, PLACED
from data.sqlite import Connection
from data.tokens import CODE_GRAM

_MOST_ROWS, _MOST_PLACES, _MOST_INSIDE, _MOST_NAMES = 64, 24, 1600, 8
_LEAST = 70.0
"""Both names must answer at least so well: two guesses together say nothing."""
_SHORTEST_PART, _MOST_SPLITS, _MOST_WAYS = 2, 6, 3
_LOSS, _UNSPACED_LOSS, _WIDER_SHARE = 1.0, 3.0, 0.3
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

Split = tuple[Query, Query]
"""The wider and the narrower part of a query."""


class Within:
    """Looks up names inside places of one open cache."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names

    def search(self, query: Query) -> Iterator[Found]:
        """Records that the query's end names and that lie in, or are served from, what its beginning names."""
        loss = _LOSS if len(query.parts) > 1 else _LOSS + _UNSPACED_LOSS
        parts = splits(query)
        found = [*self._places(parts, anywhere=len(query.parts) > 1), *self._customers(parts)]
        return (Found(one.record, one.score - loss, one.reason, one.spans, one.uses) for one in found)

    def _places(self, parts: list[Split], *, anywhere: bool) -> Iterator[Found]:
        """What bears the narrower names; without `anywhere` only what starts with them."""
        expression = candidates.any_expression(_of_both(*split) for split in parts)
        if not expression:
            return
        rows = self._connection.execute(
            "SELECT rowid FROM place_fts WHERE place_fts MATCH ? LIMIT ?", (expression, _MOST_ROWS)
        ).fetchall()
        rankers = [(Ranker(wider), Ranker(narrower), narrower.code) for wider, narrower in parts]
        for kind in PLACED:
            first = FIRST_ROW[kind]
            listed = json.dumps([row - first for (row,) in rows if first < row < first + (1 << 40)])
            if listed != "[]":
                found = self._areas(listed, rankers) if kind == "area" else self._lines(kind, listed, rankers)
                yield from (one for one, start in found if anywhere or not start)

    def _areas(self, listed: str, rankers: list[tuple[Ranker, Ranker, str]]) -> Iterator[tuple[Found, int]]:
        """What is found, with the place in its name."""
        for rid, key, code, *columns in self._connection.execute(_AREAS, (listed,)):
            own, *around = _names_in(columns)
            best: tuple[float, NameMatch] | None = None
            for wider, narrower, _ in rankers:
                match = narrower.aligned(own)
                if match is None or match.score < _LEAST:
                    continue
                outside = max(
                    (one.score for name in around if (one := wider.aligned(name)) and not one.start), default=0
                )
                if outside >= _LEAST and (best is None or _together(outside, match.score) > best[0]):
                    best = _together(outside, match.score), match
            if best:
                record = Record("area", rid, key, own.text, code)
                yield Found(record, best[0], best[1].reason, best[1].spans, own.uses), best[1].start

    def _lines(self, kind: str, listed: str, rankers: list[tuple[Ranker, Ranker, str]]) -> Iterator[tuple[Found, int]]:
        for rid, key, number, *name in self._connection.execute(_LINES.format(kind=kind), (listed,)):
            own = Candidate(*name)
            record = Record(kind, rid, key, own.text, number)
            for _, narrower, code in rankers:
                if code.isdigit() and (score := _number_score(code, number)):
                    yield Found(record, _together(_WIDER_OF_LINES, score), "number"), 0
                elif (match := narrower.aligned(own)) and match.score >= _LEAST:
                    score = _together(_WIDER_OF_LINES, match.score)
                    yield Found(record, score, match.reason, match.spans, own.uses), match.start

    def _customers(self, parts: list[Split]) -> Iterator[Found]:
        for wider, narrower in parts[:2]:
            if len(narrower.compact) < _SHORTEST_PART or not narrower.segmentations:
                continue
            bearers = [
                match
                for match in self._names.starting(narrower, RANKED.index("customer"))
                if match.score >= _LEAST and match.candidate.uses
            ][:_MOST_NAMES]
            if not bearers:
                continue
            places = [match for match in self._names.starting(wider, RANKED.index("area")) if match.score >= _LEAST]
            inside = self._inside([match.candidate.nid for match in places[:_MOST_PLACES]])
            for match in bearers if inside else ():
                for record in records.bearing_name_inside(self._connection, match.candidate.nid, inside):
                    yield _found(record, match, places[0].score)

    def _inside(self, names: Sequence[int]) -> list[str]:
        """Ids of the areas that bear the names and of those that lie in them."""
        rows = self._connection.execute(
            "WITH RECURSIVE below(id) AS (SELECT id FROM area WHERE name_id IN (SELECT value FROM json_each(?))"
            " UNION SELECT area.id FROM below CROSS JOIN area ON area.parent_id = below.id)"
            " SELECT id FROM below LIMIT ?",
            (json.dumps(names), _MOST_INSIDE),
        )
        return [key for (key,) in rows]


def _of_both(wider: Query, narrower: Query) -> str:
    """An expression for what bears the narrower name and lies in what begins with the wider one."""
    around = candidates.any_expression(
        candidates.alike(units[:AROUND_LENGTH], at_start=True) for units in wider.segmentations[:_MOST_WAYS]
    )
    if narrower.code.isdigit():
        own = candidates.part_of_code(narrower.code)
    else:
        own = candidates.any_expression(
            candidates.alike(units, at_start=_is_vague(units)) for units in narrower.segmentations[:_MOST_WAYS]
        )
    return f"around : ({around}) AND own : ({own})" if around and own else ""


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
    """The ways to part a query into a wider and a narrower name, the likeliest first; none for a single short name."""
    found: dict[tuple[str, str], tuple[list[Segmentation], list[Segmentation]]] = {}
    for units in query.segmentations:
        for place in _space_ends(query, units) or range(_SHORTEST_PART, len(units) - _SHORTEST_PART + 1):
            wider, narrower = units[:place], units[place:]
            ways = found.setdefault((_text(wider), _text(narrower)), ([], []))
            ways[0].append(wider)
            ways[1].append(narrower)
    return [
        (Query(left, tuple(dict.fromkeys(lefts))), Query(right, tuple(dict.fromkeys(rights))))
        for (left, right), (lefts, rights) in islice(found.items(), _MOST_SPLITS)
    ]


def _space_ends(query: Query, units: Segmentation) -> list[int]:
    """Numbers of units before each space of the query that stands between units."""
    spaces = set(accumulate(map(len, query.parts)))
    ends = accumulate(len(unit.text) for unit in units[:-1])
    return [number for number, letters in enumerate(ends, 1) if letters in spaces]


def _text(units: Iterable[Any]) -> str:
    return "".join(unit.text for unit in units)


def _together(wider: float, narrower: float) -> float:
    return _WIDER_SHARE * wider + (1 - _WIDER_SHARE) * narrower


def _found(record: Record, match: NameMatch, wider_score: float) -> Found:
    return Found(record, _together(wider_score, match.score), match.reason, match.spans, match.candidate.uses)
