"""Which bucket a record belongs to: the unit in which caches are scoped and verified.

Customers belong to the branch that their feeder belongs to, so that a device can be held to the customers of some
branches. Everything else is no personal data and is in the global bucket: every agent sees every outage.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Column, ColumnElement, Connection, or_, select

from data.fields import Json
from data.store.rows import CHUNK, chunks
from data.store.schema import RECORDS
from data.store.set_hash import GLOBAL


def branch_bucket(branch: Json) -> str:
    """The bucket of a branch's customers; of those whose branch is not known for an empty `branch`."""
    return f"branch:{branch or ''}"


class BucketFinder:
    """Finds the bucket of records; remembers the branches of feeders and transformer areas of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._feeder_branch: dict[str, str | None] = {}
        self._area_feeder: dict[str, str | None] = {}

    def bucket(self, kind: str, doc: Mapping[str, Json]) -> str:
        """The bucket of a record."""
        if kind != "customer":
            return GLOBAL
        feeder = doc.get("feeder") or self._feeder_of(doc.get("transformer_area"))
        return branch_bucket(self._branch_of(str(feeder)) if feeder else None)

    def expect(self, docs: Iterable[Mapping[str, Json]]) -> None:
        """Learns at once, for customers that it will be asked about, what supplies them and whose that is."""
        expected = list(docs)
        areas = {str(doc["transformer_area"]) for doc in expected if doc.get("transformer_area")}
        area, feeder = RECORDS["transformer_area"].c, RECORDS["feeder"].c
        self._learn(self._area_feeder, area.id, area.feeder, areas)
        straight = {str(doc["feeder"]) for doc in expected if doc.get("feeder")}
        feeders = straight | {one for one in map(self._area_feeder.get, areas) if one}
        self._learn(self._feeder_branch, feeder.id, feeder.branch, feeders)

    def _learn(self, known: dict[str, str | None], key: Column[str], value: Column[str], asked: set[str]) -> None:
        unknown = [one for one in asked if one not in known]  # `asked - known.keys()` would look at each of the keys
        stored = select(key, value)
        if len(unknown) > CHUNK:  # of some thousand that there are
            known.update(dict(self._connection.execute(stored).all()))
            return
        for some in chunks(unknown):
            known.update(dict(self._connection.execute(stored.where(key.in_(some))).all()))

    def forget(self) -> None:
        """Drops what it remembers: feeders or transformer areas have changed."""
        self._feeder_branch.clear()
        self._area_feeder.clear()

    def _feeder_of(self, transformer_area: Json) -> str | None:
        if not transformer_area:
            return None
        key = str(transformer_area)
        if key not in self._area_feeder:
            table = RECORDS["transformer_area"]
            self._area_feeder[key] = self._connection.execute(
                select(table.c.feeder).where(table.c.id == key)
            ).scalar_one_or_none()
        return self._area_feeder[key]

    def _branch_of(self, feeder: str) -> str | None:
        if feeder not in self._feeder_branch:
            table = RECORDS["feeder"]
            self._feeder_branch[feeder] = self._connection.execute(
                select(table.c.branch).where(table.c.id == feeder)
            ).scalar_one_or_none()
        return self._feeder_branch[feeder]


def customers_below(connection: Connection, kind: str, ids: Iterable[str]) -> list[str]:
    """Ids of the customers that refer to these feeders or transformer areas, straight or through one another."""
    customer, area = RECORDS["customer"], RECORDS["transformer_area"]
    found: list[str] = []
    for chunk in chunks(ids):
        where: ColumnElement[bool] = customer.c.transformer_area.in_(chunk)
        if kind == "feeder":
            below = select(area.c.id).where(area.c.feeder.in_(chunk))
            where = or_(customer.c.feeder.in_(chunk), customer.c.transformer_area.in_(below))
        found += connection.execute(select(customer.c.id).where(where)).scalars()
    return found


def buckets_of_scope(connection: Connection, branches: Iterable[str]) -> list[str] | None:
    """The buckets that a device held to `branches` may see, or None where it may see all.

    A branch stands for itself and everything below it.
    """
    wanted = set(branches)
    if not wanted:
        return None
    table = RECORDS["branch"]
    parents = dict(connection.execute(select(table.c.id, table.c.parent_id)).all())

    def inside(branch: str | None) -> bool:
        seen: set[str] = set()
        while branch is not None and branch not in seen:
            if branch in wanted:
                return True
            seen.add(branch)
            branch = parents.get(branch)
        return False

    return [GLOBAL, *(branch_bucket(branch) for branch in sorted(parents) if inside(branch))]
