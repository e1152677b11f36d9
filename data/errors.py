"""The errors that a person is meant to read; the dispatchers print them as one line."""


class SwitchboardError(Exception):
    """Anything refused or failed for a reason that a person can act on: one clear line, no traceback."""


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
