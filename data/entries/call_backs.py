"""Call-backs entered at a PC: put on the hub's list exactly once."""

from dataclasses import replace

from data.entries.entries import Entry, Outcome
from data.entries.ledger import Sender
from data.entries.windows import window_id
from data.store.store import Writing
from data.telling.call_backs import NewCallBack, add_call_back


def enter_call_back(writing: Writing, sender: Sender, entry: Entry, new: NewCallBack) -> Outcome:
    """Puts a caller on the list, as asked when it was entered; its id is the entry's key.

    Raises:
        BadValueError, NotFoundError, AmbiguousError, OutageError: see `add_call_back`.
    """
    if new.outage:
        new = replace(new, outage=window_id(writing.connection, new.outage))
    at = min(entry.made_at, writing.clock.now())
    return Outcome("applied", add_call_back(writing, new, sender.actor, key=entry.key, at=at))
