"""What is worked out of all records of some kinds, kept in memory for as long as none of them changes."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from data.store.database import WRITE
from data.store.schema import BUCKET

MANY = 10_000
"""From how many transformer areas on it is worth reading all records; fewer are asked for one by one."""

_Made = TypeVar("_Made")
_Sums = Sequence[tuple[str, str, int, bytes]]
"""By bucket and kind, how many records there are and the set hash over them."""


class Kept(Generic[_Made]):
    """Something made of all records of some kinds, one for each database.

    Whether it still holds is known by the sums over all records, which the store keeps with every change
    (`data.store.change_log`): nothing has to tell it that something changed.

    Args:
        kinds: Of the records.
        make: Makes it.
    """

    def __init__(self, kinds: Sequence[str], make: Callable[[Connection], _Made]) -> None:
        self._kinds, self._make = kinds, make
        self._made: WeakKeyDictionary[Engine, tuple[_Sums, _Made]] = WeakKeyDictionary()

    def where_worth(self, connection: Connection, asked: int) -> _Made | None:
        """What is kept where it still holds; else it is made anew where much is asked for, and None where little is.

        Args:
            connection: To the store. One that writes gets None: the sums are added up when it has done so.
            asked: For how many transformer areas.
        """
        if connection.get_execution_options().get(WRITE):
            return None
        sums = self._sums(connection)
        kept, made = self._made.get(connection.engine, (None, None))
        if kept == sums:
            return made
        if asked < MANY:
            return None
        made = self._make(connection)
        self._made[connection.engine] = sums, made
        return made

    def _sums(self, connection: Connection) -> _Sums:
        columns = BUCKET.c.bucket, BUCKET.c.kind, BUCKET.c.rows, BUCKET.c.set_hash
        wanted = select(*columns).where(BUCKET.c.kind.in_(self._kinds)).order_by(*columns[:2])
        rows = connection.execute(wanted).all()
        return [(bucket, kind, count, bytes(set_hash)) for bucket, kind, count, set_hash in rows]
