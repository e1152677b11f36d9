"""The lookup: from what an agent typed to the records it may mean, the best first."""

from dataclasses import dataclass
from functools import partial

from assistant.lookup.by_supply import SupplySearch
from assistant.lookup.cancelling import Cancelled, give_up_if, never
from assistant.lookup.filters import split_filters
from assistant.lookup.ranking import Span
from assistant.lookup.records import Found
from assistant.lookup.rewording import heard_once
from assistant.lookup.second_look import SecondLook, better_of_guesses, only_guesses
from assistant.lookup.substations import Substations
from assistant.lookup.text_search import Preferences, TextSearch
from data.sqlite import Connection

_MOST_SCORE = 100.0
_SHARE = 4
"""Of ten places, what is supplied takes no more while something is called like the text."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that a query found.

    Attributes:
        code: The code that people type for it: an area's short code, a number, a customer number.
        score: 0 to 100; under 60 it is a guess.
        reason: `code`, `number`, `name`, `name_prefix`, `pinyin`, `initials`, `mixed`, `sounds_like` or `fuzzy`; of
            what is at, beside or below what was typed `address`, `neighbour`, `substation` or `filter`.
        spans: `[start, end)` stretches of `name` that the query stands for; empty where another name or a code matched.
    """

    kind: str
    id: str
    rid: int
    name: str
    code: str | None
    score: float
    reason: str
    spans: tuple[Span, ...]


class LookupEngine:
    """Answers queries from one open cache.

    Args:
        connection: An open cache; it is only read.
        own_branches: Ids of the branches whose namesakes come first.
        preferences: What was chosen before for a query's plain text: `(kind, id)` with weights, 0 to 1.
    """

    def __init__(
        self,
        connection: Connection,
        own_branches: frozenset[str] = frozenset(),
        preferences: Preferences | None = None,
    ) -> None:
        self._text = TextSearch(connection, own_branches, preferences)
        self._supply = SupplySearch(connection, own_branches, self._text)
        self._substations = Substations(connection, self._text)
        strictly = partial(self._found, with_slips=False)
        self._second_look = SecondLook(connection, self._text, self._supply, look=self._found, look_strictly=strictly)

    def search(self, text: str, limit: int = 10, cancelled: Cancelled = never) -> list[Hit]:
        """The records that `text` may mean, the best first; empty when nothing comes near. Takes any text at all.

        What it filters by (`>=500kva`, `重要`) holds for customers in what the rest of it names; a house (`3组45号`)
        is looked for in the place before it, the lines of a substation by its name; all else by name, code and number.
        Where that finds guesses alone, what may have been meant is looked for: without the speech around it, with
        numbers in digits, parted into names.

        Raises:
            CancelledError: `cancelled` said so between two stages.
        """
        if limit < 1:
            return []
        text = heard_once(text)
        found = self._found(text, limit, cancelled)
        if only_guesses(found) and not split_filters(text)[0]:
            for again in self._second_look.looks(text, limit):
                give_up_if(cancelled)
                found = better_of_guesses(found, again)
                if not only_guesses(again):
                    found = again
                    break
        return [_hit(one) for one in found[:limit]]

    def _found(self, text: str, limit: int, cancelled: Cancelled = never, *, with_slips: bool = True) -> list[Found]:
        filters, rest = split_filters(text)
        if filters and not filters.also_text:
            return self._supply.filtered(filters, rest, limit)
        found = self._supply.filtered(filters, rest, limit) if filters else self._supply.at_address(text, limit)
        give_up_if(cancelled)
        by_text = self._text.search(text, limit, cancelled, with_slips=with_slips)
        found = _merged(found[: max(_SHARE * limit // 10, limit - len(by_text))], by_text)
        lines = self._substations.named(text, limit)
        if not lines and len(found) < limit:
            lines = self._substations.also(text, found)
        return _merged(lines, found)


def _merged(found: list[Found], by_text: list[Found]) -> list[Found]:
    """Both, the best first, the first ones before others as good, each record once."""
    if not found:
        return by_text
    best: dict[tuple[str, int], Found] = {}
    for one in sorted([*found, *by_text], key=lambda one: -one.score):
        best.setdefault((one.record.kind, one.record.rid), one)
    return list(best.values())


def _hit(found: Found) -> Hit:
    record = found.record
    score = round(min(found.score, _MOST_SCORE), 1)
    return Hit(record.kind, record.id, record.rid, record.name, record.code, score, found.reason, found.spans)
