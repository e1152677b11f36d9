"""Brings a store's tables to the present schema, step by step (Alembic)."""

from pathlib import Path
from uuid import uuid4

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from data.change_log import get_meta, set_meta
from data.database import WRITE


def migrate(engine: Engine) -> None:
    """Makes or upgrades the tables, in one transaction, and gives a new store its epoch."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if get_meta(connection, "epoch") is None:
            set_meta(connection, "epoch", uuid4().hex)
