"""The errors that a person is meant to read; the dispatchers print them as one line."""

from collections.abc import Mapping
from typing import Self


class SwitchboardError(Exception):
    """Anything refused or failed for a reason that a person can act on: one clear line, no traceback.

    Attributes:
        key: What is wrong, by the name under which pages find it said in their reader's language; empty where
            the line itself is all there is.
        facts: What those words speak of, by name: numbers, texts, moments, codes, other errors.
    """

    key: str = ""
    facts: Mapping[str, object] = {}

    def about(self, key: str, **facts: object) -> Self:
        """This error, which pages can say in their reader's language."""
        self.key, self.facts = key, facts
        return self


class DataError(SwitchboardError):
    """Something is wrong with a record, a file of records, or a store."""


class BadValueError(DataError):
    """A value does not fit its field.

    Attributes:
        field: Name of the field in `data.kinds`.
        value: What was given, as text.
        reason: What would be right.
    """

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} {value!r}: {reason}")
        self.field = field
        self.value = str(value)
        self.reason = reason


class NotFoundError(DataError):
    """No record answers to this id, number or name."""


class AmbiguousError(DataError):
    """Several records answer; the message lists them."""


class OutageError(DataError):
    """An outage window that would contradict itself."""
