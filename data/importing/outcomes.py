"""What becomes of a row: accepted, or rejected with the reasons."""

from dataclasses import dataclass

from data.fields import Doc


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell.

    Attributes:
        column: The column's header as it stands in the file; a field's name if the file has no such column.
        value: The cell as text.
        reason: What would be right.
    """

    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record that may be stored.

    Attributes:
        row: The row it comes from; None for a record that changes because a row mentions it.
        doc: Its `id` and the fields that the file says something about, in canonical form; others stay as stored.
    """

    row: int | None
    kind: str
    id: str
    doc: Doc


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not stored, with everything found wrong with it."""

    row: int
    problems: tuple[Problem, ...]
