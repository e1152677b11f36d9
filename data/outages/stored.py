"""A window as it is stored, by its number."""

from sqlalchemy import Connection

from data.errors import NotFoundError
from data.outages.documents import outage_from_doc
from data.outages.windows import OutageWindow
from data.store.rows import get_docs


def find_outage(connection: Connection, key: str) -> OutageWindow:
    """The window of this id, whatever became of it.

    Raises:
        NotFoundError: there is none.
    """
    doc = get_docs(connection, "outage", [key]).get(key)
    if doc is None:
        raise NotFoundError(f"no outage has the id {key!r}: outage list shows them").about("no_outage", name=key)
    return outage_from_doc(doc)
