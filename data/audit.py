"""The record of who did what."""

from datetime import datetime

from sqlalchemy import Connection, insert

from data.clock import to_iso
from data.schema import AUDIT


def record(connection: Connection, at: datetime, actor: str, act: str, about: str) -> None:
    """Notes an act, in the transaction of the act.

    Args:
        connection: A connection that may write.
        at: When.
        actor: Who, such as `person:wang`, `device:12` or `os:root`.
        act: What, in a word, such as `sign_in`.
        about: To what or whom.
    """
    connection.execute(insert(AUDIT).values(at=to_iso(at), actor=actor, act=act, about=about))
