"""What the tree of the supply network is made of: keys, nodes and pages. Plain frozen data."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal, cast, get_args

from assistant.card.answer import CustomerView
from data.errors import BadValueError, NotFoundError
from data.outages.windows import State

NodeKind = Literal["branch", "substation", "feeder", "transformer_area", "straight", "customer"]
"""`straight` stands for the customers that hang on a feeder without a transformer area."""

_BEYOND_INTEGERS = 1 << 63
"""The first whole number that SQLite cannot hold."""

_FORMS = "branch:ID, substation:BRANCH/NAME, feeder:ID, transformer_area:ID, straight:FEEDER or customer:ID"


@dataclass(frozen=True, slots=True)
class Key:
    """Names one node for good, whatever becomes of the nodes around it.

    Attributes:
        id: The record's; of a substation its name; of `straight` the feeder's. Empty where nothing is on record: the
            branch, substation or feeder of all that have none.
        branch: Of a substation: the branch whose feeders it stands for.
    """

    kind: NodeKind
    id: str
    branch: str = ""

    def __str__(self) -> str:
        branch = self.branch.replace("%", "%25").replace("/", "%2F") + "/" if self.kind == "substation" else ""
        return f"{self.kind}:{branch}{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Key":
        """The key that `str` wrote.

        Raises:
            NotFoundError: it is none.
        """
        kind, colon, rest = text.partition(":")
        if not colon or kind not in get_args(NodeKind) or not _is_text(rest):
            raise NotFoundError(f"{text!r} is no key of the tree: give {_FORMS}")
        if kind != "substation":
            return cls(cast("NodeKind", kind), rest)
        branch, slash, name = rest.partition("/")
        if not slash:
            raise NotFoundError(f"{text!r} names no substation: give substation:BRANCH/NAME")
        return cls("substation", name, branch.replace("%2F", "/").replace("%25", "%"))


def _is_text(text: str) -> bool:
    """Whether a database can hold it: the words of a command may carry bytes that are no characters."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is below a node; a customer counts itself.

    Attributes:
        important: Customers with an importance; one may be high-risk or sensitive as well.
    """

    feeders: int = 0
    transformer_areas: int = 0
    customers: int = 0
    important: int = 0
    high_risk: int = 0
    sensitive: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(mine + others for mine, others in zip(_values(self), _values(other), strict=True)))

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(*(mine - others for mine, others in zip(_values(self), _values(other), strict=True)))


def _values(counts: Counts) -> tuple[int, ...]:
    return tuple(getattr(counts, field.name) for field in fields(Counts))


@dataclass(frozen=True, slots=True)
class Node:
    """One line of the tree.

    Attributes:
        key: Of the node, as text.
        id: As in `Key`.
        number: Of a feeder or transformer area; of a customer the customer number; else None.
        name: Empty where nothing is on record; whoever draws it has words for that.
        state: Of a branch or substation: `outage` where every feeder is out, `partial_outage` where any is, in whole
            or in part, then `maintenance`, then `normal`; `unknown` where there is nothing that could be out.
        affected: How many of how many are out, or in maintenance: feeders of a branch or substation, transformer
            areas of a feeder; None where nothing is, and for all others.
        customer: Of a customer: its details.
    """

    key: str
    kind: NodeKind
    id: str
    number: str | None
    name: str
    state: State
    affected: tuple[int, int] | None
    counts: Counts
    customer: CustomerView | None = None

    @property
    def opens(self) -> bool:
        """Whether there can be anything below it."""
        return self.kind != "customer"


@dataclass(frozen=True, slots=True)
class Page:
    """Some nodes in order; `next` is to be given as `after` for those that follow, None where there are none."""

    nodes: tuple[Node, ...] = ()
    next: str | None = None


Standing = Sequence[int | str]
"""Where a node stands among its siblings: compared item by item."""


def cursor(standing: Standing) -> str:
    """A standing as text that needs no quotes in a shell or an address."""
    return urlsafe_b64encode(json.dumps([*standing]).encode()).decode().rstrip("=")


def read_cursor(text: str, like: tuple[type, ...]) -> Standing:
    """The standing that `cursor` wrote.

    Args:
        text: From a page's `next`.
        like: Types of its items.

    Raises:
        BadValueError: it does not come from a page of this node.
    """
    try:
        standing = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        standing = None
    if (
        not isinstance(standing, list)
        or tuple(type(item) for item in standing) != like
        or not all(map(_fits, standing))
    ):
        raise BadValueError("after", text, "give the `next` of a page of this node")
    return standing


def _fits(item: int | str) -> bool:
    return _is_text(item) if isinstance(item, str) else abs(item) < _BEYOND_INTEGERS
