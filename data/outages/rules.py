"""What makes an outage window: the rules that need no store, for every way in and for PCs without a hub."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from data.clock import to_iso
from data.errors import OutageError
from data.kinds import OUTAGE_KINDS
from data.outages.timetable import Timetable
from data.outages.windows import SCOPE_KINDS

SCOPE_AT_MOST, REASON_AT_MOST, NAME_AT_MOST = 200, 500, 100
CHANNELS = {"website": "网站", "app": "手机应用", "text_message": "短信", "broadcast": "广播", "notice": "张贴公告"}
"""Where a window may be made known."""


def check_kind(kind: str) -> None:
    """Does nothing if `kind` is one of `OUTAGE_KINDS`.

    Raises:
        OutageError: it is not.
    """
    if kind not in OUTAGE_KINDS:
        refused = OutageError(f"kind {kind!r} is not known: give one of {', '.join(OUTAGE_KINDS)}")
        raise refused.about("not_a_choice", value=kind)


def check_scope(scope: Sequence[tuple[str, str]]) -> None:
    """Does nothing if pairs of a kind and a name can be a window's scope.

    Raises:
        OutageError: there are none or too many, or a kind is none that can be out.
    """
    if not scope:
        refused = OutageError("nothing is in the scope: name at least one feeder, transformer area, area or customer")
        raise refused.about("scope_empty")
    if len(scope) > SCOPE_AT_MOST:
        refused = OutageError(f"{len(scope)} entries in the scope: give at most {SCOPE_AT_MOST}")
        raise refused.about("scope_too_large", count=len(scope), most=SCOPE_AT_MOST)
    for kind, _ in scope:
        check_scope_kind(kind)


def check_scope_kind(kind: str) -> None:
    """Does nothing if what is of this kind can be out.

    Raises:
        OutageError: it cannot.
    """
    if kind not in SCOPE_KINDS:
        refused = OutageError(f"scope {kind!r} is not known: give one of {', '.join(SCOPE_KINDS)}")
        raise refused.about("not_a_choice", value=kind)


def check_times(start: datetime, etr: datetime) -> None:
    """Does nothing if the ETR is after the start.

    Raises:
        OutageError: it is not.
    """
    if etr <= start:
        refused = OutageError(f"ETR {to_iso(etr)} is not after the start {to_iso(start)}: give a later one")
        raise refused.about("etr_not_after_start", etr=etr, start=start)


def check_timetable(
    timetable: Timetable | None, start: datetime, etr: datetime, counted_from: datetime | None = None
) -> None:
    """Does nothing where power is off at some time between the start and the ETR.

    Weeks are counted from that of `counted_from`, where it is not that of the start.

    Raises:
        OutageError: the timetable leaves none.
    """
    if timetable is not None and timetable.last_span(start, etr, counted_from) is None:
        refused = OutageError("no hours of the timetable lie between the start and the ETR: power would never be off")
        raise refused.about("never_off")


def one_of(field: str, value: str | None, choices: Mapping[str, str]) -> str | None:
    """`value`, if it is one of `choices` or empty.

    Raises:
        OutageError: it is neither.
    """
    if value and value not in choices:
        refused = OutageError(f"{field} {value!r} is not known: give one of {', '.join(choices)}")
        raise refused.about("not_a_choice", value=value)
    return value or None


def readable_reason(reason: str) -> str:
    """A reason as agents read it out, in one line.

    Raises:
        OutageError: it is empty, too long, or holds what cannot be read out.
    """
    told = readable("reason", reason, REASON_AT_MOST)
    if told is None:
        raise OutageError("a reason is needed: agents read it out").about("reason_needed")
    return told


def readable(field: str, text: str | None, at_most: int) -> str | None:
    """A text as agents read it out, in one line; None where it is empty.

    Raises:
        OutageError: it is too long, or holds what cannot be read out.
    """
    told = " ".join((text or "").split())
    if len(told) > at_most:
        refused = OutageError(f"the {field} has {len(told)} characters: give at most {at_most}")
        raise refused.about("field_too_long", field=field, most=at_most)
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in told):
        refused = OutageError(f"the {field} holds characters that cannot be read out: is the text in another encoding?")
        raise refused.about("field_unreadable", field=field)
    return told or None
