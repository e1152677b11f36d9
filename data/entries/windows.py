"""Outage windows entered at a PC: applied by the rules of `data.outages.entry`, or kept as a conflict.

An entry carries what its author saw of the window. Somebody else's change of the same thing, or of what the entry rests
on, is never written over: a promise that was moved meanwhile, a restoration, a withdrawal.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from data.clock import to_iso
from data.entries.conflicts import keep_conflict, stored_version
from data.entries.entries import Entry, Outcome
from data.entries.ledger import Sender, record_of_entry
from data.errors import NotFoundError
from data.fields import Doc
from data.outages.acts import restore_outage, revise_outage, withdraw_outage
from data.outages.branch_limits import check_branches
from data.outages.documents import outage_from_doc
from data.outages.entry import NewOutage, add_outage
from data.outages.windows import OutageWindow
from data.store.rows import get_docs
from data.store.store import Writing
from data.versions import Version, contradiction

_END = ("restored_at", "withdrawn_at")


@dataclass(frozen=True, slots=True)
class Promise:
    """Another ETR, as `data.outages.acts.revise_outage` takes it."""

    etr: datetime
    reason: str
    etr_source: str | None = None
    site: bool = False


class WindowEntries:
    """The acts of entries on windows, within one transaction.

    Args:
        writing: The transaction.
        sender: Where the entry comes from.
        entry: As it came.
    """

    def __init__(self, writing: Writing, sender: Sender, entry: Entry) -> None:
        self._writing = writing
        self._sender = sender
        self._entry = entry

    def add(self, entered: NewOutage) -> Outcome:
        """Sets a window.

        Raises:
            OutageError, NotFoundError, AmbiguousError: it makes no window.
        """
        return self._done(add_outage(self._writing, entered, self._sender.actor))

    def revise(self, named: str, promise: Promise, base: Doc) -> Outcome:
        """Moves a window's ETR.

        Raises:
            OutageError, NotFoundError: there is no such window, or it cannot be moved there.
        """
        key = window_id(self._writing.connection, named)
        met = self._against(key, base, {"etr": to_iso(promise.etr)}, ("etr", *_END))
        return met or self._done(
            revise_outage(
                self._writing,
                key,
                promise.etr,
                promise.reason,
                self._sender.actor,
                etr_source=promise.etr_source,
                site=promise.site,
            )
        )

    def restore(
        self, named: str, at: datetime, partial: tuple[tuple[str, str], ...], base: Doc, reason: str = ""
    ) -> Outcome:
        """Confirms that power was back at `at`, for all or for parts.

        Raises:
            OutageError, NotFoundError: there is no such window, or it cannot be.
        """
        key = window_id(self._writing.connection, named)
        changes: Doc = {"restored_at": to_iso(at)}
        if partial:
            parts: list[Any] = [{"kind": kind, "id": part, "at": to_iso(at)} for kind, part in partial]
            stored = stored_version(self._writing.connection, "outage", key).get("restored")
            # Parts are added one by one: what others have added meanwhile stays.
            changes = {"restored": [*(stored if isinstance(stored, list) else []), *parts]}
        met = self._against(key, base, changes, _END)
        return met or self._done(restore_outage(self._writing, key, at, partial, self._sender.actor, reason))

    def withdraw(self, named: str, reason: str, base: Doc) -> Outcome:
        """Takes a window back; whoever changed anything of it meanwhile believes in it.

        Raises:
            OutageError, NotFoundError: there is no such window, or it is over.
        """
        key = window_id(self._writing.connection, named)
        changes: Doc = {"withdrawn_at": to_iso(self._entry.made_at)}
        met = self._against(key, base, changes, ("etr", "restored", *_END))
        return met or self._done(withdraw_outage(self._writing, key, reason, self._sender.actor))

    def _against(self, key: str, base: Doc, changes: Doc, rests_on: tuple[str, ...]) -> Outcome | None:
        """What becomes of an entry that has nothing left to do, or contradicts; None where it is to be applied.

        Raises:
            ForbiddenError: the window is not of the author's branches: no conflict about it waits at the desk, either.
        """
        doc = get_docs(self._writing.connection, "outage", [key])[key]
        check_branches(self._writing.connection, outage_from_doc(doc).scope, self._writing.branches)
        theirs = stored_version(self._writing.connection, "outage", key)
        if "restored" in changes:
            base = {**base, "restored": theirs.get("restored")}
        found = contradiction(Version(base), changes, theirs, rests_on)
        if found is not None:
            return keep_conflict(self._writing, self._sender, self._entry, ("outage", key), found)
        already = all(theirs.get(name) == value for name, value in changes.items())
        return Outcome("applied", key) if already and "etr" not in changes else None

    def _done(self, window: OutageWindow) -> Outcome:
        writing = self._writing
        writing.note(self._sender.actor, self._entry.kind, window.id)
        return Outcome("applied", window.id)


def window_id(connection: Connection, named: str) -> str:
    """The id of the window that `named` is: its own, or the key of the entry that set it before it had one.

    Raises:
        NotFoundError: there is none.
    """
    if get_docs(connection, "outage", [named]):
        return named
    made = record_of_entry(connection, named)
    if made is None:
        raise NotFoundError(f"no outage has the id {named!r}, and no entry under that key has set one")
    return made
