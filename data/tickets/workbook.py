"""How often each entry of the business catalogue was used, as a workbook."""

from datetime import datetime
from pathlib import Path

from data.export_files import write_rows
from data.handing_out import hand_out
from data.store.store import Store
from data.tickets.catalogue import USE_HEADER, use_rows, uses


def export_uses(store: Store, path: Path, span: tuple[datetime, datetime], actor: str) -> int:
    """Writes the uses within a span of time, its end left out, and notes who has the file before anybody has.

    Returns:
        How many rows it has below its header.

    Raises:
        BadValueError: the file's name ends as no known format.
    """
    since, until = span

    def write(path: Path) -> int:
        with store.read() as connection:
            return write_rows(path, USE_HEADER, use_rows(uses(connection, since, until)))

    about = f"uses of the business catalogue, {since.isoformat()} to {until.isoformat()}"
    return hand_out(store, path, write, actor, "export", about)
