"""What the verbs for outage windows are told, on any home."""

import argparse

from data.errors import BadValueError
from data.outages.facts import WindowFacts
from data.outages.hours_text import timetable_of

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
        timetable=timetable_of(options.hours, options.weekdays, options.every_weeks),
        cause=options.cause,
        crew=options.crew,
        crew_phone=options.crew_phone,
    )
