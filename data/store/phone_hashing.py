"""Hashing the phone numbers that a store holds already: of an older store, or after the key was lost."""

from sqlalchemy import Connection, delete, select

from data.errors import DataError
from data.store import change_log
from data.store.phone_hashes import PhoneHashes, forget_phones
from data.store.schema import CUSTOMER_PHONE, RECORDS
from data.store.store import Store

_SLICE = 5000
"""Customers hashed in one transaction: others who wait to write wait a fraction of a second."""

_FORMS = "1"
"""Version of `data.phone_numbers.normal_form`: to be raised when numbers get another form, then all are hashed anew."""

_KEY_CHECK = "phone_key"
_PROGRESS = "phones_hashed"
"""The version, alone when all are hashed, else with the last customer number so far."""


class WrongKeyError(DataError):
    """The store's phone numbers are hashed with another key."""


def stored_key_check(connection: Connection) -> str | None:
    """The check value of the key with which the store's numbers are hashed; None where none are yet."""
    return change_log.get_meta(connection, _KEY_CHECK)


def hash_stored_phones(store: Store, phones: PhoneHashes) -> int:
    """Hashes whatever numbers of the store are not hashed yet, in slices; goes on where an earlier try was ended.

    Returns:
        How many customers were looked at: 0 where all was done.

    Raises:
        WrongKeyError: others are hashed with another key already.
    """
    with store.read() as connection:
        _check_key(connection, phones)
        done = change_log.get_meta(connection, _PROGRESS) == _FORMS
    looked_at = 0
    while not done:
        with store.write("hub", "hash phone numbers") as writing:
            count = _hash_slice(writing.connection, phones)
        looked_at += count
        done = count < _SLICE
    return looked_at


def hash_anew(store: Store, phones: PhoneHashes) -> int:
    """Replaces every hash by one with the key of `phones`: what is left to do when the key was lost.

    Returns:
        How many customers were looked at.
    """
    with store.write("hub", "forget phone hashes") as writing:
        change_log.lock(writing.connection)
        writing.connection.execute(delete(CUSTOMER_PHONE))
        change_log.set_meta(writing.connection, _KEY_CHECK, phones.key_check)
        change_log.set_meta(writing.connection, _PROGRESS, "")
    return hash_stored_phones(store, phones)


def _hash_slice(connection: Connection, phones: PhoneHashes) -> int:
    change_log.lock(connection)
    _check_key(connection, phones)
    change_log.set_meta(connection, _KEY_CHECK, phones.key_check)
    version, _, last = (change_log.get_meta(connection, _PROGRESS) or "").partition(" ")
    table = RECORDS["customer"]
    following = select(table.c.id, table.c.phone).where(table.c.id > (last if version == _FORMS else ""))
    # Locked, lest a number that is changed meanwhile leaves the hash of the old one behind.
    chosen = following.order_by(table.c.id).limit(_SLICE).with_for_update()
    rows = [(row.id, row.phone) for row in connection.execute(chosen)]
    forget_phones(connection, (key for key, _ in rows))
    phones.keep(connection, rows)
    change_log.set_meta(connection, _PROGRESS, f"{_FORMS} {rows[-1][0]}" if len(rows) == _SLICE else _FORMS)
    return len(rows)


def _check_key(connection: Connection, phones: PhoneHashes) -> None:
    if stored_key_check(connection) not in {None, phones.key_check}:
        raise WrongKeyError("the phone numbers of this database are hashed with another key")
