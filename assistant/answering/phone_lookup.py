"""Whose a phone number is: the hub says it, for this PC holds masked numbers alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from assistant.card.answer import Answer, PhoneLookup
from data.phone_numbers import normal_form
from sync.errors import RefusedError, SyncError
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient

Find = Callable[[str], Sequence[str]]
"""The customer numbers of a whole phone number; raises a `SyncError` where the hub is gone or refuses."""


class LocalAnswers(Protocol):
    """Answers from this PC, which take customers in that were found elsewhere."""

    def answer(self, query: str, limit: int = 10, at: datetime | None = None, by_phone: Sequence[str] = ()) -> Answer:
        """What `query` finds here, and below it the customers `by_phone`."""
        ...


@dataclass(frozen=True, slots=True)
class Owners:
    """What came of asking whose a phone number is."""

    lookup: PhoneLookup
    customers: tuple[str, ...] = ()


def hub_of(home: AgentHome) -> Find:
    """Asks the hub at which `home` is enrolled, whenever it is called."""

    def find(number: str) -> Sequence[str]:
        return HubClient.at(home).customers_with_phone(number)

    return find


def owners_of(number: str, find: Find) -> Owners:
    """Whose the number is; a hub that is gone or refuses is a state, not a failure."""
    try:
        customers = tuple(find(number))
    except RefusedError as refused:
        return Owners(PhoneLookup("refused", str(refused)))
    except SyncError as gone:
        return Owners(PhoneLookup("no_hub", str(gone)))
    return Owners(PhoneLookup("found" if customers else "none"), customers)


def answer_at_once(
    answers: LocalAnswers, find: Find, query: str, limit: int = 10, at: datetime | None = None
) -> Answer:
    """The answer to `query`; where it is a whole phone number, the hub's is waited for: 2 s at most."""
    number = normal_form(query)
    if number is None:
        return answers.answer(query, limit, at)
    owners = owners_of(number, find)
    return replace(answers.answer(query, limit, at, owners.customers), phone=owners.lookup)
