"""Records and their history as programs are told of them, with a customer's phone masked."""

from collections.abc import Mapping

from data.fields import Doc, Json, canonical_value
from data.kinds import KINDS
from data.upkeep.drafting import texts_of
from data.upkeep.history import RecordChange
from data.upkeep.kept import check_fields
from data.upkeep.seen import as_shown


def told_change(change: RecordChange) -> dict[str, Json]:
    """One change: `number`, `at`, `by`, `act`, and for each field what it was and what it became."""
    before, after = (as_shown(change.kind, doc) if doc else {} for doc in (change.before, change.after))
    fields: list[Json] = [
        {"field": name, "before": before.get(name), "after": after.get(name)} for name in change.fields
    ]
    by = change.actor.removeprefix("person:")
    return {"number": change.number, "at": change.at, "by": by, "act": change.act, "fields": fields}


def typed(kind: str, changes: Mapping[str, Json]) -> dict[str, str]:
    """The values of `changes` as a person would type them.

    Raises:
        FieldErrors: one is no field that is kept.
        BadValueError: a value does not fit its field.
    """
    check_fields(kind, changes)
    fields = KINDS[kind].by_name
    values: Doc = {name: value and canonical_value(fields[name], value) for name, value in changes.items()}
    return texts_of(kind, values)
