"""Names of the cache that a query may mean, graded."""

from collections.abc import Iterable

from assistant import candidates
from assistant.query import Query
from assistant.ranking import EXACT, Candidate, NameMatch, Ranker
from assistant.segmentation import Segmentation, corrected
from assistant.slips import SlipRanker
from data.sqlite import Connection

_ANYWHERE, _AT_START, _WHOLE = 192, 128, 96
_MISSING, _WRONG, _CORRECTED, _MOST_CORRECTIONS = 128, 192, 384, 60
_SHORTEST_SLIP, _SHORTEST_CORRECTION = 2, 4
GOOD = 80.0
"""With enough matches as good as this nobody looks for slips."""
_ENOUGH_GOOD, _LONG_WRITTEN, _LONG_TYPED = 5, 3, 4


class Names:
    """The names of one open cache."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def matching(self, query: Query) -> list[NameMatch]:
        """Names that answer the query as it stands, the best first."""
        ranker = Ranker(query)
        return in_order(ranker.aligned(candidate) for candidate in self._load(self._holding(query.segmentations)))

    def starting(self, query: Query, most_rank: int) -> list[NameMatch]:
        """Names of records up to an ordinal of kind that start with the query, the best first."""
        ranker = Ranker(query)
        ways = query.segmentations
        expressions = [candidates.alike(units, at_start=True) for units in ways]
        ids = self.rows(
            "name_fts", candidates.any_expression([*expressions, *map(candidates.written, ways)]), _ANYWHERE
        )
        found = [candidate for candidate in self._load(ids) if candidate.rank <= most_rank]
        return [match for match in in_order(map(ranker.aligned, found)) if match.spans[0][0] == 0]

    def nearly_matching(self, query: Query, matches: list[NameMatch]) -> list[NameMatch]:
        """Names that the query may mean with one slip in it, without those that match as it stands; the best first."""
        matched = {match.candidate.nid for match in matches}
        ids = [nid for nid in self._one_slip_from(query) if nid not in matched]
        return in_order(map(SlipRanker(query).nearly, self._load(ids)))

    def rows(self, table: str, expression: str, most: int) -> list[int]:
        """The first rows of a full-text table that satisfy an expression; none for an empty one."""
        if not expression:
            return []
        found = self._connection.execute(f"SELECT rowid FROM {table} WHERE {table} MATCH ? LIMIT ?", (expression, most))
        return [row for (row,) in found]

    def _holding(self, ways: tuple[Segmentation, ...]) -> Iterable[int]:
        """Names worth grading: those that hold the query; where too many do, also those that start with or are it."""
        ids = dict.fromkeys(self.rows("name_fts", candidates.written(ways[0]), _ANYWHERE)) if ways else {}
        for at_start, at_end, most in ((False, False, _ANYWHERE), (True, False, _AT_START), (True, True, _WHOLE)):
            expressions = (candidates.alike(units, at_start=at_start, at_end=at_end) for units in ways)
            rows = self.rows("name_fts", candidates.any_expression(expressions), most)
            ids.update(dict.fromkeys(rows))
            if len(rows) < most:
                break
        return ids

    def _one_slip_from(self, query: Query) -> Iterable[int]:
        ids: dict[int, None] = {}
        for units in query.segmentations[:2]:
            ids.update(dict.fromkeys(self.rows("name_fts", candidates.one_missing(units), _MISSING)))
            ids.update(dict.fromkeys(self.rows("name_fts", candidates.one_wrong(units), _WRONG)))
        letters = query.compact
        if len(letters) >= _SHORTEST_CORRECTION and letters.isascii() and letters.isalpha():
            ways = self._occurring(corrected(letters))[:_MOST_CORRECTIONS]
            for at_start in (True, False):
                expressions = (candidates.alike(units, at_start=at_start) for units in ways)
                ids.update(dict.fromkeys(self.rows("name_fts", candidates.any_expression(expressions), _CORRECTED)))
                if len(ids) >= _CORRECTED:
                    break
        return ids

    def _occurring(self, ways: Iterable[Segmentation]) -> list[Segmentation]:
        """Those ways of which every two neighbouring sounds stand together in some name."""
        known: dict[str, bool] = {}

        def occurs(pair: Segmentation) -> bool:
            expression = candidates.alike(pair)
            if expression not in known:
                known[expression] = bool(self.rows("name_fts", expression, 1))
            return known[expression]

        return [units for units in ways if all(occurs(units[i : i + 2]) for i in range(max(1, len(units) - 1)))]

    def _load(self, ids: Iterable[int]) -> list[Candidate]:
        listed = ",".join(map(str, ids))
        rows = self._connection.execute(f"SELECT nid, text, readings, rank, uses FROM name WHERE nid IN ({listed})")
        return [Candidate(*row) for row in rows]


def in_order(matches: Iterable[NameMatch | None]) -> list[NameMatch]:
    """The matches, the best first, then by kind and text."""
    found = [match for match in matches if match]
    return sorted(found, key=lambda match: (-match.score, match.candidate.rank, match.candidate.text))


def enough_good(query: Query, matches: list[NameMatch]) -> bool:
    """Whether names that do not answer the query as it stands are not worth the time."""
    if len(query.compact) < _SHORTEST_SLIP or any(match.score >= EXACT for match in matches):
        return True
    is_long = len(query.compact) >= (_LONG_WRITTEN if query.is_written else _LONG_TYPED)
    return sum(_is_good(query, match) for match in matches) >= (_ENOUGH_GOOD if is_long else 1)


def _is_good(query: Query, match: NameMatch) -> bool:
    if match.score < GOOD or (query.is_written and match.reason == "sounds_like"):
        return False
    return query.is_written or match.spans[0][0] == 0
