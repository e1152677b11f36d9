"""What a centre sets for itself: rules, thresholds, links; each a JSON value under a key."""

import json

from sqlalchemy import Connection, delete, insert, select

from data.fields import Json, canonical_json
from data.store.desk_tables import CENTRE_SETTING
from data.store.store import Writing


def read_setting(connection: Connection, key: str) -> Json:
    """What was set under `key`, or None where nothing was."""
    value = connection.execute(select(CENTRE_SETTING.c.value).where(CENTRE_SETTING.c.key == key)).scalar()
    read: Json = json.loads(value) if value is not None else None
    return read


def write_setting(writing: Writing, key: str, value: Json, by: str) -> None:
    """Sets `value`, audited; None takes what was set away."""
    writing.connection.execute(delete(CENTRE_SETTING).where(CENTRE_SETTING.c.key == key))
    if value is not None:
        writing.connection.execute(insert(CENTRE_SETTING).values(key=key, value=canonical_json(value)))
    writing.note(by, "set_up_centre", f"{key}: {canonical_json(value)}")
