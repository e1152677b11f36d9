"""What stands beside a window on its page: what agents say of it, the trouble reports there, other systems."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from data.links import Link, facts_of_record, links_for, read_links
from data.outages.reach import Reach
from data.outages.windows import OutageWindow, State, Verdict
from data.rights import may
from data.scripts.editing import own_scripts
from data.scripts.scripts import Scripts
from data.scripts.situation import Asked, situation_of
from data.scripts.speaking import Language
from data.store.rows import get_docs
from data.tickets.places import tickets_of_outage
from data.tickets.ticket import Ticket
from sync.auth import Person


@dataclass(frozen=True, slots=True)
class Beside:
    """What belongs to a window without being part of it.

    Attributes:
        script: What an agent reads out to a caller who has no power; None of a window that nobody is told of.
        tickets: Pending trouble reports from where it takes power out, oldest first; none for who may not see them.
        links: To the centre's other systems.
    """

    script: str | None
    tickets: Sequence[Ticket]
    links: Sequence[Link]


def beside(
    connection: Connection, window: OutageWindow, place: str, at: datetime, language: Language, person: Person
) -> Beside:
    """What stands beside `window` at `at`, for this person; `place` is how its scope is called."""
    return Beside(
        script=_script(connection, window, place, at, language),
        tickets=tickets_of_outage(connection, window, at, person.reading) if may(person.role, "work_tickets") else (),
        links=links_for(read_links(connection), _facts(connection, window)),
    )


def _script(connection: Connection, window: OutageWindow, place: str, at: datetime, language: Language) -> str | None:
    if window.phase(at) is None:
        return None
    reach = Reach(connection, [*window.scope, *window.restored_items(at)])
    whole = reach.affected_by(window.scope).transformer_areas
    out = reach.affected_by(window.scope, window.restored_items(at)).transformer_areas
    judged = Verdict(_state(window, at), (len(out), len(whole)))
    return Scripts(own_scripts(connection)).say(situation_of(Asked(place, judged, [window], at)), language)


def _state(window: OutageWindow, at: datetime) -> State:
    if not window.in_effect(at):
        return "normal"
    if window.kind == "maintenance":
        return "maintenance"
    return "partial_outage" if window.restored_items(at) else "outage"


def _facts(connection: Connection, window: OutageWindow) -> dict[str, str | None]:
    """What a link may name: the piece of the network only where the window has one alone, and no customer."""
    known: dict[str, str | None] = {"outage_no": window.id}
    if len(window.scope) == 1 and window.scope[0].kind != "customer":
        (item,) = window.scope
        doc = get_docs(connection, item.kind, [item.id]).get(item.id, {"id": item.id})
        known |= facts_of_record(item.kind, doc)
    return known
