"""Brings a store's tables to the present schema, step by step (Alembic)."""

from pathlib import Path
from uuid import uuid4

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from data.change_log import get_meta, lock, set_meta
from data.database import WRITE, is_postgresql
from data.errors import DataError
from data.migrations.collation import settle_collation


def migrate(engine: Engine) -> None:
    """Makes or upgrades the tables, in one transaction, and gives a new store its epoch.

    Where nothing is to be done, nobody is waited for: not even a long import keeps a verb from beginning.

    Raises:
        DataError: the store is a newer Switchboard's, or its database keeps texts in another encoding than UTF-8.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.connect() as connection, connection.begin():
        if _is_present(connection, config):
            return
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        lock(connection)  # two hub processes may begin at once with an empty database
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if is_postgresql(engine):
            settle_collation(connection)
        if get_meta(connection, "epoch") is None:
            set_meta(connection, "epoch", uuid4().hex)


def _is_present(connection: Connection, config: Config) -> bool:
    script = ScriptDirectory.from_config(config)
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        if connection.dialect.name == "postgresql":
            _check_encoding(connection)
        return False
    if found not in {one.revision for one in script.walk_revisions()}:
        raise DataError(
            f"the store is a newer Switchboard's (tables {found}): update this one before it opens the store"
        )
    return found == script.get_current_head()


def _check_encoding(connection: Connection) -> None:
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise DataError(f"the database keeps texts in {encoding}: make one with ENCODING 'UTF8' and give that")
