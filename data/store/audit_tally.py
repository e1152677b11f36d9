"""Acts that are done every few seconds: one entry of the audit trail an hour for each actor, with their counts.

What the hour under way has brought is kept in the store meanwhile, in the transactions of the acts.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from data.clock import to_iso
from data.store import change_log
from data.store.store import Writing

_KEY = "audit_tally"


def tally(writing: Writing, actor: str, act: str, counts: Mapping[str, int]) -> None:
    """Counts an act, in the transaction of the act.

    Args:
        writing: Of the act.
        actor: Who does it.
        act: What, in a word.
        counts: What it did, by what is counted.
    """
    kept = _settled(writing)
    one = kept.setdefault(act, {}).setdefault(actor, {"since": to_iso(_hour(writing)), "times": 0, "counts": {}})
    one["times"] += 1
    for name, number in counts.items():
        one["counts"][name] = one["counts"].get(name, 0) + number
    _keep(writing, kept)


def settle_tallies(writing: Writing) -> None:
    """Writes the entries of the hours that are over; to be done now and then, for those who act no more."""
    _keep(writing, _settled(writing))


def _settled(writing: Writing) -> dict[str, dict[str, dict[str, Any]]]:
    """Takes the hours that are over into the trail; what is left, by act and actor."""
    now, left = to_iso(_hour(writing)), dict[str, dict[str, dict[str, Any]]]()
    for act, by_actor in json.loads(change_log.get_meta(writing.connection, _KEY) or "{}").items():
        for actor, one in by_actor.items():
            if one["since"] == now:
                left.setdefault(act, {})[actor] = one
            else:
                writing.note(actor, act, _told(one))
    return left


def _told(one: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{number} {name}" for name, number in one["counts"].items())
    return f"{one['times']} times in the hour from {one['since']}: {counts}"


def _hour(writing: Writing) -> datetime:
    return writing.clock.now().replace(minute=0, second=0, microsecond=0)


def _keep(writing: Writing, kept: Mapping[str, object]) -> None:
    text = json.dumps(kept, ensure_ascii=False)
    if text != (change_log.get_meta(writing.connection, _KEY) or "{}"):
        change_log.set_meta(writing.connection, _KEY, text)
