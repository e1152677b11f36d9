"""What the pages ask of the lookup: composed with the hub, for the pages know nothing of how records are found."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from sync.auth import Person

PLACE_KINDS = ("area", "feeder", "transformer_area", "customer")
"""The kinds that can be looked up, best first where all else is equal."""


class Places(Protocol):
    """Answers as a PC of the asking person's would: of the same records, masked alike.

    Every answer says with `as_of` when it was last known to be equal to the store; None where the hub has yet to make
    what it answers from, and nothing is found.
    """

    def find(
        self,
        person: Person,
        query: str,
        kinds: Collection[str] = PLACE_KINDS,
        limit: int = 10,
        by_phone: Sequence[str] = (),
    ) -> Mapping[str, Any]:
        """The public JSON form of a lookup's answer: `results`, the best first, `as_of`, `freshness`.

        Args:
            person: Who asks.
            query: What they typed.
            kinds: Only records of these.
            limit: At most so many.
            by_phone: Ids of customers found by their phone, which stand below the others.
        """
        ...

    def card(self, person: Person, kind: str, key: str) -> Mapping[str, Any]:
        """The same of one record by its id, as the only result.

        Raises:
            NotFoundError: there is none, or it is beyond the person's branches.
        """
        ...

    def open_node(
        self, person: Person, key: str | None, *, after: str | None = None, important: bool = False
    ) -> Mapping[str, Any]:
        """The public JSON form of a node of the supply tree opened: `path`, `outages`, `nodes`, `next`.

        Args:
            person: Who asks.
            key: Of the node; None for the roots.
            after: `next` of the page before.
            important: Asks for important, high-risk and sensitive customers anywhere below it.

        Raises:
            NotFoundError: there is no such node.
            BadValueError: `after` comes from elsewhere.
        """
        ...

    def map(self, person: Person, focus: tuple[str, str] | None = None) -> Mapping[str, Any]:
        """Where all areas are, with their states, and the windows.

        `areas` (`id`, `name`, `level`, `parent_id`, `lon`, `lat`, `state`, `affected`), `windows` (`window`, `areas`),
        and `focus`: what the map was opened for (`kind`, `id`, `name`, `areas`), or None.

        Args:
            person: Who asks.
            focus: Kind and id of a record.

        Raises:
            NotFoundError: there is no such record.
        """
        ...
