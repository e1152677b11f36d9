"""Guessing is slow: five wrong tries within a quarter of an hour shut a place, or a name, for as long.

A place is a device, or the address that a page is asked from. It is shut first: at one device nobody can shut out a
person elsewhere, and where a person worked last a shut name is still let in. Names that do not exist are counted, too:
the answer must not tell which do.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from data.clock import from_iso, to_iso
from data.store.schema import SIGN_IN_FAILURE
from data.store.store import Store, Writing
from sync.auth.tokens import digest
from sync.errors import TooManyTriesError

TRIES = 5
WITHIN = timedelta(minutes=15)
SHUT_FOR = timedelta(minutes=15)
_TRIES_AT_AN_ADDRESS = 50
"""A whole office may stand behind one address; one name at it still has `TRIES`."""
_LOOKED_AT = 200
_ADDRESS = "address:"


def address(host: str | None) -> str:
    """The place of whoever asks from `host`."""
    return _ADDRESS + (host or "unknown")


def check_open(connection: Connection, place: str, name: str, now: datetime, *, worked_here_last: bool) -> None:
    """Does nothing where `name` may be tried at `place`.

    Raises:
        TooManyTriesError: the place or the name is shut.
    """
    until = _shut_until(connection, place, digest(name), now, worked_here_last=worked_here_last)
    if until is not None and until > now:
        wait_s = ceil((until - now).total_seconds())
        minutes = ceil(wait_s / 60)
        told = f"错误次数过多，请 {minutes} 分钟后再试 too many wrong tries: wait {minutes} min"
        raise TooManyTriesError(told, wait_s=wait_s).about("too_many_tries", minutes=minutes)


def note_failure(writing: Writing, place: str, name: str, *, known: bool) -> None:
    """Counts a wrong try, and audits it; what is counted no more is dropped."""
    connection, now = writing.connection, writing.clock.now()
    connection.execute(delete(SIGN_IN_FAILURE).where(SIGN_IN_FAILURE.c.at < to_iso(now - WITHIN - SHUT_FOR)))
    connection.execute(insert(SIGN_IN_FAILURE).values(at=to_iso(now), place=place, name_hash=digest(name)))
    # Whoever types the password into the field for the name must not find it in the audit.
    who = name if known else "an unknown name"
    writing.note(place, "sign_in_failed", who)
    until = _shut_until(connection, place, digest(name), now, worked_here_last=False)
    if until is not None and until > now:
        writing.note(place, "sign_in_shut", f"{who} until {to_iso(until)}")


def forgive(connection: Connection, place: str, name: str) -> None:
    """Counts a person's slips at a place no more: they remembered."""
    own = (SIGN_IN_FAILURE.c.place == place) & (SIGN_IN_FAILURE.c.name_hash == digest(name))
    connection.execute(delete(SIGN_IN_FAILURE).where(own))


def shut_names(connection: Connection, names: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Those of some people who are not let in somewhere after wrong tries, and until when at the latest."""
    tried = set(connection.execute(select(SIGN_IN_FAILURE.c.name_hash).distinct()).scalars())
    ends = {name: _name_shut_until(connection, digest(name), now) for name in names if digest(name) in tried}
    return {name: end for name, end in ends.items() if end is not None and end > now}


def shut_places(connection: Connection, now: datetime) -> dict[str, datetime]:
    """The devices (`device:ID`) and addresses (`address:…`) that are shut after wrong tries, and until when."""
    places = connection.execute(select(SIGN_IN_FAILURE.c.place).distinct()).scalars().all()
    ends = {one: _end(_times(connection, SIGN_IN_FAILURE.c.place == one, now), _tries_at(one)) for one in places}
    return {place: end for place, end in ends.items() if end is not None and end > now}


def let_in_again(store: Store, name: str, actor: str) -> None:
    """Counts the wrong tries of a person no more, wherever they were made."""
    _forget(store, SIGN_IN_FAILURE.c.name_hash == digest(name.strip()), name.strip(), actor)


def open_place(store: Store, place: str, actor: str) -> None:
    """Counts the wrong tries at a device or address no more, whatever names were tried."""
    _forget(store, SIGN_IN_FAILURE.c.place == place, place, actor)


def _forget(store: Store, where: ColumnElement[bool], about: str, actor: str) -> None:
    with store.write(actor, "let in again") as writing:
        if writing.connection.execute(delete(SIGN_IN_FAILURE).where(where)).rowcount:
            writing.note(actor, "let_in_again", about)


def _name_shut_until(connection: Connection, name_hash: str, now: datetime) -> datetime | None:
    named = SIGN_IN_FAILURE.c.name_hash == name_hash
    places = connection.execute(select(SIGN_IN_FAILURE.c.place).where(named).distinct()).scalars().all()
    ends = [_end(_times(connection, named & (SIGN_IN_FAILURE.c.place == one), now), TRIES) for one in places]
    ends.append(_end(_times_everywhere(connection, named, now), TRIES))
    return max((end for end in ends if end is not None), default=None)


def _tries_at(place: str) -> int:
    return _TRIES_AT_AN_ADDRESS if place.startswith(_ADDRESS) else TRIES


def _shut_until(
    connection: Connection, place: str, name_hash: str, now: datetime, *, worked_here_last: bool
) -> datetime | None:
    here, named = SIGN_IN_FAILURE.c.place == place, SIGN_IN_FAILURE.c.name_hash == name_hash
    ends = [
        _end(_times(connection, here, now), _tries_at(place)),
        _end(_times(connection, here & named, now), TRIES),
    ]
    if not worked_here_last:
        ends.append(_end(_times_everywhere(connection, named, now), TRIES))
    return max((end for end in ends if end is not None), default=None)


def _times(connection: Connection, where: ColumnElement[bool], now: datetime) -> list[datetime]:
    return [at for _, at in _failures(connection, where, now)]


def _times_everywhere(connection: Connection, where: ColumnElement[bool], now: datetime) -> list[datetime]:
    """Of each place less than it takes to shut anything: one place alone never shuts a name."""
    counted: dict[str, int] = {}
    times = []
    for place, at in _failures(connection, where, now):
        counted[place] = counted.get(place, 0) + 1
        if counted[place] < TRIES:
            times.append(at)
    return times


def _failures(connection: Connection, where: ColumnElement[bool], now: datetime) -> Iterable[tuple[str, datetime]]:
    table = SIGN_IN_FAILURE
    newest = select(table.c.place, table.c.at).where(where, table.c.at >= to_iso(now - WITHIN - SHUT_FOR))
    rows = connection.execute(newest.order_by(table.c.number.desc()).limit(_LOOKED_AT))
    return ((row.place, from_iso(row.at)) for row in rows)


def _end(newest_first: list[datetime], tries: int) -> datetime | None:
    """When it is open again, where the last `tries` failures came within `WITHIN`."""
    if len(newest_first) < tries or newest_first[0] - newest_first[tries - 1] > WITHIN:
        return None
    return newest_first[0] + SHUT_FOR
