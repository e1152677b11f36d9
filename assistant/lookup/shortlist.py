"""The best of the records found so far, and which of them are shown."""

from collections import Counter
from collections.abc import Iterable
from itertools import filterfalse

from assistant.lookup.ranking import EXACT
from assistant.lookup.records import Found, Record
from assistant.lookup.weak import GUESSED, WEAK_UNDER, is_weak
from data.kinds import RANKED

_COMMON, _MANY = len(RANKED) - 1, RANKED[-1]
_FEW_KEPT = 4
"""So many of ten places are kept for areas, feeders and transformer areas that come near: hundreds of thousands of
customers' names hold something that sounds like anything."""
_MORE_KEPT = 7
"""So many, but no more transformer areas, where they are almost as good as the last customers shown: who types `gaolf`
may mean 高丽 with a slip, and of people whose initials it may be there are hundreds."""
_NAMESAKES = 3
"""Of ten places, customers of the very name that was typed take no more while another name comes near."""
_SERIES_KIND, _SERIES = "transformer_area", 2
"""Of ten places, transformer areas take no more while something else comes near: they are numbered in long series.
Where a slip is in what was typed it may be in the number, so that any of them may be meant; but a guess does not go
before those that hold what was typed."""
NEARLY_CALLED_SO, _BEST_OF_ALL = 2, 90.0
"""So many of ten places are kept for places and lines that are called what was typed but for one slip: `dahq` is 大和
sooner than the tenth of those that begin with 大红旗. What scores so much gives way to nobody."""
_NEAR = WEAK_UNDER
_ALMOST = 6.0
"""What holds the very characters that were typed gives way to what does not only where that is almost as good."""
_WRITTEN_REASONS = frozenset({"name", "name_prefix"})
_CHOSEN, _LIFT, _LEAST_DIFFERENCE, _ABOVE_ALL = 60.0, 30.0, 0.1, 0.4
_EXACT_REASONS = frozenset({"code", "number"})


class Shortlist:
    """The best answer of every record found so far.

    Args:
        limit: How many will be shown.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._kept, self._more_kept = _FEW_KEPT * limit // 10, _MORE_KEPT * limit // 10
        self._nearly_kept = NEARLY_CALLED_SO * limit // 10
        self._found: dict[tuple[str, int], Found] = {}
        self._bars: tuple[float, float, float] | None = None

    def add(self, found: Found) -> None:
        """Notes a record, unless it is there with at least as good a score."""
        key = found.record.kind, found.record.rid
        if key not in self._found or self._found[key].score < found.score:
            self._found[key] = found
            self._bars = None

    @property
    def is_short(self) -> bool:
        """Whether so little was found that something like it is worth showing too."""
        return len(self._found) < self.limit // 2

    @property
    def has_only_weak(self) -> bool:
        """Whether nothing was found that is more than a guess."""
        return all(is_weak(found.reason, found.score) for found in self._found.values())

    def weaken_guesses(self, share: float) -> None:
        """Leaves a share of the score of whatever the query does not stand for as it was typed."""
        guesses = {key: found for key, found in self._found.items() if found.reason == GUESSED}
        self._found.update((key, found._replace(score=share * found.score)) for key, found in guesses.items())
        self._bars = None

    def has_room_for(self, score: float, rank: int, *, ties: bool) -> bool:
        """Whether a record with this score could still be shown; with `ties` also one as good as the last shown.

        Args:
            score: The most that the record can score.
            rank: Ordinal of its kind in `data.kinds.RANKED`.
            ties: Whether equals are told apart by more than the score.
        """
        bar, bar_of_few, bar_of_more = self._bars or self._raise_bars()
        if score > bar or (ties and score == bar):
            return True
        if rank == _COMMON or score <= _NEAR:
            return False
        return score > bar_of_few or (score > bar_of_more and score + _ALMOST >= bar)

    def prefer(self, record: Record, weight: float, found: Found | None) -> None:
        """Lifts a record that was chosen for this query before; never over one that is exactly what was typed.

        Args:
            record: What was chosen.
            weight: How often and how lately, 0 to 1.
            found: How it answers the query, None where it does not.
        """
        known = self._found.get((record.kind, record.rid)) or found
        if known is None:
            known = Found(record, _CHOSEN, "chosen")
        if not _is_exact(known):
            # A place called by its stem scores as much as an exact name; what was chosen goes before it all the same.
            has_exact = any(map(_is_exact, self._found.values()))
            most = EXACT - _LEAST_DIFFERENCE if has_exact else EXACT + _ABOVE_ALL * weight
            score = max(known.score, min(most, known.score + _LIFT * weight))
            self._found[record.kind, record.rid] = known._replace(score=score)
            self._bars = None

    def all(self) -> Iterable[Found]:
        """Every record found, in no order."""
        return self._found.values()

    def shown(self, ranked: list[Found]) -> list[Found]:
        """Those of all records found that are shown, in the order given.

        Args:
            ranked: All records found, the best first.
        """
        if len(ranked) <= self.limit:
            return ranked
        if any(found.reason in _EXACT_REASONS for found in ranked[: self.limit]):
            return ranked[: self.limit]
        wanted = self._without_surplus(ranked)
        shown, rest = wanted[: self.limit], wanted[self.limit :]
        there = sum(map(_is_few, shown))
        near = [found for found in rest if _is_few(found) and found.score >= _NEAR]
        lacking = max(0, self._kept - there)
        others = [found for found in near[lacking:] if found.record.kind != _SERIES_KIND]
        more = others[: max(0, self._more_kept - max(there, self._kept))]
        for few in (*near[:lacking], *more):
            last = next(i for i in range(len(shown) - 1, -1, -1) if not _is_few(shown[i]))
            if not _gives_way(shown[last], few, is_kept=sum(map(_is_few, shown)) < self._kept):
                break
            shown[last] = few
        self._keep_nearly_called_so(shown, ranked)
        chosen = {(found.record.kind, found.record.rid) for found in shown}
        return [found for found in ranked if (found.record.kind, found.record.rid) in chosen]

    def _keep_nearly_called_so(self, shown: list[Found], ranked: list[Found]) -> None:
        """Lets the first of what is nearly called so take the last places, where too few of them are shown."""
        nearly = [found for found in ranked if _is_nearly_called_so(found)][: self._nearly_kept]
        lacking = [found for found in nearly if found not in shown]
        for place in range(len(shown) - 1, len(shown) - 1 - self._nearly_kept, -1):
            if lacking and not _is_nearly_called_so(shown[place]) and _is_one_of_many(shown[place]):
                shown[place] = lacking.pop(0)

    def _raise_bars(self) -> tuple[float, float, float]:
        if len(self._found) < self._kept:
            return 0.0, 0.0, 0.0
        wanted, _ = self._parted(sorted(self._found.values(), key=_by_score))
        few = [found for found in wanted if _is_few(found)]
        self._bars = _bar(wanted, self.limit), _bar(few, self._kept), _bar(few, self._more_kept)
        return self._bars

    def _without_surplus(self, ranked: list[Found]) -> list[Found]:
        """The records with the surplus of one name or series behind whatever else comes near.

        A guess does not go before those of a series that hold what was typed: `塔山村1` means one of these.
        """
        kept, surplus = self._parted(ranked)
        count = sum(found.score >= _NEAR for found in kept)
        near, far = kept[:count], kept[count:]
        if any(map(_is_held_in_series, surplus)):
            held = list(filter(_is_held_in_series, surplus))
            guesses = [found for found in near if found.reason == GUESSED]
            near = [found for found in near if found.reason != GUESSED] + held
            surplus = guesses + list(filterfalse(_is_held_in_series, surplus))
        return near + surplus + far

    def _parted(self, ranked: list[Found]) -> tuple[list[Found], list[Found]]:
        """The records without the surplus of one name or series, and this surplus."""
        seen = Counter[str]()
        kept: list[Found] = []
        surplus: list[Found] = []
        for found in ranked:
            sort, most = _sort_of(found)
            if most:
                seen[sort] += found.reason != GUESSED
                (surplus if seen[sort] > max(1, most * self.limit // 10) else kept).append(found)
            else:
                kept.append(found)
        return kept, sorted(surplus, key=lambda found: found.reason == GUESSED)


def _sort_of(found: Found) -> tuple[str, int]:
    """What a record is one of many of, and how many of ten places these take; 0 for as many as there are."""
    kind = found.record.kind
    if kind == _SERIES_KIND and found.score < EXACT:
        return kind, _SERIES
    if kind == _MANY and found.score >= EXACT:
        return found.record.name, _NAMESAKES
    return "", 0


def _is_held_in_series(found: Found) -> bool:
    """Whether a transformer area's name holds the very characters that were typed."""
    return found.record.kind == _SERIES_KIND and found.reason in _WRITTEN_REASONS


def _by_score(found: Found) -> float:
    return -found.score


def _bar(ranked: list[Found], places: int) -> float:
    """The score that takes the last of so many places; 0 while one of them is free."""
    return ranked[places - 1].score if 0 < places <= len(ranked) else 0.0


def _is_exact(found: Found) -> bool:
    return found.score >= EXACT and (found.reason == "name" or found.reason in _EXACT_REASONS)


def _gives_way(shown: Found, few: Found, *, is_kept: bool) -> bool:
    is_written = shown.reason in _WRITTEN_REASONS and few.reason not in _WRITTEN_REASONS
    return (is_kept and not is_written) or shown.score <= few.score + _ALMOST


def _is_one_of_many(found: Found) -> bool:
    """Whether others are as likely meant: it is neither among the best nor holds the very characters."""
    return found.score < _BEST_OF_ALL and found.reason not in _WRITTEN_REASONS


def _is_nearly_called_so(found: Found) -> bool:
    return found.reason == GUESSED and _is_few(found) and found.match is not None and found.match.is_whole_slip


def _is_few(found: Found) -> bool:
    return found.record.kind != _MANY
