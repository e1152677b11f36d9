"""Rows of a central system as tickets."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select, update

from data.clock import from_iso, to_iso, usable
from data.errors import BadValueError
from data.fields import Doc
from data.importing import Problem, Rejected
from data.store.rows import chunks
from data.store.schema import RECORDS, TICKET
from data.store.store import Writing
from data.tickets.business import Catalogue
from data.tickets.catalogue import read_catalogue
from data.tickets.making import due_iso
from data.tickets.states import FINISHED, STATES, TICKET_KINDS
from sync.central.lots import SourceRow, Texts
from sync.central.mapping import TICKET_FIELDS, Feed
from sync.central.outcomes import Taken
from sync.central.plain_rows import NONE, Made

_CLOSED = "closed"
"""What mapping files may call `done`."""

_PLACES = ("area", "feeder", "transformer_area", "customer")
_NEEDED = ("id", "at", "kind", "state")


class TicketTarget:
    """Stores the rows of a feed as tickets.

    Args:
        feed: What the mapping says.
        names: The fields of the rows' cells.
        timezone: Of times without an offset.
    """

    def __init__(self, feed: Feed, names: Iterable[str], timezone: ZoneInfo) -> None:
        self._feed = feed
        self._names = tuple(names)
        self._timezone = timezone
        self._blank: Doc = {**dict.fromkeys(TICKET_FIELDS), "text": "", "created_by": feed.source}

    def made(self, _cells: Sequence[Texts]) -> Made:
        """None: every ticket is looked at."""
        return NONE

    def add_made(self, _writing: Writing, made: Made) -> Made:
        """Stores nothing."""
        return made

    def take(self, writing: Writing, rows: Sequence[SourceRow]) -> Iterator[Taken | Rejected]:
        """What became of each row, by its place among these; the stored ones are written."""
        catalogue = read_catalogue(writing.connection)
        for number, row in enumerate(rows):
            try:
                yield self._stored(writing, catalogue, number, row.cells)
            except BadValueError as error:
                yield Rejected(number, (Problem(error.field, error.value, error.reason),))

    def delete(self, writing: Writing, ids: Iterable[str]) -> int:
        """Removes tickets; how many there were."""
        removed = 0
        for some in chunks(ids):
            writing.connection.execute(update(TICKET).where(TICKET.c.lead.in_(some)).values(lead=None))
            removed += writing.connection.execute(delete(TICKET).where(TICKET.c.id.in_(some))).rowcount
        return removed

    def _stored(self, writing: Writing, catalogue: Catalogue, number: int, cells: Sequence[str]) -> Taken:
        connection, said = writing.connection, self._read(writing.connection, cells)
        here = TICKET.c.id == said["id"]
        found = connection.execute(select(*(TICKET.c[name] for name in TICKET_FIELDS)).where(here)).first()
        before: Doc | None = dict(zip(TICKET_FIELDS, found, strict=True)) if found else None
        after: Doc = {**(before or self._blank), **said}
        # the source does not say when it was finished: the moment of the pull
        finished_at = to_iso(writing.clock.now()) if after["state"] in FINISHED else None
        closed = {} if before and before["state"] == after["state"] else {"closed_at": finished_at}
        if before is None:
            due_at = due_iso(catalogue, str(after["kind"]), from_iso(str(after["at"])))
            connection.execute(insert(TICKET).values(**after, **closed, due_at=due_at))
        elif before != after:
            changed = {**after, **closed, "version": TICKET.c.version + 1}
            connection.execute(update(TICKET).where(here).values(changed))
        return Taken(number, str(said["id"]), before, after)

    def _read(self, connection: Connection, cells: Sequence[str]) -> Doc:
        said: Doc = {}
        for name, cell in zip(self._names, cells, strict=True):
            codes = self._feed.values[name].codes
            if codes is not None and cell and cell not in codes:
                raise BadValueError(name, cell, "this code is not in the code list")
            said[name] = self._value(name, cell if codes is None else codes.get(cell, ""))
        _check_place(connection, said)
        return said

    def _value(self, name: str, text: str) -> str | None:
        text = " ".join(text.split()) if name != "text" else text.strip()
        if not text and name in _NEEDED:
            raise BadValueError(name, "", "must not be empty")
        if name == "at":
            return to_iso(self._moment(text))
        if name == "state" and text == _CLOSED:
            return "done"
        accepted = {"kind": (*TICKET_KINDS,), "state": (*STATES, _CLOSED), "place_kind": _PLACES}.get(name)
        if accepted and text and text not in accepted:
            raise BadValueError(name, text, "must be one of " + ", ".join(accepted))
        otherwise = {"text": "", "created_by": self._feed.source}.get(name)
        return text or otherwise

    def _moment(self, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise BadValueError("at", text, "must be a time") from None
        return usable(moment if moment.tzinfo else moment.replace(tzinfo=self._timezone), "at")


def _check_place(connection: Connection, said: Doc) -> None:
    """Refuses a place that is not in the store."""
    kind, key = said.get("place_kind"), said.get("place_id")
    if not key or "place_kind" not in said:
        return
    table = RECORDS[str(kind or "customer")]
    if connection.execute(select(table.c.id).where(table.c.id == key)).first() is None:
        raise BadValueError("place_id", key, f"there is no {kind} with this id")
