"""Handing records out as a file: that is in the audit trail before anybody has it."""

from collections.abc import Callable
from pathlib import Path

from data.store.store import Store


def hand_out(store: Store, path: Path, write: Callable[[Path], int], actor: str, act: str, about: str) -> int:
    """Writes a file and notes who has it, what is in it and how much.

    Args:
        store: Whose records they are.
        path: The file; nothing is there where it fails.
        write: Writes the file, and says how many rows it has.
        actor: Who gets it.
        act: As what it is noted.
        about: What is in it, said after the number of rows.

    Returns:
        The number of rows.
    """
    count = write(path)
    try:
        with store.write(actor, "export") as writing:
            writing.note(actor, act, f"{count} {about}")
    except BaseException:
        path.unlink(missing_ok=True)  # what is not in the trail is in nobody's hands
        raise
    return count
