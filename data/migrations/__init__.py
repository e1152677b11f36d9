"""Brings a store's tables to the present schema, step by step (Alembic)."""

from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine, inspect, text

from data.clock import SystemClock
from data.errors import DataError
from data.migrations.collation import settle_collation
from data.store import audit
from data.store.audit_commits import MIGRATED, describe_migration
from data.store.change_log import get_meta, lock, set_meta
from data.store.database import WRITE

_HERE = Path(__file__).parent
_TABLE = "alembic_version"


def migrate(engine: Engine) -> None:
    """Makes or upgrades the tables, in one transaction, and gives a new store its epoch.

    Where nothing is to be done, nobody is waited for: not even a long import keeps a verb from beginning.

    Raises:
        DataError: the store is a newer Switchboard's, or its database keeps texts in another encoding than UTF-8.
    """
    with engine.connect() as connection, connection.begin():
        if _is_present(connection):
            return
    options = {WRITE: True, audit.PENDING: []}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        lock(connection)  # two hub processes may begin at once with an empty database
        upgrade(connection)


def upgrade(connection: Connection) -> None:
    """What `migrate` does, in a transaction that is under way and may write."""
    # Alembic takes longer to load than a store takes to open, and nearly always there is nothing to be done.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config, before = Config(), schema_of(connection)
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "postgresql":
        settle_collation(connection)
    if get_meta(connection, "epoch") is None:
        set_meta(connection, "epoch", uuid4().hex)
    after = schema_of(connection)
    if before not in {"", after}:
        audit.record(connection, SystemClock().now(), "hub", MIGRATED, describe_migration(connection, before, after))
        audit.chain(connection)


def schema_of(connection: Connection) -> str:
    """The last step that the tables have taken, such as `0006`; empty where there are no tables."""
    if not inspect(connection).has_table(_TABLE):
        return ""
    return connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar_one_or_none() or ""


def is_known(schema: str) -> bool:
    """Whether this Switchboard has the step `schema`: a newer one may have others."""
    return schema in _steps()


def _steps() -> list[str]:
    """All steps, in order: they are numbered, and their files are named by their numbers."""
    return sorted(path.name.partition("_")[0] for path in (_HERE / "versions").glob("[0-9]*.py"))


def _is_present(connection: Connection) -> bool:
    found = schema_of(connection)
    if not found:
        if connection.dialect.name == "postgresql":
            _check_encoding(connection)
        return False
    if not is_known(found):
        raise DataError(
            f"the store is a newer Switchboard's (tables {found}): update this one before it opens the store"
        )
    return found == _steps()[-1]


def _check_encoding(connection: Connection) -> None:
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise DataError(f"the database keeps texts in {encoding}: make one with ENCODING 'UTF8' and give that")
