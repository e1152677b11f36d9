"""A masked value of a customer on its way to the screen, and on it for a minute; pure."""

from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.card.answer import Result

FIELD = "phone"


@dataclass(frozen=True, slots=True)
class RevealView:
    """How it stands with the customer whose phone is to be revealed.

    Attributes:
        customer: Its number.
        phase: The reason is being chosen, the hub is being asked, or the value is shown.
        value: What is shown.
        left_s: For how many more seconds.
    """

    customer: str
    phase: Literal["choosing", "asking", "shown"] = "choosing"
    value: str = field(default="", repr=False)
    left_s: int = 0


def can_reveal(result: Result | None) -> bool:
    """Whether a result has a masked phone."""
    return result is not None and result.customer is not None and FIELD in result.customer.masked


def uncovered(result: Result | None, view: RevealView | None) -> Result | None:
    """The result with what is revealed of it in the place of what is masked."""
    if result is None or view is None or view.phase != "shown" or result.customer is None:
        return result
    if (result.kind, result.id) != ("customer", view.customer):
        return result
    masked = tuple(name for name in result.customer.masked if name != FIELD)
    return replace(result, customer=replace(result.customer, phone=view.value, masked=masked))
