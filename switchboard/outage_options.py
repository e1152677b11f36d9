"""What the verbs for outage windows are told, on any home."""

import argparse
from collections.abc import Iterator
from datetime import time

from data.errors import BadValueError
from data.outages.facts import WindowFacts
from data.outages.timetable import EVERY_DAY, Timetable

SCOPES = ("feeder", "transformer_area", "area", "customer")


def scope_of(options: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    """Pairs of a kind and a name, as `outage add` was given them."""
    return tuple((kind, name) for kind in SCOPES for name in getattr(options, kind))


def parts_of(options: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    """Pairs of a kind and a name, as `outage restore --partial` was given them.

    Raises:
        BadValueError: one is no such pair.
    """
    return tuple(_part(text) for text in options.partial)


def _part(text: str) -> tuple[str, str]:
    kind, colon, name = text.partition(":")
    if not colon or not name:
        raise BadValueError("--partial", text, "give KIND:ID, such as transformer_area:TQ0616001")
    return kind.replace("-", "_"), name


def facts_of(options: argparse.Namespace) -> WindowFacts:
    """What is known beside the promise.

    Raises:
        BadValueError, OutageError: the hours or days are none.
    """
    return WindowFacts(
        public_scope=options.public_scope,
        etr_source=getattr(options, "etr_source", None),
        timetable=_timetable(options),
        cause=options.cause,
        crew=options.crew,
        crew_phone=options.crew_phone,
    )


def _timetable(options: argparse.Namespace) -> Timetable | None:
    if options.hours is None:
        if options.weekdays or options.every_weeks != 1:
            raise BadValueError("--hours", "", "is needed with --weekdays and --every-weeks, such as 08:00-17:00")
        return None
    off_at, _, on_at = options.hours.partition("-")
    try:
        hours = time.fromisoformat(off_at.strip()), time.fromisoformat(on_at.strip())
    except ValueError:
        raise BadValueError("--hours", options.hours, "give two local times, such as 08:00-17:00") from None
    days = frozenset(_days(options.weekdays)) if options.weekdays else EVERY_DAY
    return Timetable(*hours, days, options.every_weeks)


def _days(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        try:
            yield from range(int(first), int(last or first) + 1)
        except ValueError:
            raise BadValueError("--weekdays", text, "give days such as 1-5 or 1,3,5; Monday is 1") from None
