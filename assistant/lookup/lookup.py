"""The lookup: from what an agent typed to the records it may mean, the best first."""

from dataclasses import dataclass

from assistant.lookup.by_supply import SupplySearch
from assistant.lookup.cancelling import Cancelled, give_up_if, never
from assistant.lookup.filters import split_filters
from assistant.lookup.ranking import Span
from assistant.lookup.records import Found
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
        reason: `code`, `number`, `name`, `name_prefix`, `pinyin`, `initials`, `mixed`, `sounds_like` or `fuzzy`.
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

    def search(self, text: str, limit: int = 10, cancelled: Cancelled = never) -> list[Hit]:
        """The records that `text` may mean, the best first; empty when nothing comes near. Takes any text at all.

        What it filters by (`>=500kva`, `重要`) holds for customers in what the rest of it names; a house (`3组45号`)
        is looked for in the place before it; all else is looked for by name, code and number.

        Raises:
            CancelledError: `cancelled` said so between two stages.
        """
        if limit < 1:
            return []
        filters, rest = split_filters(text)
        found = self._supply.filtered(filters, rest, limit) if filters else self._supply.at_address(text, limit)
        if not filters or filters.also_text:
            give_up_if(cancelled)
            by_text = self._text.search(text, limit, cancelled)
            found = _merged(found[: max(_SHARE * limit // 10, limit - len(by_text))], by_text)
        return [_hit(one) for one in found[:limit]]


def _merged(found: list[Found], by_text: list[Found]) -> list[Found]:
    """Both, the best first, the first ones before others as good, each record once."""
    ranked = sorted([*found, *by_text], key=lambda one: -one.score) if found else by_text
    return list({(one.record.kind, one.record.rid): one for one in reversed(ranked)}.values())[::-1]


def _hit(found: Found) -> Hit:
    record = found.record
    score = round(min(found.score, _MOST_SCORE), 1)
    return Hit(record.kind, record.id, record.rid, record.name, record.code, score, found.reason, found.spans)
