"""Entering something at a PC, with the hub or without it: into the outbox, with what the person saw of the record.

What has been entered here and waits is part of what the person sees: a second change of one thing builds on the first.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.caches.cache import read_doc, read_meta
from data.clock import Clock, to_iso, usable
from data.entries.entries import Entry, window_version
from data.errors import BadValueError, NotFoundError, OutageError
from data.fields import Doc, canonical_value
from data.kinds import AREA, ETR_SOURCES
from data.outages.facts import NOTHING_MORE, WindowFacts
from data.outages.rules import check_kind, check_scope, check_times, check_timetable, one_of, readable_reason
from data.phone_numbers import normal_form
from data.sqlite import connect
from sync.outbox.waiting import Author, Kept, Outbox, OutboxError
from sync.replica.agent_home import AgentHome


@dataclass(frozen=True, slots=True)
class Place:
    """A record by kind, and id or unique number, code or name; the hub finds it."""

    kind: str
    id: str

    def to_json(self) -> dict[str, str]:
        """The place on the wire."""
        return {"kind": self.kind, "id": self.id}


def author_at(home: AgentHome, at: datetime) -> Author:
    """Who is signed in at this PC at `at`; nobody's name where nobody is, or the shift is over."""
    shift = home.files.shift()
    return Author(shift.person, shift.token) if shift is not None and at < shift.ends else Author()


class Entering:
    """What can be entered at a PC, in the name of whoever is signed in.

    Each method keeps one entry and returns it.

    Args:
        home: The PC's.
        outbox: Of the same home.
        clock: The hub's time as well as it is known.

    Raises:
        OutboxError: nobody is signed in, or it could not be kept.
    """

    def __init__(self, home: AgentHome, outbox: Outbox, clock: Clock) -> None:
        self._home = home
        self._outbox = outbox
        self._clock = clock

    def ticket(
        self, kind: str, text: str, place: Place | None = None, business: str = "", linked_to: str = ""
    ) -> Entry:
        """A ticket, filed under an entry of the catalogue and linked to another where these are named."""
        named = {"place_kind": place.kind, "place_id": place.id} if place else {}
        filed = {name: value for name, value in (("business", business), ("linked_to", linked_to)) if value}
        return self._enter("ticket", "", {"kind": kind, "text": text, **named, **filed})

    def wrap_up(self, result: str, note: str = "", call_id: str = "", number: str = "") -> Entry:
        """How a call ended; the hub keeps a hash of the number."""
        return self._enter("wrap_up", "", {"result": result, "note": note, "call_id": call_id, "number": number})

    def call_back(
        self,
        phone: str,
        *,
        name: str = "",
        outage: str = "",
        place: Place | None = None,
        customer: str = "",
        note: str = "",
        promised: datetime | None = None,
    ) -> Entry:
        """Somebody asks to be called when power is back: of a window, or else at a place or for a customer.

        Args:
            phone: A whole phone number, in any form.
            name: How to address the caller.
            outage: The window's id, or the key of the entry that sets it.
            place: A feeder, transformer area or area.
            customer: The caller's customer number.
            note: What there is to say.
            promised: The ETR that the caller was told.

        Raises:
            BadValueError: the phone is no whole number, or there is nothing to wait for.
        """
        form = normal_form(phone)
        if form is None:
            raise BadValueError("phone", "", "give a whole phone number 请填写完整的电话号码")
        if not (outage or place or customer):
            raise BadValueError(
                "outage", "", "say which outage, place or customer it is about 请指明停电信息、地点或户号"
            )
        body: dict[str, Any] = {"phone": form, "name": name, "note": note, "outage": outage or None}
        body |= {"customer": customer or None, "promised": to_iso(promised) if promised else None}
        body |= {"place_kind": place.kind, "place_id": place.id} if place else {}
        return self._enter("call_back", "", body)

    def look_up(self, kind: str, key: str) -> None:
        """That a record was looked up; nobody has to be signed in for it."""
        now = self._clock.now()
        self._outbox.add_look_up(kind, key, author_at(self._home, now), now)

    def notice_read(self, key: str) -> Entry:
        """That a notice was read; where nobody is signed in, at this PC."""
        now = self._clock.now()
        return self._outbox.add("notice_read", f"notice:{key}", {"notice": key}, author_at(self._home, now), now)

    def area(self, key: str, changes: Doc) -> Entry:
        """Changes of an area's fields, or a new area.

        Raises:
            BadValueError: a value does not fit its field.
        """
        for name, value in changes.items():
            if name in AREA.by_name:
                canonical_value(AREA.by_name[name], value)
        subject = f"area:{key}"
        base, kept = self._seen("area", key, subject)
        for one in kept:
            base = {**(base or {}), **one.entry.body["changes"]}
        return self._enter("area_edit", subject, {"id": key, "base": base, "changes": changes})

    def add_outage(
        self,
        kind: str,
        start: datetime,
        etr: datetime,
        reason: str,
        scope: Sequence[Place],
        facts: WindowFacts = NOTHING_MORE,
        *,
        hold: bool = False,
    ) -> Entry:
        """A new window; until it has an id, the entry's key stands for it.

        Raises:
            OutageError: it makes no window.
        """
        check_kind(kind)
        check_scope([(place.kind, place.id) for place in scope])
        start, etr = usable(start, "start"), usable(etr, "etr")
        check_times(start, etr)
        check_timetable(facts.timetable, start, etr)
        body: dict[str, Any] = {
            "kind": kind,
            "start": to_iso(start),
            "etr": to_iso(etr),
            "reason": readable_reason(reason),
            "scope": [place.to_json() for place in scope],
            "hold": hold,
            **facts.checked().to_json(),
        }
        return self._enter("outage_add", "", body)

    def revise_outage(
        self, key: str, etr: datetime, reason: str, etr_source: str | None = None, *, site: bool = False
    ) -> Entry:
        """Another promise.

        Raises:
            OutageError, NotFoundError: there is no such window, it is over, or the ETR is before the start.
        """
        key = self._outbox.subject_of(key)
        base, start = self._window(key)
        check_times(start, usable(etr, "etr"))
        body: dict[str, Any] = {
            "id": key,
            "etr": to_iso(usable(etr, "etr")),
            "reason": readable_reason(reason),
            "base": base,
        }
        body |= {"etr_source": one_of("etr_source", etr_source, ETR_SOURCES)} if etr_source else {}
        body |= {"site": True} if site else {}
        return self._enter("outage_revise", key, body)

    def restore_outage(
        self, key: str, at: datetime | None = None, partial: Sequence[Place] = (), reason: str = ""
    ) -> Entry:
        """Power is back, at `at` or else now, for all or for parts.

        Raises:
            OutageError, NotFoundError: there is no such window, it is over, or had not begun at `at`.
        """
        key = self._outbox.subject_of(key)
        base, start = self._window(key)
        moment, now = usable(at, "at") if at else self._clock.now(), self._clock.now()
        if not start <= moment <= now:
            raise OutageError(f"restored at {to_iso(moment)}: give a moment from the start, {to_iso(start)}, until now")
        parts = [place.to_json() for place in partial]
        body: dict[str, Any] = {"id": key, "at": to_iso(moment), "partial": parts, "base": base}
        body |= {"reason": readable_reason(reason)} if reason else {}
        return self._enter("outage_restore", key, body)

    def withdraw_outage(self, key: str, reason: str) -> Entry:
        """The window should never have been set.

        Raises:
            OutageError, NotFoundError: there is no such window, or it is over.
        """
        key = self._outbox.subject_of(key)
        base, _ = self._window(key)
        return self._enter("outage_withdraw", key, {"id": key, "reason": readable_reason(reason), "base": base})

    def _enter(self, kind: str, subject: str, body: dict[str, Any]) -> Entry:
        now = self._clock.now()
        author = author_at(self._home, now)
        if not author.name:
            raise OutboxError(
                "nobody is signed in at this PC 请先在本机登录: use the tray menu or switchboard shift begin"
            )
        return self._outbox.add(kind, subject, body, author, now)

    def _window(self, key: str) -> tuple[Doc, datetime]:
        """What changes of a window, with what waits here, and its start."""
        doc, kept = self._seen("outage", key, key)
        if doc is not None:
            seen, start = window_version(doc), str(doc.get("started_at") or doc["start"])
        else:
            added = next((one.entry.body for one in kept if one.entry.kind == "outage_add"), None)
            if added is None:
                raise NotFoundError(f"no outage has the id {key!r} in this PC's data: outage list shows them")
            seen = {"etr": added["etr"], "restored_at": None, "withdrawn_at": None, "restored": []}
            start = added["start"]
        for one in kept:
            seen = _after(seen, one)
        if seen["restored_at"] or seen["withdrawn_at"]:
            raise OutageError(f"outage {key} was restored or withdrawn: set a new one")
        return seen, datetime.fromisoformat(start)

    def _seen(self, kind: str, key: str, subject: str) -> tuple[Doc | None, list[Kept]]:
        """A record as the cache has it, and what was entered about it here and is not in the cache yet."""
        cache = self._home.current_cache()
        if cache is None:
            return None, self._outbox.not_shown(subject, 0, self._clock.now())
        with closing(connect(cache, read_only=True)) as connection:
            connection.execute("BEGIN")
            doc, revision = read_doc(connection, kind, key), int(read_meta(connection)["revision"])
            connection.execute("COMMIT")
        return doc, self._outbox.not_shown(subject, revision, self._clock.now())


def _after(seen: Doc, kept: Kept) -> Doc:
    """What changes of a window after an entry that waits."""
    body = kept.entry.body
    match kept.entry.kind:
        case "outage_revise":
            return {**seen, "etr": body["etr"]}
        case "outage_restore" if body["partial"]:
            before = seen["restored"] if isinstance(seen["restored"], list) else []
            return {**seen, "restored": [*before, *({**part, "at": body["at"]} for part in body["partial"])]}
        case "outage_restore":
            return {**seen, "restored_at": body["at"]}
        case "outage_withdraw":
            return {**seen, "withdrawn_at": to_iso(kept.entry.made_at)}
        case _:
            return seen
