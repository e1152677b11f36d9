"""Two people on one record: what each saw and made of it, and where they contradict each other. Knows no store."""

from dataclasses import dataclass

from data.fields import Doc, Json


@dataclass(frozen=True, slots=True)
class Version:
    """One record as somebody saw it: of a window, what changes; of others, every field. None: there was no record."""

    fields: Doc | None

    def with_changes(self, changes: Doc) -> "Version":
        """The version after these changes."""
        return Version({**(self.fields or {}), **changes})

    def get(self, name: str) -> Json:
        """A field's value; None where there is no record."""
        return (self.fields or {}).get(name)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An entry that changes, or rests on, what somebody else has changed meanwhile.

    Attributes:
        base: What the person saw who made the entry.
        ours: What the entry would make of it.
        theirs: What is stored.
        fields: What is to be decided: what either has changed.
    """

    base: Version
    ours: Version
    theirs: Version
    fields: tuple[str, ...]


def contradiction(base: Version, changes: Doc, theirs: Version, rests_on: tuple[str, ...] = ()) -> Contradiction | None:
    """Whether an entry meets a change of somebody else in the same fields; None where the two can be merged.

    Args:
        base: What the person saw who made the entry.
        changes: The fields that the entry changes, with their new values.
        theirs: What is stored now.
        rests_on: Further fields that must be as they were seen for the entry to make sense.
    """
    ours = base.with_changes(changes)
    changed = [name for name in changes if ours.get(name) != theirs.get(name)]
    if (base.fields is None) != (theirs.fields is None):  # it came, or went, meanwhile
        return Contradiction(base, ours, theirs, tuple(changed)) if changed else None
    moved = [
        name
        for name in dict.fromkeys((*changes, *rests_on))
        if theirs.get(name) != base.get(name) and theirs.get(name) != ours.get(name)
    ]
    return Contradiction(base, ours, theirs, tuple(dict.fromkeys((*changed, *moved)))) if moved else None
