"""Which of the customers that must be told a page shows, and which of them comes next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter

from data.telling.told import ToldList, ToTell
from sync.desk.outages.telling_words import SHOWN
from sync.desk.typed import After, Asked, AskedAfter, Line

CUSTOMERS_AT_ONCE = 200
"""More are on the next page."""

ShownList = tuple[ToldList, list[ToTell]]
"""A list with those of its customers that are shown."""


@dataclass(frozen=True, slots=True)
class Showing:
    """What a page shows of all lists.

    Attributes:
        outage: The window's id; empty for every window.
        show: A key of `SHOWN`; what is none stands for those whom nobody has told yet.
        after: How many customers come before.
    """

    outage: str = ""
    show: str = "open"
    after: int = 0

    def shown(self, lists: Sequence[ToldList]) -> list[ShownList]:
        """The lists with those customers that a page draws, in their order; lists with none of them are left out."""
        drawn = islice(self._fitting(lists), self.after, self.after + CUSTOMERS_AT_ONCE)
        return [(told, [one for _, one in some]) for told, some in groupby(drawn, key=itemgetter(0))]

    def total(self, lists: Sequence[ToldList]) -> int:
        """How many customers there are on all pages."""
        return sum(1 for _ in self._fitting(lists))

    def _fitting(self, lists: Sequence[ToldList]) -> Iterator[tuple[ToldList, ToTell]]:
        for told in lists:
            if self.outage in {"", told.window.id}:
                yield from ((told, one) for one in told.customers if self._wants(one))

    def _wants(self, one: ToTell) -> bool:
        return self.show == "all" or (one.status == "open") == (self.show == "open")


def showing_asked(outage: Asked = "", show: Asked = "open", after: AskedAfter = 0) -> Showing:
    """What an address asks for."""
    return Showing(outage, show if show in SHOWN else "open", after)


def showing_sent(outage: Line = "", show: Line = "open", after: After = 0) -> Showing:
    """What was shown when a form of the page was sent."""
    return showing_asked(outage, show, after)


def row_of(outage: str, customer: str) -> str:
    """By what the page names the row of a customer in the list of a window."""
    return f"{outage}-{customer}"


def first_open(shown: Sequence[ShownList]) -> str:
    """The first row with news to tell; empty where there is none."""
    return next(iter(_open_rows(shown)), "")


def next_open(shown: Sequence[ShownList], row: str) -> str:
    """The row to go on with after one: the next with news to tell, the first after the last; empty if it was alone."""
    rows = _open_rows(shown)
    if row not in rows:
        return row
    at = rows.index(row)
    return next(iter(rows[at + 1 :] + rows[:at]), "")


def _open_rows(shown: Sequence[ShownList]) -> list[str]:
    return [
        row_of(told.window.id, str(one.customer["id"])) for told, customers in shown for one in customers if one.news
    ]
