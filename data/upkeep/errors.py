"""Why a record is not changed."""

from collections.abc import Mapping

from data.errors import DataError
from data.versions import Contradiction


class FieldErrors(DataError):  # noqa: N818 - several, each with its field
    """Values that do not fit.

    Attributes:
        problems: What would be right, by field.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {reason}" for field, reason in problems.items()))
        self.problems = dict(problems)


class StandsAgainstError(DataError):
    """What is stored stands against the change."""


class KeptElsewhereError(StandsAgainstError):
    """The record, or a field of it, is kept in the marketing system."""


class InUseError(StandsAgainstError):
    """Something still refers to the record."""


class OvertakenError(StandsAgainstError):
    """Somebody else has changed the record since it was seen.

    Attributes:
        found: Both versions.
    """

    def __init__(self, message: str, found: Contradiction) -> None:
        super().__init__(message)
        self.found = found
