"""What an import would change, worked out and kept in a file from when it is planned until it is done.

A plan takes as long as its file is long, and is made without keeping anybody from writing. What it comes to is then
written in one short transaction.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import NamedTuple, Self

from data.fields import Doc
from data.importing.outcomes import Accepted, Rejected
from data.store.prepared import Prepared, in_chunks

_CHUNK = 1000

Prepare = Callable[[str, Mapping[str, Doc]], Prepared]
"""Works out what is to be written for documents of a kind, by id."""


class Kept(NamedTuple):
    """Writes of one kind.

    Attributes:
        mentioned: Rows only mention the records: they are no rows themselves.
        prepared: The writes.
    """

    mentioned: bool
    prepared: Prepared


class Spool:
    """What is accepted of an import, in order.

    Args:
        directory: Where its file is, which has no name and ends with the process: it may hold personal data.

    Attributes:
        rejected: The rows that are not.
        changed: How many records that are there would change.
    """

    def __init__(self, directory: Path) -> None:
        self._file = TemporaryFile(dir=directory)  # noqa: SIM115 - closed by __exit__
        self.rejected: list[Rejected] = []
        self.changed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def fill(self, outcomes: Iterable[Accepted | Rejected], prepare: Prepare) -> None:
        """Keeps what becomes of each row, in place of what was kept before."""
        self._file.seek(0)
        self._file.truncate()
        self.rejected, self.changed = [], 0
        remaining = iter(outcomes)
        while chunk := list(islice(remaining, _CHUNK)):
            self.rejected.extend(one for one in chunk if isinstance(one, Rejected))
            accepted = [one for one in chunk if isinstance(one, Accepted)]
            for (kind, mentioned), run in groupby(accepted, key=lambda one: (one.kind, one.row is None)):
                for docs in in_chunks(one.doc for one in run):
                    prepared = prepare(kind, docs)
                    self.changed += len(prepared.changed)
                    pickle.dump(Kept(mentioned, prepared), self._file)

    def kept(self) -> Iterator[Kept]:
        """What is kept."""
        self._file.seek(0)
        while True:
            try:
                found: Kept = pickle.load(self._file)  # noqa: S301 - written by this process, seen by no other
            except EOFError:
                return
            yield found
