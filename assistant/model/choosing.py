"""When an agent has used a result: not when it was merely shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.card.answer import Result
from assistant.model.popup_messages import Copy, Effect, Intent, Pick
from assistant.model.popup_state import State
from data.choice_weight import holds_number

TEAM_KINDS = frozenset({"area", "feeder", "transformer_area"})
"""Kinds whose names are nobody's: choices of these, and of no customer, may be told to the team."""

_STANDS_FOR_THE_NAME = frozenset({"code", "number", "name", "name_prefix", "pinyin", "initials", "mixed"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """A result that was used, and the text that had found it."""

    query: str
    result: Result

    @property
    def may_be_told(self) -> bool:
        """Whether the team may hear of it: the text is nothing but the name or code of a place or a line.

        A second word may be a caller's name, and a guess may be one that only looks like a place.
        """
        return (
            self.result.kind in TEAM_KINDS
            and self.result.match.reason in _STANDS_FOR_THE_NAME
            and not any(character.isspace() for character in self.query.strip())
            and not holds_number(self.query)
        )


def choice_made(intent: Intent, after: State, effects: Iterable[Effect]) -> Chosen | None:
    """The result that an intent has put to use, or None.

    Used is what was copied from, by Enter or a click, and what was clicked on to see its card. Walking past it with
    the arrow keys is no use.

    Args:
        intent: What happened.
        after: The popup's state after it.
        effects: What is done about it.
    """
    used = isinstance(intent, Pick) or any(isinstance(effect, Copy) for effect in effects)
    if not used or not after.is_current or after.chosen is None:
        return None
    return Chosen(after.query, after.chosen)
