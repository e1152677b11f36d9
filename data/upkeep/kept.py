"""Which records and fields staff keep, and which the marketing system does."""

from collections.abc import Iterable

from sqlalchemy import Connection

from data.errors import NotFoundError
from data.fields import Doc, Field
from data.kinds import KINDS
from data.store.rows import get_docs
from data.upkeep.errors import FieldErrors

KEPT = ("area", "contact", "feeder", "transformer_area", "customer")
"""The kinds that staff keep."""

OWN_SOURCE = "rural"
CENTRAL = "central"
"""The sources of records that are kept here, and of those that come from the marketing system."""

_WITH_SOURCE = frozenset(kind for kind in KEPT if "source" in KINDS[kind].by_name)
_LOCAL_TO_CENTRAL_LINES = ("areas", "manager")
"""What the marketing system does not know of a transformer area: where it stands and who serves it."""


def check_kept(kind: str) -> None:
    """Does nothing for a kind that staff keep.

    Raises:
        NotFoundError: it is none.
    """
    if kind not in KEPT:
        raise NotFoundError(f"{kind!r} is no kind of record that is kept here: give one of {', '.join(KEPT)}")


def kept_fields(kind: str) -> tuple[Field, ...]:
    """The fields of a kind that a person fills in, in order; neither its id nor where it came from."""
    return tuple(field for field in KINDS[kind].fields if field.name not in {"id", "source"})


def check_fields(kind: str, names: Iterable[str]) -> None:
    """Does nothing for names of fields that a person fills in, and for the id of a new record.

    Raises:
        FieldErrors: some are none.
    """
    known = ["id", *(field.name for field in kept_fields(kind))]
    if unknown := [name for name in names if name not in known]:
        raise FieldErrors(dict.fromkeys(unknown, f"没有这个字段 no such field: give {', '.join(known)}"))


def changeable(connection: Connection, kind: str, doc: Doc) -> frozenset[str]:
    """The fields of a record that may be changed here; empty for one that the marketing system keeps."""
    if kind in _WITH_SOURCE and doc.get("source") == CENTRAL:
        return frozenset()
    if kind == "transformer_area" and _on_central_line(connection, doc):
        return frozenset(_LOCAL_TO_CENTRAL_LINES)
    return frozenset(field.name for field in kept_fields(kind))


def with_source(kind: str, doc: Doc) -> Doc:
    """A new record, saying that it is kept here."""
    return {**doc, "source": OWN_SOURCE} if kind in _WITH_SOURCE else doc


def _on_central_line(connection: Connection, doc: Doc) -> bool:
    feeder = str(doc.get("feeder") or "")
    return get_docs(connection, "feeder", [feeder]).get(feeder, {}).get("source") == CENTRAL
