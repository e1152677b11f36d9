"""The audit entries become a chain, together with the commits made so far."""

import sqlalchemy as sa
from alembic import op

from data.fields import canonical_json
from data.store.audit_chain import Entry, Link, entry_after, link_of

revision = "0006"
down_revision = "0005"

_AUDIT = sa.table("audit", *(sa.column(name) for name in ("number", "at", "actor", "act", "about", "hash")))
_COMMIT = sa.table("commit_log", *(sa.column(name) for name in ("revision", "at", "actor", "action", "changed")))


def upgrade() -> None:
    """Adds the hash and takes every entry and every commit into the chain, numbered without gaps."""
    op.add_column("audit", sa.Column("hash", sa.String(), nullable=False, server_default=""))
    connection, last = op.get_bind(), Link()
    for row in connection.execute(sa.select(_AUDIT).order_by(_AUDIT.c.number)).all():
        entry = entry_after(last, row.at, row.actor, row.act, row.about)
        here = sa.update(_AUDIT).where(_AUDIT.c.number == row.number)
        connection.execute(here.values(number=entry.number, hash=entry.hash))
        last = link_of(entry)
    for row in connection.execute(sa.select(_COMMIT).order_by(_COMMIT.c.revision)).all():
        about = canonical_json({"action": row.action, "changed": row.changed, "revision": row.revision})
        entry = entry_after(last, row.at, row.actor, "commit", about)
        connection.execute(sa.insert(_AUDIT).values(**_columns(entry)))
        last = link_of(entry)


def _columns(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in Entry.__slots__}
