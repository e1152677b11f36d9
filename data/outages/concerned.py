"""The customers whom an interruption concerns more than others: important, high-risk and sensitive ones."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, select, text

from data.kinds import CUSTOMER, IMPORTANCE
from data.masking import for_caches
from data.outages.windows import Affected
from data.readers import Reader
from data.store.among import among
from data.store.buckets import buckets_of_scope
from data.store.rows import chunks, get_docs
from data.store.schema import IMPORTANT_CUSTOMER, RECORDS

_RANK = {key: rank for rank, key in enumerate(IMPORTANCE)}
_TABLE = RECORDS["customer"]
_COLUMNS = [_TABLE.c[name] for name in ("id", "importance", "high_risk", "sensitive", "transformer_area", "feeder")]


@dataclass(frozen=True, slots=True)
class Concerned:
    """One of them, without what is personal."""

    id: str
    importance: str | None
    high_risk: bool
    sensitive: bool

    @property
    def is_important(self) -> bool:
        """Important or high-risk, not only sensitive."""
        return self.importance is not None or self.high_risk

    @property
    def rank(self) -> tuple[int, bool, str]:
        """The most important first."""
        return _RANK.get(self.importance or "", len(_RANK)), not self.high_risk, self.id


def concerned_by(connection: Connection, affected: Sequence[Affected]) -> list[tuple[Concerned, ...]]:
    """For each of several scopes the customers whom it concerns most, the most important first."""
    in_areas, straight_on = _in_areas(connection, affected), _straight_on(connection, affected)
    named = _named(connection, affected)
    found = []
    for one in affected:
        customers = [each for area, some in in_areas.items() if area in one.transformer_areas for each in some]
        customers += [each for key in one.feeders for each in straight_on.get(key, ())]
        if one.customers:  # who is named may hang there, too
            by_id = {each.id: each for each in customers} | {key: named[key] for key in one.customers if key in named}
            customers = list(by_id.values())
        found.append(tuple(sorted(customers, key=lambda each: each.rank)))
    return found


def readable_names(connection: Connection, customers: Iterable[str], reader: Reader) -> dict[str, str]:
    """The names of customers by id, as somebody may read them; those of other branches' customers are hidden."""
    ids, readable = list(customers), buckets_of_scope(connection, reader.branches)
    docs, buckets = get_docs(connection, "customer", ids), dict[str, str]()
    for chunk in chunks(ids):
        buckets.update(
            dict(connection.execute(select(_TABLE.c.id, _TABLE.c.bucket).where(_TABLE.c.id.in_(chunk))).all())
        )
    seen_as = {key: reader.class_for(own=readable is None or buckets[key] in readable) for key in docs}
    return {key: str(for_caches(CUSTOMER, doc, seen_as[key])["name"]) for key, doc in docs.items()}


def _in_areas(connection: Connection, affected: Sequence[Affected]) -> dict[str, list[Concerned]]:
    """By transformer area."""
    areas = set[str]().union(*(one.transformer_areas for one in affected))
    found = defaultdict[str, list[Concerned]](list)
    if areas:
        for one, area, _feeder in _important(connection, among(connection, _TABLE.c.transformer_area, areas)):
            found[str(area)].append(one)
    return found


def _straight_on(connection: Connection, affected: Sequence[Affected]) -> dict[str, list[Concerned]]:
    """By the feeder on which they hang without a transformer area."""
    feeders = set[str]().union(*(one.feeders for one in affected))
    found = defaultdict[str, list[Concerned]](list)
    if feeders:
        straight = and_(among(connection, _TABLE.c.feeder, feeders), _TABLE.c.transformer_area.is_(None))
        for one, _area, feeder in _important(connection, straight):
            found[str(feeder)].append(one)
    return found


def _named(connection: Connection, affected: Sequence[Affected]) -> dict[str, Concerned]:
    ids = set[str]().union(*(one.customers for one in affected))
    return {one.id: one for one, *_ in _important(connection, among(connection, _TABLE.c.id, ids))} if ids else {}


def _important(connection: Connection, where: ColumnElement[bool]) -> list[tuple[Concerned, str | None, str | None]]:
    rows = connection.execute(select(*_COLUMNS).where(text(IMPORTANT_CUSTOMER), where))
    return [
        (Concerned(key, importance, bool(high_risk), bool(sensitive)), area, feeder)
        for key, importance, high_risk, sensitive, area, feeder in rows
    ]
