"""What an import would change, kept in a file from when it is planned until it is done.

A plan takes as long as its file is long, and is made without keeping anybody from writing. What it comes to is then
done in one short transaction.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import NamedTuple, Self

from data.importing.outcomes import Accepted, Rejected
from data.importing.references import RecordSource
from data.kinds import Doc

_CHUNK = 500


class Run(NamedTuple):
    """Documents of one kind that stand one after another.

    Attributes:
        kind: Of record.
        mentioned: Rows only mention them: they are no rows themselves.
        docs: To be read before the next run.
    """

    kind: str
    mentioned: bool
    docs: Iterator[Doc]


class Spool:
    """What is accepted of an import and changes something, in order.

    Args:
        directory: Where its file is, which has no name and ends with the process: it may hold personal data.

    Attributes:
        rejected: The rows that are not.
        unchanged: How many rows say what is stored already.
    """

    def __init__(self, directory: Path) -> None:
        self._file = TemporaryFile("w+", dir=directory, encoding="utf-8")  # noqa: SIM115 - closed by __exit__
        self.rejected: list[Rejected] = []
        self.unchanged = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def fill(self, outcomes: Iterable[Accepted | Rejected], existing: RecordSource) -> None:
        """Keeps what becomes of each row, in place of what was kept before.

        Args:
            outcomes: From `plan_import`.
            existing: The records that are stored.
        """
        self._file.seek(0)
        self._file.truncate()
        self.rejected, self.unchanged = [], 0
        remaining = iter(outcomes)
        while chunk := list(islice(remaining, _CHUNK)):
            self.rejected.extend(one for one in chunk if isinstance(one, Rejected))
            self._keep([one for one in chunk if isinstance(one, Accepted)], existing)

    def runs(self) -> Iterator[Run]:
        """What is kept."""
        self._file.seek(0)
        lines = (json.loads(line) for line in self._file)
        for (kind, mentioned), run in groupby(lines, key=lambda line: (line[0], line[1])):
            yield Run(kind, mentioned, (doc for _, _, doc in run))

    def _keep(self, accepted: list[Accepted], existing: RecordSource) -> None:
        ids: dict[str, set[str]] = {}
        for one in accepted:
            ids.setdefault(one.kind, set()).add(one.id)
        stored = {kind: existing.get(kind, keys) for kind, keys in ids.items()}
        for one in accepted:
            before = stored[one.kind].get(one.id)
            if before is not None and all(before[name] == value for name, value in one.doc.items()):
                self.unchanged += one.row is not None
            else:
                self._file.write(json.dumps((one.kind, one.row is None, one.doc), ensure_ascii=False) + "\n")
