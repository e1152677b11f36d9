"""What a text may have been meant as that finds nothing good as it stands."""

from collections.abc import Callable, Iterator

from assistant.lookup.by_supply import SupplySearch
from assistant.lookup.parting import Parting
from assistant.lookup.query import plain_query
from assistant.lookup.records import Found
from assistant.lookup.rewording import LEAST_LEFT, reworded
from assistant.lookup.short_forms import ShortForms
from assistant.lookup.text_search import TextSearch
from assistant.lookup.weak import GUESSED, is_weak
from data.kinds import RANKED
from data.sqlite import Connection

_MANY = RANKED[-1]

_Look = Callable[[str, int], list[Found]]


def only_guesses(found: list[Found]) -> bool:
    """Whether nothing among these is more than a guess; also where there is nothing."""
    return all(is_weak(one.reason, one.score) for one in found)


def better_of_guesses(found: list[Found], again: list[Found]) -> list[Found]:
    """Those that an agent sooner asks about: not customers with a slip in their names, while something is called so."""
    is_better = bool(again) and again[0].reason != GUESSED
    return again if is_better and all(one.reason == GUESSED and one.record.kind == _MANY for one in found) else found


class SecondLook:
    """Looks again, in one open cache, for what nothing good was found for.

    Args:
        connection: An open cache; it is only read.
        text: Reads what was typed.
        supply: Finds customers in places.
        look: Finds what a text names as it stands.
        look_strictly: The same, but no slips: they were looked for in the same characters before.
    """

    def __init__(
        self, connection: Connection, text: TextSearch, supply: SupplySearch, *, look: _Look, look_strictly: _Look
    ) -> None:
        self._look = look
        self._look_strictly = look_strictly
        self._supply = supply
        self._parting = Parting(connection, text)
        self._short_forms = ShortForms(connection, text)

    def looks(self, typed: str, limit: int) -> Iterator[list[Found]]:
        """What each way to understand the text finds, the likeliest first; the caller stops where something is good."""
        if short := self._short_forms.search(typed):
            yield short[:limit]
        texts = list(reworded(typed))
        for text in texts:
            yield self._look(text, limit)
        yield from self._looks_at_parts(texts[0] if texts else plain_query(typed), limit)

    def _looks_at_parts(self, text: str, limit: int) -> Iterator[list[Found]]:
        parts = () if text.isascii() else self._parting.parted(text)
        if len(parts) < 2:  # noqa: PLR2004 - one name was looked for
            return
        if (spaced := " ".join(parts)) != text:
            yield self._look_strictly(spaced, limit)
        if len(parts[-1]) >= LEAST_LEFT:
            yield self._supply.called(" ".join(parts[:-1]), parts[-1], limit)
