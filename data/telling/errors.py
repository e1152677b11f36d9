"""What is refused of tellings and call-backs."""

from data.errors import DataError


class TellingError(DataError):
    """What somebody noted about a telling or a call-back does not make sense."""


class TakenError(DataError):
    """Somebody else is on the phone with this caller just now."""
