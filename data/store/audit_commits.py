"""Commits of the store as audit entries: who changed how much, and what all records came to after it."""

import json
from hashlib import sha256

from sqlalchemy import Connection, select

from data.fields import Json, canonical_json
from data.store import change_log
from data.store.schema import AUDIT
from data.store.set_hash import Sums

COMMITTED, MIGRATED = "commit", "migrate"
"""The acts whose entries say what the records came to."""

ARCHIVED = "archive_audit"
"""The act whose entry says which entries were archived, and the last revision among them."""


def describe_commit(connection: Connection, revision: int, action: str, changed: int) -> str:
    """What the entry of a commit is about: its row of the commit log, and a digest of the sums of all records."""
    records = digest_of(change_log.sums(connection, None))
    return canonical_json({"action": action, "changed": changed, "records": records, "revision": revision})


def describe_migration(connection: Connection, before: str, after: str) -> str:
    """What the entry of a change of the tables is about; it may have changed what records hold."""
    records = digest_of(change_log.sums(connection, None))
    return canonical_json({"from": before, "records": records, "to": after})


def describe_archive(connection: Connection, first: int, last: int) -> str:
    """What the entry is about that tells of entries `first` to `last` being archived; they are in the store still."""
    commits = select(AUDIT.c.about).where(AUDIT.c.act == COMMITTED, AUDIT.c.number > last).order_by(AUDIT.c.number)
    later = connection.execute(commits.limit(1)).scalar_one_or_none()
    revision = json.loads(later)["revision"] - 1 if later else change_log.head(connection)
    return canonical_json({"first": first, "last": last, "revision": revision})


def digest_of(sums: Sums) -> str:
    """64 hexadecimal digits that tell these sums from others; parts without records count for nothing."""
    held: list[Json] = [[*part, *one.to_json()] for part, one in sorted(sums.items()) if one.rows]
    return sha256(canonical_json(held).encode()).hexdigest()
