"""What of a masked phone stands on the card: how to see it, what for, and for how long it is shown."""

from collections.abc import Iterable, Iterator

from assistant.card.answer import Result
from assistant.model.popup_messages import RevealFor, RevealWanted
from assistant.model.reveal_view import RevealView, can_reveal
from assistant.popup.blocks import Action, Actions, Block, Heading, Remark, Script, Title
from assistant.words.wording import Words
from data.privacy.reveal_reasons import REASONS

REVEAL_KEY = "F8"
OFFERED = tuple(reason for reason in REASONS if reason != "other")
"""Reasons that need no words of the agent's own."""

_HEAD = (Title, Remark, Script, Actions)
"""What comes before it: the verdict, what to read out, and where to go on."""


def with_reveal(card: Iterable[Block], result: Result, view: RevealView | None, words: Words) -> Iterator[Block]:
    """The blocks of a customer's card, and below their head how it stands with the phone."""
    own = list(_blocks(result, view, words))
    for block in card:
        if own and not isinstance(block, _HEAD):
            yield from own
            own = []
        yield block


def _blocks(result: Result, view: RevealView | None, words: Words) -> Iterator[Block]:
    if view is None:
        if can_reveal(result):
            yield Actions((Action(words("action.reveal"), REVEAL_KEY, RevealWanted()),))
    elif view.phase == "choosing":
        yield Heading(words("reveal.why"))
        reasons = [
            Action(words(f"reveal.{reason}"), f"Ctrl+{number}", RevealFor(reason))
            for number, reason in enumerate(OFFERED, 1)
        ]
        yield Actions(tuple(reasons[:2]))
        yield Actions(tuple(reasons[2:]))
    elif view.phase == "asking":
        yield Remark(words("reveal.asking"))
    else:
        yield Remark(words("reveal.shown", left=view.left_s), "warn")
