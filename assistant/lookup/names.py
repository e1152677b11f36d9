"""Names of the cache that a query may mean, graded."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple

from assistant.lookup import candidates
from assistant.lookup.narrowing import Clauses, answers, only_narrows
from assistant.lookup.query import Query, corrections
from assistant.lookup.ranking import EXACT, Candidate, NameMatch, Ranker
from assistant.lookup.remembered import Remembered
from assistant.lookup.segmentation import Segmentation, UnitKind
from assistant.lookup.slips import SlipRanker
from data.caches.index import FIRST_COMMON_NAME
from data.kinds import RANKED
from data.sqlite import Connection

_WRITTEN, _WHOLE, _AT_START, _ANYWHERE, _STARTING = 16, 24, 22, 24, 48
_SHOWN = 10
_PLACES = {RANKED.index("transformer_area"): 2, RANKED.index("customer"): 6}
"""Of ten, at most so many are of these kinds while others come near (`assistant.lookup.shortlist`)."""
_CORRECTED, _WRONG, _COMMON = 56, 48, 24
_SHORTEST_SLIP = 2
_SHORTEST_SURE_SLIP, _LONGEST_SURE_SLIP = 4, 12
"""Letters in which a slip is looked for although something good was found: more of them are seldom that by chance."""
_LONG_QUERY, _LIKELY = 14, 2
"""What is longer leaves little doubt how it is to be read: most often the likeliest ways find it."""
_MOST_BEGINNINGS, _LONG_NAME, _LONGEST_CORRECTED = 56, 5, 9
_CALLED_SO = 97.0
_LIKE_IT, _TELLING = 60.0, 4
"""What scores less is another name altogether; the beginning of which so many sounds are known is one of few."""
GOOD = 80.0
"""With enough matches as good as this nobody looks for slips."""
_LAST_RANK = len(RANKED) - 1
_WHOLE_KINDS = frozenset((UnitKind.SYLLABLE, UnitKind.HANZI))
_DOUBTFUL = frozenset(((UnitKind.INITIAL, UnitKind.SYLLABLE), (UnitKind.INITIAL, UnitKind.INITIAL)))
"""Who types whole syllables and initials seldom types them so."""
_ENOUGH_GOOD, _LONG_WRITTEN, _LONG_TYPED, _CERTAIN_TYPED = 5, 3, 4, 4


_READ = """
    SELECT name.nid, name.text, name.readings, name.rank, name.uses
    FROM name_fts CROSS JOIN name ON nid = name_fts.rowid WHERE name_fts MATCH ?{range} LIMIT ?"""
_READ_ALL = _READ.format(range="")
_READ_FEW = _READ.format(range=f" AND name_fts.rowid < {FIRST_COMMON_NAME}")
_READ_COMMON = _READ.format(range=f" AND name_fts.rowid >= {FIRST_COMMON_NAME}")


_candidate = partial(tuple.__new__, Candidate)
"""What `Candidate._make` does, without a step in Python: a keystroke reads some sixty rows."""


class Names:
    """The names of one open cache."""

    def __init__(self, connection: Connection, remembered: Remembered) -> None:
        self._connection = connection
        self._few: dict[str, _Few] = {}
        remembered.keep(self._few, 1)

    def matching(self, query: Query) -> list[NameMatch]:
        """Names that answer the query as it stands, in no order."""
        likely = _likely_ways(query)
        found = self._matching(query, likely)
        return found if found or len(likely) == len(query.ways) else self._matching(query, query.ways)

    def _matching(self, query: Query, ways: tuple[Segmentation, ...]) -> list[NameMatch]:
        ranker, expressions = Ranker(query), _Expressions(query, ways)
        few = self._all_of_few(query, expressions)
        if few is not None:
            return [match for match in map(ranker.aligned, few) if match]
        graded: dict[int, NameMatch | None] = {}

        def read_all(expression: str, most: int) -> bool:
            """Whether these were all the names there are."""
            read = self._read(expression, most)
            for candidate in read:
                if candidate.nid not in graded:
                    graded[candidate.nid] = ranker.aligned(candidate)
            if expression == expressions.anywhere:
                self._note(query, expressions, read)
            return len(read) < most

        # A name that is called so also starts so, one that holds the very characters also sounds so: where all of
        # those were read, these are among them.
        if not read_all(expressions.at_start, _AT_START) and not read_all(expressions.whole, _WHOLE):
            read_all(expressions.likeliest_whole, _WHOLE)
        is_enough = _enough(graded.values(), ranker.best_inside)
        if is_enough or not (read_all(expressions.anywhere, _ANYWHERE) and expressions.anywhere):
            read_all(expressions.written, _WRITTEN)
        return [match for match in graded.values() if match]

    def _all_of_few(self, query: Query, expressions: "_Expressions") -> list[Candidate] | None:
        """All names that hold what sounds like the query, where they are too few to fill the list; else None.

        Told without reading where the query only goes on from one before that so few answered.
        """
        ways = expressions.clauses
        before = next((few for typed, few in self._few.items() if query.compact.startswith(typed)), None)
        if before is None or not ways:
            return None
        if only_narrows(ways, before.ways):
            read = [candidate for candidate in before.candidates if answers(candidate, ways)]
        else:
            read = self._read(expressions.anywhere, _SHOWN)
        self._note(query, expressions, read)
        return read if len(read) < _SHOWN else None

    def _note(self, query: Query, expressions: "_Expressions", read: list[Candidate]) -> None:
        """Remembers all names that hold what sounds like the query, where they are few."""
        self._few.clear()
        if expressions.clauses and len(read) < _SHOWN:
            self._few[query.compact] = _Few(expressions.clauses, read)

    def starting(self, query: Query, most_rank: int) -> list[NameMatch]:
        """Names of records up to an ordinal of kind that start with the query, the best first."""
        ranker, expressions = Ranker(query), _Expressions(query, query.ways)
        found = self._read(expressions.at_start, _STARTING)
        if len(found) == _STARTING:
            # Places' names come first: a person of the very name would stand behind hundreds that only sound so.
            called_so = self._read(expressions.likeliest_whole or expressions.whole, _STARTING)
            people = self._read(expressions.at_start, _STARTING, _READ_COMMON) if most_rank == _LAST_RANK else []
            found = list(dict.fromkeys([*found, *called_so, *people]))
        named = [candidate for candidate in found if candidate.rank <= most_rank]
        return [match for match in in_order(map(ranker.aligned, named)) if match.start == 0]

    def nearly_matching(self, query: Query, matches: list[NameMatch], *, whole_only: bool = False) -> list[NameMatch]:
        """Names that the query may mean with one slip in it, without those that match as it stands; in no order.

        With `whole_only` just those that it may mean as a whole, which are quickly found.
        """
        if whole_only and not _may_be_another(query, matches):
            return []
        known = {match.candidate.nid for match in matches}
        ranker, found = SlipRanker(query), list[NameMatch]()

        def read_all(looks: Iterable[_Look]) -> None:
            for row in chain.from_iterable(map(self._rows_of, looks)):
                if row[0] not in known:
                    known.add(row[0])
                    if match := ranker.nearly(_candidate(row)):
                        found.append(match)

        read_all(_whole_slips(query) if whole_only else _slips(query, matches))
        if not whole_only and not any(match.score >= _LIKE_IT for match in (*matches, *found)):
            read_all(_long_slips(query))
        return found

    def _rows_of(self, look: "_Look") -> list[tuple[Any, ...]]:
        """Names of places and lines, then those of customers if they are asked for, each up to its number."""
        if not look.expression:
            return []
        if not look.common:
            return list(self._connection.execute(_READ_FEW, (look.expression, look.few)))
        # One statement does where the first range does not fill its number, as it seldom does.
        rows = list(self._connection.execute(_READ_ALL, (look.expression, look.few)))
        if len(rows) == look.few and rows[-1][0] < FIRST_COMMON_NAME:
            rows += self._connection.execute(_READ_COMMON, (look.expression, look.common)).fetchall()
        return rows

    def _read(self, expression: str, most: int, statement: str = _READ_ALL) -> list[Candidate]:
        """The first names that satisfy an expression; none for an empty one."""
        return list(map(_candidate, self._connection.execute(statement, (expression, most)))) if expression else []


class _Few(NamedTuple):
    """All names that hold what sounds like a query.

    Attributes:
        ways: What they were looked for by.
    """

    ways: list[Clauses]
    candidates: list[Candidate]


class _Expressions:
    """What names are looked for by that answer a query as it stands."""

    def __init__(self, query: Query, ways: tuple[Segmentation, ...]) -> None:
        self._ways = ways
        self._literal = (*ways[:1], *query.loose)

    @property
    def written(self) -> str:
        """Names that hold the very characters."""
        return candidates.any_expression(map(candidates.written, self._literal))

    @property
    def whole(self) -> str:
        """Names that sound like the query as a whole."""
        return candidates.any_expression(candidates.alike(units, at_start=True, at_end=True) for units in self._ways)

    @property
    def likeliest_whole(self) -> str:
        """Names that sound like the likeliest way to read it, where that is one of several."""
        several = self._ways if len(self._ways) > 1 else ()
        return candidates.any_expression(candidates.alike(units, at_start=True, at_end=True) for units in several[:1])

    @property
    def at_start(self) -> str:
        """Names that start with what sounds like it."""
        return candidates.any_expression(candidates.alike(units, at_start=True) for units in self._ways)

    @cached_property
    def clauses(self) -> list[Clauses]:
        """What all of a name must have that holds what sounds like one of the ways; those that the index can say."""
        return list(filter(None, map(candidates.clauses, self._ways)))

    @cached_property
    def anywhere(self) -> str:
        """Names that hold what sounds like it."""
        return candidates.any_expression(map(" AND ".join, self.clauses))


class _Look(NamedTuple):
    """Names to look for: so many of places and lines, so many of the hundreds of thousands."""

    expression: str
    few: int
    common: int = 0


def _likely_ways(query: Query) -> tuple[Segmentation, ...]:
    """The ways to read it by which names are looked for first, so few of what is long; the others seldom hold.

    But 建筑安装, `jianzhuanzhuang`, is no `zhuan`.
    """
    is_long = len(query.compact) > _LONG_QUERY and len(query.segmentations) > _LIKELY
    return (*query.segmentations[:_LIKELY], *query.loose) if is_long else query.ways


def _slips(query: Query, matches: list[NameMatch]) -> Iterator[_Look]:
    ways = (*query.segmentations[:2], *query.bare[:1])
    meant = corrections(query) if not ways or len(ways[0]) <= _LONGEST_CORRECTED else []
    yield _Look(candidates.any_of_whole(meant), _CORRECTED, _COMMON)
    if len(query.alike) >= _LONG_WRITTEN or not any(query.compact in match.name.plain for match in matches):
        yield _Look(candidates.one_alike(query.compact, query.alike), _CORRECTED, _COMMON)
    yield _Look(candidates.one_wrong_as_written(query.segmentations[0] if query.alike else ()), _CORRECTED)
    yield _Look(candidates.shortened(query.segmentations[0] if query.alike else ()), _WRONG)
    missing = [expression(units) for units in ways for expression in (candidates.one_missing, candidates.one_swapped)]
    beginnings = dict.fromkeys(map(candidates.without_vague_end, meant[:_MOST_BEGINNINGS]))
    # Among so many customers a slip is looked for in what is long enough to tell.
    common = _COMMON if ways and (not query.is_spelt or len(ways[0]) >= _LONG_NAME) else 0
    yield _Look(candidates.any_expression([*missing, candidates.any_alike(beginnings)]), _CORRECTED, common)
    yield _Look(candidates.any_expression(map(candidates.around_break, ways)), _WRONG, common)
    yield _Look(candidates.any_expression(map(candidates.one_wrong, ways)), _WRONG, common)


def _long_slips(query: Query) -> Iterator[_Look]:
    """As `_slips`, of what is so long that one of its beginnings tells."""
    if query.segmentations and len(query.segmentations[0]) > _LONGEST_CORRECTED:
        meant = (candidates.without_vague_end(heard)[:_TELLING] for heard in corrections(query))
        beginnings = (heard for heard in dict.fromkeys(meant) if len(heard) == _TELLING)
        yield _Look(candidates.any_alike(islice(beginnings, _MOST_BEGINNINGS)), _CORRECTED, _COMMON)


def _whole_slips(query: Query) -> Iterator[_Look]:
    """As `_slips`, of places and lines that the query may mean as a whole."""
    yield _Look(candidates.any_of_whole(corrections(query)), _CORRECTED)


def _enough(matches: Iterable[NameMatch | None], bar: float) -> bool:
    """Whether the matches that reach the bar fill the list, of which no kind gets all places."""
    kinds = Counter(match.candidate.rank for match in matches if match and match.score >= bar)
    return sum(min(number, _PLACES.get(rank, _SHOWN)) for rank, number in kinds.items()) >= _SHOWN


def in_order(matches: Iterable[NameMatch | None]) -> list[NameMatch]:
    """The matches, the best first, then by kind and text."""
    found = [match for match in matches if match]
    return sorted(found, key=lambda match: (-match.score, match.candidate.rank, match.candidate.text))


def enough_good(query: Query, matches: list[NameMatch]) -> bool:
    """Whether names that do not answer the query as it stands are not worth the time.

    Customers' names count where much was typed only: among so many, some sound like anything short.
    """
    if len(query.compact) < _SHORTEST_SLIP:
        return True
    if not query.is_spelt and len(query.compact) >= _LONG_WRITTEN:
        return sum(_is_good(query, match) for match in matches) >= _SHOWN
    if any(match.score >= EXACT for match in matches):
        return True
    is_long = len(query.compact) >= (_LONG_WRITTEN if not query.is_spelt else _LONG_TYPED)
    likeliest = query.segmentations[0]
    is_certain = len(likeliest) >= (_CERTAIN_TYPED if query.is_spelt else _LONG_WRITTEN) and all(
        unit.sounds for unit in likeliest
    )
    good = [match for match in matches if (is_certain or match.candidate.rank < _LAST_RANK) and _is_good(query, match)]
    return len(good) >= (_ENOUGH_GOOD if is_long and not is_certain else 1)


def _may_be_another(query: Query, matches: list[NameMatch]) -> bool:
    """Whether a slip may have led to the matches: no place or line is called what was typed.

    Nobody types a single letter before whole syllables: `xiwwo` is a slip sooner than 西窝铺.
    """
    if not query.is_spelt or not _SHORTEST_SURE_SLIP <= len(query.compact) <= _LONGEST_SURE_SLIP:
        return False
    kinds = [unit.kind for unit in query.segmentations[0]]
    if UnitKind.SYLLABLE not in kinds or not (_WHOLE_KINDS.issuperset(kinds) or _DOUBTFUL & {*pairwise(kinds)}):
        return False
    return not any(match.score >= _CALLED_SO and match.candidate.rank < _LAST_RANK for match in matches)


def _is_good(query: Query, match: NameMatch) -> bool:
    if match.score < GOOD or (not query.is_spelt and match.reason == "sounds_like"):
        return False
    if match.way is not None and match.way.is_bare and match.candidate.rank == _LAST_RANK:
        return False
    return not query.is_spelt or match.start == 0
