"""What makes an outage window: the rules that need no store, for every way in and for PCs without a hub."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from data.clock import to_iso
from data.errors import OutageError
from data.kinds import OUTAGE_KINDS
from data.outages.windows import SCOPE_KINDS

SCOPE_AT_MOST, REASON_AT_MOST = 200, 500


def check_kind(kind: str) -> None:
    """Does nothing if `kind` is one of `OUTAGE_KINDS`.

    Raises:
        OutageError: it is not.
    """
    if kind not in OUTAGE_KINDS:
        raise OutageError(f"kind {kind!r} is not known: give one of {', '.join(OUTAGE_KINDS)}")


def check_scope(scope: Sequence[tuple[str, str]]) -> None:
    """Does nothing if pairs of a kind and a name can be a window's scope.

    Raises:
        OutageError: there are none or too many, or a kind is none that can be out.
    """
    if not scope:
        raise OutageError("nothing is in the scope: name at least one feeder, transformer area, area or customer")
    if len(scope) > SCOPE_AT_MOST:
        raise OutageError(f"{len(scope)} entries in the scope: give at most {SCOPE_AT_MOST}")
    for kind, _ in scope:
        check_scope_kind(kind)


def check_scope_kind(kind: str) -> None:
    """Does nothing if what is of this kind can be out.

    Raises:
        OutageError: it cannot.
    """
    if kind not in SCOPE_KINDS:
        raise OutageError(f"scope {kind!r} is not known: give one of {', '.join(SCOPE_KINDS)}")


def check_times(start: datetime, etr: datetime) -> None:
    """Does nothing if the ETR is after the start.

    Raises:
        OutageError: it is not.
    """
    if etr <= start:
        raise OutageError(f"ETR {to_iso(etr)} is not after the start {to_iso(start)}: give a later one")


def readable_reason(reason: str) -> str:
    """A reason as agents read it out, in one line.

    Raises:
        OutageError: it is empty, too long, or holds what cannot be read out.
    """
    told = " ".join(reason.split())
    if not told:
        raise OutageError("a reason is needed: agents read it out")
    if len(told) > REASON_AT_MOST:
        raise OutageError(f"the reason has {len(told)} characters: give at most {REASON_AT_MOST}")
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in told):
        raise OutageError("the reason holds characters that cannot be read out: is the text in another encoding?")
    return told
