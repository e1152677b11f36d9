"""Windows as documents: how the store, the caches and the public interface hold them."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from data.clock import from_iso, to_iso
from data.errors import OutageError
from data.fields import Doc, Json
from data.outages.timetable import Timetable
from data.outages.windows import OutageWindow, Publication, Restoration, Revision, ScopeItem


def outage_from_doc(doc: Doc) -> OutageWindow:
    """The window in a canonical `outage` document."""
    scope: Mapping[str, Any] = doc["scope"]  # type: ignore[assignment]  # as `outage_to_doc` wrote it
    revisions: list[Mapping[str, Any]] = doc["revisions"]  # type: ignore[assignment]
    channels: list[Mapping[str, Any]] = doc.get("channels") or []  # type: ignore[assignment]
    return OutageWindow(
        id=str(doc["id"]),
        kind=str(doc["kind"]),
        start=from_iso(str(doc["start"])),
        etr=from_iso(str(doc["etr"])),
        reason=str(doc["reason"]),
        hold=bool(doc["hold"]),
        scope=tuple(ScopeItem(item["kind"], item["id"]) for item in scope["items"]),
        restorations=tuple(
            Restoration(ScopeItem(item["kind"], item["id"]), from_iso(item["at"])) for item in scope["restored"]
        ),
        revisions=tuple(_revision(one) for one in revisions),
        restored_at=_moment(doc["restored_at"]),
        withdrawn_at=_moment(doc["withdrawn_at"]),
        public_scope=_text(doc.get("public_scope")),
        started_at=_moment(doc.get("started_at")),
        etr_source=_text(doc.get("etr_source")),
        timetable=timetable_from_json(doc["timetable"]) if doc.get("timetable") else None,
        cause=_text(doc.get("cause")),
        crew=_text(doc.get("crew")),
        crew_phone=_text(doc.get("crew_phone")),
        channels=tuple(Publication(one["channel"], from_iso(one["at"]), one["by"]) for one in channels),
    )


def outage_to_doc(window: OutageWindow) -> Doc:
    """The document of a window, as the store and the caches keep it."""
    return {
        "id": window.id,
        "kind": window.kind,
        "start": to_iso(window.start),
        "etr": to_iso(window.etr),
        "reason": window.reason,
        "hold": window.hold,
        "scope": {
            "items": [{"kind": item.kind, "id": item.id} for item in window.scope],
            "restored": [
                {"kind": part.item.kind, "id": part.item.id, "at": to_iso(part.at)} for part in window.restorations
            ],
        },
        "restored_at": to_iso(window.restored_at) if window.restored_at else None,
        "withdrawn_at": to_iso(window.withdrawn_at) if window.withdrawn_at else None,
        "revisions": [_revision_json(one) for one in window.revisions],
        "public_scope": window.public_scope,
        "started_at": to_iso(window.started_at) if window.started_at else None,
        "etr_source": window.etr_source,
        "timetable": timetable_to_json(window.timetable) if window.timetable else None,
        "cause": window.cause,
        "crew": window.crew,
        "crew_phone": window.crew_phone,
        "channels": [{"channel": one.channel, "at": to_iso(one.at), "by": one.by} for one in window.channels] or None,
    }


def timetable_from_json(value: Json) -> Timetable:
    """The timetable in a document.

    Raises:
        OutageError: it is none.
    """
    try:
        told: Mapping[str, Any] = value  # type: ignore[assignment]  # whatever it is, the next lines say so
        return Timetable(
            time.fromisoformat(told["off_at"]),
            time.fromisoformat(told["on_at"]),
            frozenset(told["weekdays"]),
            told["every_weeks"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise OutageError(f"{value!r} is no timetable: {error}") from None


def timetable_to_json(timetable: Timetable) -> dict[str, Json]:
    """A timetable in a document: local hours as `08:00`, ISO weekdays."""
    return {
        "off_at": f"{timetable.off_at:%H:%M}",
        "on_at": f"{timetable.on_at:%H:%M}",
        "weekdays": [*sorted(timetable.weekdays)],
        "every_weeks": timetable.every_weeks,
    }


def _revision(one: Mapping[str, Any]) -> Revision:
    return Revision(
        from_iso(one["at"]), one["by"], one["change"], from_iso(one["etr"]), one["reason"], one.get("etr_source")
    )


def _revision_json(one: Revision) -> dict[str, Json]:
    told: dict[str, Json] = {
        "at": to_iso(one.at),
        "by": one.by,
        "change": one.change,
        "etr": to_iso(one.etr),
        "reason": one.reason,
    }
    return told | ({"etr_source": one.etr_source} if one.etr_source else {})


def _text(value: object) -> str | None:
    return str(value) if value else None


def _moment(value: object) -> datetime | None:
    return from_iso(str(value)) if value else None
