"""One export, as the command and the page make it: a file, and its entry in the audit trail before anybody has it."""

from pathlib import Path

from data.export_files import write_rows
from data.exporting import Export
from data.store import audit
from data.store.store import Store


def export_to(store: Store, export: Export, path: Path, actor: str) -> int:
    """Writes the file and notes who has it, what is in it and how many records.

    Returns:
        How many records.

    Raises:
        BadValueError: the file's name ends as no known format.
    """
    with store.read() as connection:
        count = write_rows(path, export.header, export.rows(connection))
    try:
        with store.write(actor, "export") as writing:
            act = "export_clear" if export.clear else "export"
            audit.record(writing.connection, writing.clock.now(), actor, act, f"{count} {export.describe()}")
    except BaseException:
        path.unlink(missing_ok=True)  # what is not in the trail is in nobody's hands
        raise
    return count
