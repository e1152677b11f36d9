"""The tables of the duty desk, beside those of the records; their history is in `data/migrations`."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, Text

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

RECORD_CHANGE = Table(
    "record_change",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("record", String, nullable=False),
    Column("at", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("act", String, nullable=False),
    Column("before", Text),
    Column("after", Text),
)
"""What people changed of the records that they keep: the whole record before and after, NULL where there was none."""
Index("record_change_record", RECORD_CHANGE.c.kind, RECORD_CHANGE.c.record)

UPLOAD = Table(
    "upload",
    METADATA,
    Column("id", String, primary_key=True),
    Column("actor", String, nullable=False),
    Column("at", String, nullable=False),
    Column("what", String, nullable=False),
    Column("name", String, nullable=False),
    Column("clear", Boolean, nullable=False),
    Column("outcome", Text),
)
"""Files that people have sent to be imported, whichever hub process takes them; `outcome` once that is done."""

UPLOAD_PART = Table(
    "upload_part",
    METADATA,
    Column("upload", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("upload", "number"),
)
"""What such a file holds, part by part."""

OUTAGE_TEMPLATE = Table(
    "outage_template",
    METADATA,
    Column("name", String, primary_key=True),
    Column("body", Text, nullable=False),
    Column("changed_at", String, nullable=False),
    Column("changed_by", String, nullable=False),
)
"""Windows that are set again and again, as JSON (`data.outages.templates`)."""

PLANNED_WORK = Table(
    "planned_work",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("outage", String, nullable=False),
    Column("at", String, nullable=False),
    Column("file", String, nullable=False),
)
"""Rows of planned works that were imported, and the window that each became: the same row adds nothing again."""

TOLD = Table(
    "told",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("outage", String, nullable=False),
    Column("customer", String, nullable=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("means", String, nullable=False),
    Column("result", String, nullable=False),
    Column("whom", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("news", String, nullable=False),
    Column("etr", String, nullable=False),
)
"""Every try to tell a customer of an outage, with what was told; the oldest first."""
Index("told_outage", TOLD.c.outage, TOLD.c.customer)

CALL_BACK = Table(
    "call_back",
    METADATA,
    Column("id", String, primary_key=True),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("outage", String),
    Column("place_kind", String),
    Column("place_id", String),
    Column("customer", String),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("promised", String),
    Column("claimed_by", String),
    Column("claimed_until", String),
    Column("ended_at", String),
)
"""Callers who asked to be called when power is back. The phone is as the hub keeps customers' phones, and goes some
days after the last word was said; `ended_at` is when that was."""
Index("call_back_ended_at", CALL_BACK.c.ended_at)

CALL_BACK_TRY = Table(
    "call_back_try",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("call_back", String, nullable=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("result", String, nullable=False),
    Column("news", String, nullable=False),
    Column("outage", String, nullable=False),
    Column("etr", String),
    Column("note", Text, nullable=False),
)
"""Every try to call somebody back, the oldest first."""
Index("call_back_try_call_back", CALL_BACK_TRY.c.call_back)
