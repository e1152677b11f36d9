"""The tables of the duty desk, beside those of the records; their history is in `data/migrations`."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from data.store.metadata import METADATA

CENTRE_SETTING = Table(
    "centre_setting", METADATA, Column("key", String, primary_key=True), Column("value", Text, nullable=False)
)
"""What a centre has set for itself, as JSON."""

SCRIPT_VERSION = Table(
    "script_version",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("template", String, nullable=False),
    Column("at", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("zh", Text),
    Column("en", Text),
)
"""Every wording that a script template was given, the newest in force; without words: back to the default."""
Index("script_version_template", SCRIPT_VERSION.c.template)

NOTICE_READ = Table(
    "notice_read",
    METADATA,
    Column("notice", String, nullable=False),
    Column("reader", String, nullable=False),
    Column("at", String, nullable=False),
    Column("device", String, nullable=False),
    PrimaryKeyConstraint("notice", "reader"),
)
"""Who has marked a notice read, when first and at which PC: `person:wang`, or `device:12` where nobody was there."""

TICKET_EVENT = Table(
    "ticket_event",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("ticket", String, nullable=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("changes", Text, nullable=False),
    Column("text", Text, nullable=False),
)
"""The history of tickets: what each act changed, as JSON of fields with the values before and after, and what was
said; without changes: a comment."""
Index("ticket_event_ticket", TICKET_EVENT.c.ticket)
