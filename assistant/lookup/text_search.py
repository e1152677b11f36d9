"""Records by what somebody typed of their names, codes and numbers."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice

from assistant.lookup import records
from assistant.lookup.by_code import CodeSearch
from assistant.lookup.cancelling import Cancelled, give_up_if, never
from assistant.lookup.characters import Characters
from assistant.lookup.names import GOOD, Names, enough_good
from assistant.lookup.own_records import OwnRecords
from assistant.lookup.query import Query, parse
from assistant.lookup.ranking import EXACT, NameMatch, Ranker
from assistant.lookup.records import Bearers, Found, Record
from assistant.lookup.remembered import Remembered
from assistant.lookup.shortlist import NEARLY_CALLED_SO, Shortlist
from assistant.lookup.slips import MOST_WITH_A_SLIP
from assistant.lookup.within import Within, narrower_of
from data.kinds import RANKED
from data.sqlite import Connection

_SHORTEST_SURE = 3
_COMMON = len(RANKED) - 1
_KIND_BONUS = (1.5, 1.0, -3.0, -6.0)
"""By ordinal of kind: places and lines are what most calls are about, and for every part of a place's name there are
transformer areas and customers called after it. Not where the name itself was typed in full."""
_SLIP_BONUS = (1.5, 1.0, 0.8, 0.0)
_MOST_FOR_A_SLIP = MOST_WITH_A_SLIP + max(_SLIP_BONUS)
_LINE, _NO_LINE_LOSS = "feeder", 8.0
_NAMESAKE_LOSS, _MOST_NAMESAKE_LOSS = 6.0, 18.0
_ELSEWHERE = 0.55
"""What is left of the score of what answers the narrower part alone: less than counts as good."""
_ELSEWHERE_LOSS = 0.4
"""By ordinal of kind: beside a place sooner another is meant than somebody who is called so."""
_CALLED_SO = 97.0
"""What scores so much is called the narrower part as a whole, and is sooner meant than a name with a slip."""

Preferences = Callable[[str], Mapping[tuple[str, str], float]]
"""What was chosen before for a query's plain text: `(kind, id)` with weights, 0 to 1."""


class TextSearch:
    """Finds records in one open cache by text.

    Args:
        connection: An open cache; it is only read.
        own_branches: Ids of the branches whose namesakes come first.
        preferences: What was chosen before; None to rank without.
    """

    def __init__(self, connection: Connection, own_branches: frozenset[str], preferences: Preferences | None) -> None:
        self._connection = connection
        self._preferences = preferences
        self._remembered = Remembered(connection)
        self._own = OwnRecords(connection, own_branches, self._remembered)
        self._bearing = Bearers(connection, self._remembered)
        self._codes = CodeSearch(connection, self._remembered)
        self._characters = Characters(connection)
        self._names = Names(connection, self._remembered)
        self._within = Within(connection, self._names, self._remembered)

    def parse(self, text: str) -> Query:
        """The query that `text` stands for in this cache."""
        return parse(text, self._characters.readings, self._characters.simplified, self._characters.alike)

    def search(self, text: str, limit: int, cancelled: Cancelled = never, *, with_slips: bool = True) -> list[Found]:
        """The records that `text` may mean, the best first; empty when nothing comes near. Takes any text at all.

        An exact code or name comes first; then by score, own branches before others, kinds in the order of
        `data.kinds.RANKED`, names that more records bear, name, id. Without `with_slips` no guesses are among them.
        Where `塔山 朱家` is not known, what is called 朱家 elsewhere is a weak answer.

        Raises:
            CancelledError: `cancelled` said so between two stages.
        """
        self._remembered.refresh()
        return self._search(text, limit, cancelled, with_slips=with_slips)

    def _search(self, text: str, limit: int, cancelled: Cancelled, *, with_slips: bool) -> list[Found]:
        query = self.parse(text)
        if not query.compact or limit < 1:
            return []
        shortlist = Shortlist(limit)
        for found in self._codes.search(query.code, limit):
            shortlist.add(found)
        give_up_if(cancelled)
        matches = self._names.matching(query)
        self._add_bearers(shortlist, query, matches)
        wants_more = not enough_good(query, matches)
        if len(query.parts) > 1 or (wants_more and not any(_names_a_place(query, match) for match in matches)):
            give_up_if(cancelled)
            for found in self._within.search(query):
                shortlist.add(found)
        if with_slips and shortlist.has_room_for(_MOST_FOR_A_SLIP, 0, ties=bool(self._own)):
            give_up_if(cancelled)
            is_sure = not wants_more and (len(query.compact) < _SHORTEST_SURE or not shortlist.is_short)
            self._add_bearers(shortlist, query, self._names.nearly_matching(query, matches, whole_only=is_sure))
        if shortlist.has_only_weak and (elsewhere := narrower_of(query)):
            give_up_if(cancelled)
            others = self._search(elsewhere, limit, cancelled, with_slips=False)
            if others and others[0].score >= _CALLED_SO:
                shortlist.weaken_guesses(_ELSEWHERE)
            for found in others:
                shortlist.add(found._replace(score=_ELSEWHERE * found.score - _ELSEWHERE_LOSS * found.record.order))
        self._prefer(shortlist, query)
        return self._in_order(shortlist)

    def in_wider(self, text: str) -> list[Found]:
        """What one part of the text names inside what the others name; in no order, empty for one name."""
        self._remembered.refresh()
        return list(self._within.search(self.parse(text)))

    def _prefer(self, shortlist: Shortlist, query: Query) -> None:
        preferred = self._preferences(query.typed) if self._preferences else None
        if not preferred:
            return
        ranker = Ranker(query)
        for (kind, key), weight in preferred.items():
            chosen = records.named(self._connection, kind, key)
            if chosen is None:
                continue
            record, name = chosen
            match = ranker.aligned(name)
            found = next(self._bearers(match, [record]), None) if match else None
            shortlist.prefer(record, weight, found)

    def _add_bearers(self, shortlist: Shortlist, query: Query, matches: list[NameMatch]) -> None:
        # No two names have one text, so matches themselves are never compared.
        promising = sorted([(*_promise(match), match) for match in matches])
        kept = set(islice((match.candidate.nid for *_, match in promising if match.is_whole_slip), NEARLY_CALLED_SO))
        for start in range(0, len(promising), records.BEARERS_OF):
            # Among equals an own branch's record goes first, so with own branches all equals are looked at.
            ties = bool(self._own)
            if not kept and not shortlist.has_room_for(-promising[start][0], 0, ties=ties):
                break
            some = [
                match
                for loss, rank, _, _, match in promising[start : start + records.BEARERS_OF]
                if match.candidate.nid in kept or shortlist.has_room_for(-loss, rank, ties=ties)
            ]
            kept.difference_update([match.candidate.nid for match in some])
            if not some:
                continue
            bearers = self._bearing.of([match.candidate for match in some])
            self._own.look_up(chain.from_iterable(alike for alike in bearers.values() if len(alike) > 1))
            for match in some:
                for found in islice(self._bearers(match, bearers[match.candidate.nid]), shortlist.limit):
                    is_other = query.of_lines and found.record.kind != _LINE
                    shortlist.add(found._replace(score=found.score - _NO_LINE_LOSS) if is_other else found)

    def _bearers(self, match: NameMatch, namesakes: list[Record]) -> Iterator[Found]:
        """Hits for every record that bears the name; the more namesakes stand before one, the lower its score.

        So thirty villages of one name do not hide the next name that answers as well. Not where the name itself was
        typed in full.
        """
        reason, uses = match.reason, match.candidate.uses
        if self._own and len(namesakes) > 1:
            namesakes = sorted(namesakes, key=lambda record: (record not in self._own, record.order))
        for before, record in enumerate(namesakes):
            score = _score_as(match, record.order)
            if match.score < EXACT:
                score -= min(before * _NAMESAKE_LOSS, _MOST_NAMESAKE_LOSS)
            yield Found(record, score, reason, match, uses)

    def _in_order(self, shortlist: Shortlist) -> list[Found]:
        def order(found: Found) -> tuple[float, bool, int, int, str, str]:
            record = found.record
            return -found.score, record not in self._own, record.order, -found.uses, record.name, record.id

        self._own.look_up(found.record for found in shortlist.all())
        return shortlist.shown(sorted(shortlist.all(), key=order))


def _names_a_place(query: Query, match: NameMatch) -> bool:
    """Whether the match is a good one of a place or line; customers' names often begin with a place's.

    A character that stands twice in what was typed may end one name and begin the next: 白塔塔沟.
    """
    is_good = match.score >= GOOD and match.candidate.rank < _COMMON
    return is_good and (query.is_spelt or match.way is None or match.way.units not in query.undoubled)


def _score_as(match: NameMatch, rank: int) -> float:
    """What a record of this kind scores that bears the name."""
    if match.score >= EXACT:
        return EXACT
    score = match.score + (_SLIP_BONUS if match.way is None else _KIND_BONUS)[rank]
    return min(EXACT, score)


def _promise(match: NameMatch) -> tuple[float, int, int, str]:
    """Sorts names as their best records would be sorted."""
    name = match.candidate
    return -_score_as(match, name.rank), name.rank, -name.uses, name.text
