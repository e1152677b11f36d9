"""What the pages call tickets, their states and what was done with them, in Chinese and English."""

from collections.abc import Mapping
from typing import Any

from data.clock import from_iso
from data.outages.timetable import SHANGHAI
from data.tickets.business import Catalogue
from data.tickets.states import MARKS, STATES, TICKET_KINDS, moves_from
from sync.desk import place_words
from sync.desk.outages.window_words import left, when
from sync.desk.page import Desk
from sync.language import Language

Said = tuple[str, str]

_IN_ENGLISH = {
    "trouble_report": "Trouble report",
    "enquiry": "Enquiry",
    "complaint": "Complaint",
    "chase_up": "Chase-up",
    "follow_up": "Follow-up",
    "open": "Open",
    "working": "In work",
    "waiting": "Waiting",
    "done": "Settled",
    "cancelled": "Cancelled",
    "overdue": "Overdue",
    "due_soon": "Due soon",
    "new": "New",
    "pending": "In time",
    "finished": "Ended",
}
KINDS: dict[str, Said] = {kind: (said, _IN_ENGLISH[kind]) for kind, said in TICKET_KINDS.items()}
TICKET_STATES: dict[str, Said] = {state: (said, _IN_ENGLISH[state]) for state, said in STATES.items()}
TICKET_MARKS: dict[str, Said] = {mark: (said, _IN_ENGLISH[mark]) for mark, said in MARKS.items()}
GLYPHS = {"overdue": "‼", "due_soon": "◷", "new": "★", "pending": "·", "finished": "✓"}
"""Beside the colour of each mark, for who does not see it."""

MOVES: dict[str, Said] = {
    "open": ("退回待处理", "Hand back"),
    "working": ("接单处理", "Take it"),
    "waiting": ("转待回复", "Wait for an answer"),
    "done": ("办结", "Settle"),
    "cancelled": ("取消工单", "Cancel the ticket"),
}
"""What bringing a ticket into a state is called."""

REOPEN: Said = ("重新处理", "Take up again")

FIELDS: dict[str, Said] = {
    "state": ("状态", "State"),
    "kind": ("类型", "Kind"),
    "business": ("业务分类", "Business"),
    "person": ("处理人", "Assigned to"),
    "branch": ("承办单位", "Branch"),
    "due_at": ("办理时限", "Due"),
    "lead": ("关联到", "Linked to"),
}


def ticket_desk(done: Mapping[str, tuple[str, str]] | None = None) -> Desk:
    """The frame of the pages about tickets, with their words, and what is said of what was done."""
    return Desk(
        done=done,
        labels={
            "said": place_words.said,
            "KINDS": KINDS,
            "STATES": TICKET_STATES,
            "MARKS": TICKET_MARKS,
            "GLYPHS": GLYPHS,
            "MOVES": MOVES,
            "REOPEN": REOPEN,
            "FIELDS": FIELDS,
            "PLACES": {kind: place_words.KINDS[kind] for kind in place_words.KINDS},
            "OUTAGES": place_words.OUTAGES,
            "PHASES": place_words.PHASES,
            "moves_from": moves_from,
            "when": when,
            "left": left,
            "place_name": place_name,
            "filed_under": filed_under,
        },
    )


def place_name(place: Mapping[str, Any]) -> str:
    """`10kV塔山线（616）`: a place of a ticket by name, and the number people know it by."""
    number = place["id"] if place["kind"] == "customer" else place["number"]
    name = place["name"] or place["id"]
    return f"{name}（{number}）" if number and number != name else str(name)


def filed_under(path: str, code: str, lang: Language) -> str:
    """`Trouble report > 无电`: an entry with all above it; the kind of ticket in the reader's language."""
    _, parted, below = path.partition(" > ")
    return place_words.said(KINDS, code.partition(".")[0], lang) + parted + below


def shown_value(field: str, value: str | None, catalogue: Catalogue, numbers: Mapping[str, str], lang: Language) -> str:
    """A value of a ticket's field as people read it; `numbers` are names of branches and tickets by their ids."""
    if not value:
        return "—"
    if field in {"state", "kind"}:
        return place_words.said(TICKET_STATES if field == "state" else KINDS, value, lang)
    if field == "business":
        return filed_under(catalogue.path(value), value, lang)
    if field == "due_at":
        return f"{from_iso(value).astimezone(SHANGHAI):%m-%d %H:%M}"
    return numbers.get(value, value)
