"""Who is shown records: what they may read of a customer, and which branches' matters are theirs."""

from dataclasses import dataclass

from data.masking import LEAST, STANDARD


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads what the store has.

    Attributes:
        branches: Those that they work for, with all below them; empty for all.
        sees: The class of readers, a key of `data.masking.READERS`, that the place where they sit belongs to.
        name: Theirs, by which what they entered or took on is theirs; empty for a program.
    """

    branches: tuple[str, ...] = ()
    sees: str = STANDARD
    name: str = ""

    def class_for(self, *, own: bool) -> str:
        """As which class they read a customer; one of another branch than theirs as the least."""
        return self.sees if own else LEAST


EVERYBODYS = Reader()
"""Who works for all branches, where nothing more is hidden than anywhere."""
