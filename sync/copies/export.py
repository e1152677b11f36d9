"""One export, as the command and the page make it: a file, and its entry in the audit trail before anybody has it."""

from pathlib import Path

from data.export_files import write_rows
from data.exporting import Export
from data.handing_out import hand_out
from data.store.store import Store


def export_to(store: Store, export: Export, path: Path, actor: str) -> int:
    """Writes the file and notes who has it, what is in it and how many records.

    Returns:
        How many records.

    Raises:
        BadValueError: the file's name ends as no known format.
    """

    def write(path: Path) -> int:
        with store.read() as connection:
            return write_rows(path, export.header, export.rows(connection))

    return hand_out(store, path, write, actor, "export_clear" if export.clear else "export", export.describe())
