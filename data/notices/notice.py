"""A notice to agents: what it says, whom it is for and from when until when; whether it is shown follows from that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from data.clock import from_iso
from data.fields import Doc, text_list

LONGEST = 160
"""Characters: three lines of the popup, and what an agent takes in while a caller waits."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice.

    Attributes:
        branches: Ids of the branches that it is for, with all below them; none: for everybody.
        until: When it goes by itself; None: it stays until it is withdrawn.
    """

    id: str
    text: str
    urgent: bool
    branches: tuple[str, ...]
    since: datetime
    until: datetime | None
    posted_by: str
    withdrawn_at: datetime | None

    def in_force(self, at: datetime) -> bool:
        """Whether it is to be shown at `at`."""
        ends = [moment for moment in (self.until, self.withdrawn_at) if moment is not None]
        return self.since <= at and all(at < end for end in ends)

    def is_over(self, at: datetime) -> bool:
        """Whether it will never be shown again."""
        withdrawn = self.withdrawn_at is not None and at >= self.withdrawn_at
        return withdrawn or (not self.in_force(at) and at >= self.since)

    def concerns(self, own: Iterable[str], parents: Mapping[str, str | None]) -> bool:
        """Whether it is for somebody of the branches `own`; those of none are of all.

        Args:
            own: Ids of branches.
            parents: For each branch, the one above it.
        """
        mine = [*own]
        return not self.branches or not mine or any(and_above(branch, parents) & {*self.branches} for branch in mine)


def notice_from_doc(doc: Doc) -> Notice:
    """The notice in a canonical `notice` document."""
    return Notice(
        id=str(doc["id"]),
        text=str(doc["text"]),
        urgent=bool(doc["urgent"]),
        branches=tuple(text_list(doc["branches"])),
        since=from_iso(str(doc["since"])),
        until=from_iso(str(doc["until"])) if doc["until"] else None,
        posted_by=str(doc["posted_by"]),
        withdrawn_at=from_iso(str(doc["withdrawn_at"])) if doc["withdrawn_at"] else None,
    )


def in_order(notices: Iterable[Notice]) -> list[Notice]:
    """Urgent ones first, then the newest."""
    newest_first = sorted(notices, key=lambda one: (one.since, one.id), reverse=True)
    return sorted(newest_first, key=lambda one: not one.urgent)


def and_above(branch: str, parents: Mapping[str, str | None]) -> set[str]:
    """A branch and all that it is part of."""
    found: set[str] = set()
    above: str | None = branch
    while above is not None and above not in found:
        found.add(above)
        above = parents.get(above)
    return found
