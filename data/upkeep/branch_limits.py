"""Whose records a person may change: those of their branches, and of what lies below them."""

from sqlalchemy import ColumnElement, Connection, select

from data.fields import Doc, Json, text_list
from data.kinds import KINDS
from data.rights import ForbiddenError
from data.store.buckets import branch_bucket, buckets_of_scope
from data.store.rows import get_docs
from data.store.schema import RECORDS


def branch_of(connection: Connection, kind: str, doc: Doc) -> str | None:
    """The id of the branch that a record belongs to, by way of its line where it has one; None where it has none."""
    if kind == "customer":
        feeder = doc.get("feeder") or _value(connection, "transformer_area", doc.get("transformer_area"), "feeder")
        return _text(_value(connection, "feeder", feeder, "branch"))
    if kind == "transformer_area":
        return _text(_value(connection, "feeder", doc.get("feeder"), "branch"))
    return _text(doc.get("branch"))


def is_within(connection: Connection, branch: str | None, branches: tuple[str, ...]) -> bool:
    """Whether `branch` is one of `branches` or lies below one; none at all stands for every branch."""
    if not branches:
        return True
    seen = set[str]()
    while branch is not None and branch not in seen:
        if branch in branches:
            return True
        seen.add(branch)
        branch = _text(_value(connection, "branch", branch, "parent_id"))
    return False


def check_branch(connection: Connection, kind: str, doc: Doc | None, branches: tuple[str, ...]) -> None:
    """Does nothing for a record of `branches`; none at all stands for every branch.

    Raises:
        ForbiddenError: it is another branch's, or nobody's.
    """
    if doc is None or is_within(connection, branch_of(connection, kind, doc), branches):
        return
    label = KINDS[kind].label
    name = doc.get("id") if kind == "customer" else doc.get("name")
    refused = ForbiddenError(f"the {kind.replace('_', ' ')} {name} is not one of your branches' 不是本所的{label}")
    raise refused.about("not_your_branch", kind=kind, name=name)


def check_served(
    connection: Connection, kind: str, before: Doc | None, after: Doc | None, branches: tuple[str, ...]
) -> None:
    """Does nothing where a contact comes to serve only what is of `branches`: it is shown there for whom to call.

    Raises:
        ForbiddenError: an area or transformer area that was not among them before is another branch's.
    """
    if kind != "contact" or not branches or after is None:
        return
    for field, served in (("areas", "area"), ("transformer_areas", "transformer_area")):
        more = set(text_list(after.get(field))) - set(text_list((before or {}).get(field)))
        for doc in get_docs(connection, served, more).values():
            check_branch(connection, served, doc, branches)


def of_branches(connection: Connection, kind: str, branches: tuple[str, ...]) -> ColumnElement[bool] | None:
    """Which rows of a kind's table are of `branches`; None where all are, for no branches at all."""
    buckets = buckets_of_scope(connection, branches)
    if buckets is None:
        return None
    table, feeder = RECORDS[kind], RECORDS["feeder"]
    if kind == "customer":
        return table.c.bucket.in_(buckets)
    within = [one for one in _ids(connection) if branch_bucket(one) in set(buckets)]
    if kind == "transformer_area":
        return table.c.feeder.in_(select(feeder.c.id).where(feeder.c.branch.in_(within)))
    return table.c.branch.in_(within)


def _ids(connection: Connection) -> list[str]:
    return list(connection.execute(select(RECORDS["branch"].c.id)).scalars())


def _value(connection: Connection, kind: str, key: Json, field: str) -> Json:
    return get_docs(connection, kind, [str(key)]).get(str(key), {}).get(field) if key else None


def _text(value: Json) -> str | None:
    return str(value) if value else None
