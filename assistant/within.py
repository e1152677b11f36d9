"""A name in a wider place: `塔山 朱家`, `兴城 616`, `北港 张伟`; also without the space, also in pinyin.

The wider place is found first. What lies in it is few enough to be graded name by name, so nothing depends on how
common the narrower name is elsewhere.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice

from assistant import records
from assistant.names import Names
from assistant.query import Query
from assistant.ranking import Candidate, NameMatch, Ranker
from assistant.records import Found, Record
from assistant.segmentation import Segmentation
from data.kinds import RANKED
from data.sqlite import Connection

_MOST_PLACES, _MOST_INSIDE, _LEVELS = 48, 1600, 3
_MOST_NAMES = 12
_LEAST = 70.0
"""Both names must answer at least so well: two guesses together say nothing."""
_SHORTEST_PART, _MOST_SPLITS = 2, 6
_LOSS, _UNSPACED_LOSS, _WIDER_SHARE = 1.0, 3.0, 0.3
_AREA_RANK = RANKED.index("area")


@dataclass(frozen=True, slots=True)
class _Area:
    record: Record
    name: Candidate


class Within:
    """Looks up names inside places of one open cache."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names

    def search(self, query: Query) -> Iterator[Found]:
        """Records that the query's end names and that lie in, or are served from, what its beginning names."""
        loss = _LOSS if len(query.parts) > 1 else _LOSS + _UNSPACED_LOSS
        for wider, narrower in splits(query):
            if narrower.compact.isascii() and len(narrower.compact) < _SHORTEST_PART:
                continue  # the first letter of what is still being typed fits half the places there
            for found in self._split(wider, narrower):
                yield Found(found.record, found.score - loss, found.reason, found.spans)

    def _split(self, wider: Query, narrower: Query) -> Iterator[Found]:
        places = [match for match in self._names.starting(wider, _AREA_RANK) if match.score >= _LEAST]
        scores = self._areas_named(places)
        ranker = Ranker(narrower)
        inside = set(scores)
        for area, score in self._descendants(scores):
            inside.add(area.record.id)
            if (match := ranker.aligned(area.name)) and match.score >= _LEAST:
                yield _found(area.record, match, score)
        best = max(scores.values(), default=0.0)
        if inside:
            yield from self._others_inside(narrower, inside, best)
        yield from self._numbers(wider, narrower, inside, max(best, _LEAST))

    def _areas_named(self, places: list[NameMatch]) -> dict[str, float]:
        """Ids of areas that bear the names, with the names' scores: those that hold others first, then the best."""
        of_name = {match.candidate.nid: match.score for match in places}
        rows = self._connection.execute(
            "SELECT id, name_id, EXISTS (SELECT 1 FROM area AS inner WHERE inner.parent_id = area.id) FROM area"
            " WHERE name_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(of_name)),),
        )
        named = sorted((-holds, -of_name[nid], key) for key, nid, holds in rows)
        return {key: -score for _, score, key in named[:_MOST_PLACES]}

    def _descendants(self, scores: dict[str, float]) -> Iterator[tuple[_Area, float]]:
        """Areas below those named, level by level, each with the score of the one it lies in."""
        inherited, left = dict(scores), _MOST_INSIDE
        for _ in range(_LEVELS):
            below: dict[str, float] = {}
            for parent, area in self._children(inherited, left):
                below[area.record.id] = inherited[parent]
                yield area, inherited[parent]
            left -= len(below)
            if not below or left <= 0:
                return
            inherited = below

    def _children(self, parents: Iterable[str], most: int) -> list[tuple[str, _Area]]:
        rows = self._connection.execute(
            "SELECT parent_id, rid, id, code, nid, text, readings, rank, uses FROM area JOIN name ON nid = name_id"
            " WHERE parent_id IN (SELECT value FROM json_each(?)) LIMIT ?",
            (json.dumps(list(parents)), most),
        )
        return [
            (parent, _Area(Record("area", rid, key, name[1], code), Candidate(*name)))
            for parent, rid, key, code, *name in rows
        ]

    def _others_inside(self, narrower: Query, inside: set[str], wider_score: float) -> Iterator[Found]:
        for match in self._names.matching(narrower)[:_MOST_NAMES]:
            if match.score >= _LEAST:
                for record in records.bearing_name_inside(self._connection, match.candidate.nid, inside):
                    yield _found(record, match, wider_score)

    def _numbers(self, wider: Query, narrower: Query, inside: set[str], wider_score: float) -> Iterator[Found]:
        if not narrower.code.isdigit():
            return
        branches = records.branches_named(self._connection, wider.compact, inside)
        for record in records.with_code_prefix(self._connection, "feeder", narrower.code):
            if records.branch_of(self._connection, record) in branches:
                score = 100.0 if record.code == narrower.code else 92.0
                yield Found(record, _together(wider_score, score), "number")


def splits(query: Query) -> list[tuple[Query, Query]]:
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


def _text(units: Segmentation) -> str:
    return "".join(unit.text for unit in units)


def _together(wider: float, narrower: float) -> float:
    return _WIDER_SHARE * wider + (1 - _WIDER_SHARE) * narrower


def _found(record: Record, match: NameMatch, wider_score: float) -> Found:
    return Found(record, _together(wider_score, match.score), match.reason, match.spans, match.candidate.uses)
