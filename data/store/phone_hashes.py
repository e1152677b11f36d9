"""Customers by whole phone number, through keyed hashes: the index tells nobody a number without the hub's key."""

import hmac
from collections.abc import Iterable

from sqlalchemy import Connection, delete, select

from data.fields import Json
from data.phone_numbers import numbers_in, same_number
from data.store.bulk import add_values
from data.store.rows import chunks
from data.store.schema import CUSTOMER_PHONE, RECORDS

KEY_BYTES = 32
_HASH_BYTES = 16


class PhoneHashes:
    """Hashes phone numbers with one key, keeps the hashes of customers' numbers and finds customers by them.

    Args:
        key: `KEY_BYTES` secret bytes; never in the database or a log.
        area_code: That of the place, which people there leave out; empty where none is known.
    """

    def __init__(self, key: bytes, area_code: str = "") -> None:
        self._key = key
        self._keyed = hmac.new(key, digestmod="sha256")
        self._area_code = area_code

    @property
    def key_check(self) -> str:
        """Tells this key from another without telling the key."""
        return hmac.digest(self._key, b"switchboard: which key is this?", "sha256").hex()[:16]

    def hash_of(self, form: str) -> bytes:
        """The 128-bit keyed hash of a number in its normal form: HMAC-SHA256, cut off (RFC 2104, section 5)."""
        hashing = self._keyed.copy()  # half the time of beginning with the key each time
        hashing.update(form.encode())
        return hashing.digest()[:_HASH_BYTES]

    def hashes_of(self, form: str) -> list[bytes]:
        """The hashes under which the owner of a number may be kept, its own first."""
        return [self.hash_of(one) for one in same_number(form, self._area_code)]

    def keep(self, connection: Connection, phones: Iterable[tuple[str, Json]]) -> None:
        """Adds the hashes of the whole numbers in customers' phone fields.

        Args:
            connection: One that may write, in the transaction that writes the customers.
            phones: Customer numbers, of which no hash is kept yet, with their phone fields.
        """
        rows = [
            (customer, self.hash_of(form)) for customer, field in phones if field for form in numbers_in(str(field))
        ]
        add_values(connection, CUSTOMER_PHONE, ("customer", "hash"), rows)

    def customers_with(self, connection: Connection, form: str, buckets: list[str] | None, limit: int) -> list[str]:
        """Numbers of the customers who have this phone number, in order; empty where nobody has.

        Args:
            connection: Of the store.
            form: From `data.phone_numbers.normal_form`.
            buckets: Where to look, from `data.store.buckets.buckets_of_scope`; None: everywhere.
            limit: At most so many.
        """
        table = RECORDS["customer"]
        hashes = self.hashes_of(form)
        # A number that is stored with and without its area code has two hashes, but is one customer's.
        found = select(table.c.id).join(CUSTOMER_PHONE, CUSTOMER_PHONE.c.customer == table.c.id).distinct()
        found = found.where(CUSTOMER_PHONE.c.hash.in_(hashes)).order_by(table.c.id).limit(limit)
        if buckets is not None:
            found = found.where(table.c.bucket.in_(buckets))
        return list(connection.execute(found).scalars())


def forget_phones(connection: Connection, customers: Iterable[str]) -> None:
    """Removes the hashes of these customers' numbers."""
    for chunk in chunks(customers):
        connection.execute(delete(CUSTOMER_PHONE).where(CUSTOMER_PHONE.c.customer.in_(chunk)))
