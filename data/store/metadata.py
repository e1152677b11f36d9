"""The collection that every table of a hub's store belongs to."""

from sqlalchemy import MetaData

METADATA = MetaData()
