"""What a pull did, table by table, as it is recorded and shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from data.fields import Doc, Json
from data.importing import Rejected
from data.kinds import KINDS
from sync.central.plain_rows import Made

_SHOWN = 10
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that is stored.

    Attributes:
        row: Its number among the rows that were handed over.
        id: Of its record.
        before: The record as it was; None for a new one.
        after: The record as it is now.
    """

    row: int
    id: str
    before: Doc | None
    after: Doc

    @property
    def change(self) -> str:
        """`added`, `changed` or `unchanged`."""
        return "added" if self.before is None else "changed" if self.before != self.after else "unchanged"


@dataclass(slots=True)
class TableOutcome:
    """What became of the rows of one table.

    Attributes:
        read: Rows that the source holds, or in a pull of what has changed: that it named.
        transferred: Rows that had to travel, as they or their neighbours differ from what was seen before.
        known: Records that earlier pulls of this table have brought.
        sample: Some of what is different.
        reasons: Some of the rejected rows, with why.
    """

    kind: str
    read: int = 0
    transferred: int = 0
    known: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    rejected: int = 0
    sample: list[Json] = field(default_factory=list)
    reasons: list[Json] = field(default_factory=list)

    def add(self, new: Made) -> None:
        """Counts new records of plain rows."""
        for values in islice(zip(*new.columns, strict=True), max(0, _SHOWN - self.added)):
            doc = dict(zip(KINDS[self.kind].by_name, values, strict=True))
            self._show("added", Taken(0, str(doc["id"]), None, doc))
        self.added += len(new.at)

    def take(self, taken: Taken) -> None:
        """Counts a row that is stored."""
        change = taken.change
        if change == "unchanged":
            self.unchanged += 1
            return
        if change == "added":
            self.added += 1
        else:
            self.changed += 1
        if (self.added if change == "added" else self.changed) <= _SHOWN:
            self._show(change, taken)

    def reject(self, key: str, rejected: Rejected) -> None:
        """Counts a row that is not stored."""
        self.rejected += 1
        if len(self.reasons) < _SHOWN:
            problems: list[Json] = [
                {"field": one.column, "value": self._shown(one.column, one.value), "reason": one.reason}
                for one in rejected.problems
            ]
            self.reasons.append({"id": key.encode("utf-8", "backslashreplace").decode(), "problems": problems})

    def delete(self, ids: list[str]) -> None:
        """Counts records that vanished from the source."""
        self.deleted += len(ids)
        self.sample.extend({"change": "deleted", "id": one} for one in ids[:_SHOWN])

    def to_json(self, *, sample: bool) -> dict[str, Json]:
        """The counts and, where asked for, some of what is different."""
        names = ("kind", "read", "transferred", "added", "changed", "unchanged", "deleted", "rejected", "reasons")
        found: dict[str, Json] = {name: getattr(self, name) for name in names}
        return found | ({"sample": self.sample} if sample else {})

    def _show(self, change: str, taken: Taken) -> None:
        self.sample.append({"change": change, "id": taken.id, "fields": self._fields(taken)})

    def _fields(self, taken: Taken) -> dict[str, Json]:
        before: Mapping[str, Json] = taken.before or {}
        return {
            name: [self._shown(name, before.get(name)), self._shown(name, value)]
            for name, value in taken.after.items()
            if before.get(name) != value and (taken.before is not None or value not in (None, [], False))
        }

    def _shown(self, name: str, value: Json) -> Json:
        """Personal data has no place in a log."""
        described = KINDS.get(self.kind)
        personal = described is not None and name in described.by_name and described.by_name[name].personal
        return _HIDDEN if value and (personal or self.kind == "ticket") else value
