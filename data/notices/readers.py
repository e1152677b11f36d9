"""Who has read a notice and when, and who has not: everybody at the phone whom it concerns."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from data.fields import Json
from data.notices.board import branch_parents
from data.notices.notice import Notice
from data.rights import RIGHTS
from data.store.desk_tables import NOTICE_READ
from data.store.schema import DEVICE, PERSON

_READERS = RIGHTS["make_ticket"]
"""The roles of those who are at the phone."""


@dataclass(frozen=True, slots=True)
class Read:
    """One reader's mark.

    Attributes:
        reader: The person's name; the PC's where nobody was signed in.
        person: Whether it is a person.
        device: The name of the PC; empty on a page.
        at: ISO 8601, UTC.
    """

    reader: str
    person: bool
    device: str
    at: str

    def to_json(self) -> dict[str, Json]:
        """The public JSON form."""
        return {"reader": self.reader, "person": self.person, "device": self.device, "at": self.at}


@dataclass(frozen=True, slots=True)
class Readers:
    """How far a notice has come: the marks in the order in which they were made, and the names still missing."""

    read: tuple[Read, ...]
    missing: tuple[str, ...]


def readers_of(connection: Connection, notices: Iterable[Notice]) -> dict[str, Readers]:
    """For each notice, by its id, who has read it and who has not."""
    people = _people(connection)
    parents, devices = branch_parents(connection), dict(connection.execute(select(DEVICE.c.id, DEVICE.c.name)).all())
    wanted = {notice.id: notice for notice in notices}
    marks: dict[str, list[Read]] = {key: [] for key in wanted}
    table = NOTICE_READ.c
    rows = connection.execute(select(NOTICE_READ).where(table.notice.in_([*wanted])).order_by(table.at, table.reader))
    for row in rows:
        sort, _, name = row.reader.partition(":")
        reader = name if sort == "person" else devices.get(name, name)
        marks[row.notice].append(Read(reader, sort == "person", devices.get(row.device, ""), row.at))
    return {key: Readers(tuple(read), _missing(wanted[key], read, people, parents)) for key, read in marks.items()}


def _missing(
    notice: Notice, read: list[Read], people: dict[str, list[str]], parents: dict[str, str | None]
) -> tuple[str, ...]:
    there = {one.reader for one in read if one.person}
    concerned = (name for name, branches in people.items() if notice.concerns(branches, parents))
    return tuple(name for name in concerned if name not in there)


def _people(connection: Connection) -> dict[str, list[str]]:
    """Everybody at the phone who may sign in, with the branches that they are held to."""
    who = select(PERSON.c.name, PERSON.c.branches).where(PERSON.c.role.in_(_READERS), PERSON.c.disabled_at.is_(None))
    return {name: json.loads(branches) for name, branches in connection.execute(who.order_by(PERSON.c.name))}
