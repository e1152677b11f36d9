"""The tables of the duty desk, beside those of the records; their history is in `data/migrations`."""

from sqlalchemy import Column, String, Table, Text

from data.store.metadata import METADATA

CENTRE_SETTING = Table(
    "centre_setting", METADATA, Column("key", String, primary_key=True), Column("value", Text, nullable=False)
)
"""What a centre has set for itself, as JSON."""
