"""The hub's tables, made from the kinds of record; their history is in `data/migrations`."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    false,
    text,
)

import data.store.desk_tables  # noqa: F401 - its tables belong to METADATA, too
from data.fields import Field, FieldType, Kind
from data.kinds import KINDS
from data.store.metadata import METADATA

INDEXED_REFERENCES = {
    "area": ("parent_id", "code"),
    "contact": ("branch",),
    "feeder": ("branch", "number"),
    "transformer_area": ("feeder", "number"),
    "customer": ("transformer_area", "feeder"),
    "team_choice": ("query",),
}


def _column(field: Field) -> Column[Any]:
    kind: Any = {
        FieldType.REAL: Double,
        FieldType.FLAG: Boolean,
        FieldType.REFS: Text,
        FieldType.TEXTS: Text,
        FieldType.JSON: Text,
    }.get(field.type, String)
    return Column(field.name, kind, primary_key=field.name == "id", nullable=field.name != "id")


def _record_table(kind: Kind) -> Table:
    table = Table(
        kind.name,
        METADATA,
        *(_column(field) for field in kind.fields),
        Column("row_hash", LargeBinary(16), nullable=False),
        Column("bucket", String, nullable=False),
    )
    for name in INDEXED_REFERENCES.get(kind.name, ()):
        Index(f"{kind.name}_{name}", table.c[name])
    return table


RECORDS: dict[str, Table] = {kind.name: _record_table(kind) for kind in KINDS.values()}
"""The table of each kind: one column a field (lists as JSON text), the 128-bit hash of what caches hold of it, and
the bucket in which it is counted."""

IMPORTANT_CUSTOMER = "(importance IS NOT NULL OR high_risk OR sensitive)"
"""Who is in `customer_important`: the few whom an interruption concerns more than others."""
Index(
    "customer_important",
    RECORDS["customer"].c.transformer_area,
    sqlite_where=text(IMPORTANT_CUSTOMER),
    postgresql_where=text(IMPORTANT_CUSTOMER),
)

META = Table("meta", METADATA, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

LINK = Table(
    "link",
    METADATA,
    Column("kind", String, nullable=False),
    Column("id", String, nullable=False),
    Column("field", String, nullable=False),
    Column("target", String, nullable=False),
    PrimaryKeyConstraint("kind", "field", "id", "target"),
)
"""Each entry of a REFS field, so that it can be followed backwards."""
Index("link_target", LINK.c.target, LINK.c.kind, LINK.c.field)

COMMIT = Table(
    "commit_log",
    METADATA,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("changed", Integer, nullable=False),
)
"""One row a committed change of the store; revisions have no gaps."""

CHANGE = Table(
    "change_log",
    METADATA,
    Column("revision", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("id", String, nullable=False),
    Column("bucket", String, nullable=False),
    PrimaryKeyConstraint("revision", "kind", "id", "bucket"),
)
"""Which records a revision touched; what they hold is read from their tables when it is sent."""

LOG_LEASE = Table(
    "log_lease",
    METADATA,
    Column("reader", String, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("until", String, nullable=False),
)
"""Who will ask for what came after a revision, a device or a snapshot: the log is kept for it until then."""

BUCKET = Table(
    "bucket",
    METADATA,
    Column("bucket", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("set_hash", LargeBinary(16), nullable=False),
    PrimaryKeyConstraint("bucket", "kind"),
)
"""How many records of a kind a bucket holds and the 128-bit set hash over them."""

CUSTOMER_PHONE = Table(
    "customer_phone",
    METADATA,
    Column("customer", String, nullable=False),
    Column("hash", LargeBinary(16), nullable=False),
    PrimaryKeyConstraint("customer", "hash"),
    sqlite_with_rowid=False,
)
"""The keyed hashes of each customer's phone numbers (`data.store.phone_hashes`); never part of a cache."""
Index("customer_phone_hash", CUSTOMER_PHONE.c.hash)

DEVICE = Table(
    "device",
    METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("branches", Text, nullable=False),
    Column("created_at", String, nullable=False),
    Column("code_hash", String),
    Column("code_expires", String),
    Column("token_hash", String, unique=True),
    Column("seen_at", String),
    Column("revoked_at", String),
    Column("kind", String, nullable=False, server_default="pc"),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("person", String),
    Column("status", Text),
    Column("status_at", String),
    Column("reader", String, nullable=False, server_default="standard"),
)
"""Enrolled PCs and displays: `token_hash` of what all tokens of an enrolment share, `generation` of the newest refresh
token, the `person` who signed in last, what the device told of itself (JSON), and its class of reader
(`data.masking`)."""

PERSON = Table(
    "person",
    METADATA,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("disabled_at", String),
    Column("pin_hash", String),
    Column("branches", Text, nullable=False, server_default="[]"),
    Column("must_change", Boolean, nullable=False, server_default=false()),
)

SESSION = Table(
    "session",
    METADATA,
    Column("token_hash", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("expires", String, nullable=False),
    Column("device", String),
)
"""Who is signed in until when; at a PC for the shift where there is a `device`, else on the pages."""
Index("session_device", SESSION.c.device)

SIGN_IN_FAILURE = Table(
    "sign_in_failure",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("place", String, nullable=False),
    Column("name_hash", String, nullable=False),
)
"""Wrong passwords and PINs of the last minutes: at which device or address, and for which name, known or not."""
Index("sign_in_failure_at", SIGN_IN_FAILURE.c.at)

AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("act", String, nullable=False),
    Column("about", Text, nullable=False),
    Column("hash", String, nullable=False, server_default=""),
)
"""Who did what, as a chain (`data.store.audit_chain`)."""
Index("audit_at", AUDIT.c.at)

CHOICE_SUM = Table(
    "choice_sum",
    METADATA,
    Column("id", String, primary_key=True),
    Column("query", String, nullable=False),
    Column("record_kind", String, nullable=False),
    Column("record", String, nullable=False),
    Column("mass", Double, nullable=False),
    Column("only_device", String, nullable=False),
)
"""What was chosen for the beginning of a query, by all devices together; `only_device` is a digest while it is one
device alone, and empty from the second on."""
Index("choice_sum_query", CHOICE_SUM.c.query)

CHOICE_BATCH = Table(
    "choice_batch", METADATA, Column("key", String, primary_key=True), Column("at", String, nullable=False)
)
"""Batches of choices that were counted: one that is sent again is not."""

LEASE = Table(
    "lease",
    METADATA,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until_s", Double, nullable=False),
)
"""Which hub process does what only one may do, until when by the database's own clock, in seconds since 1970."""

TICKET = Table(
    "ticket",
    METADATA,
    Column("id", String, primary_key=True),
    Column("at", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("place_kind", String),
    Column("place_id", String),
    Column("created_by", String, nullable=False),
    Column("number", String),
    Column("business", String),
    Column("due_at", String),
    Column("closed_at", String),
    Column("lead", String),
    Column("person", String),
    Column("branch", String),
    Column("version", Integer, nullable=False, server_default="1"),
)
"""`number` is what people call it by, `lead` the ticket that it is linked to, `person` and `branch` whom it is assigned
to, `version` counts its changes, so that nobody changes what he has not seen."""
Index("ticket_at", TICKET.c.at)
Index("ticket_number", TICKET.c.number, unique=True)
Index("ticket_state", TICKET.c.state)
Index("ticket_lead", TICKET.c.lead)

ENTRY = Table(
    "entry",
    METADATA,
    Column("key", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("device", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("made_at", String, nullable=False),
    Column("received_at", String, nullable=False),
    Column("kept_until", String, nullable=False),
    Column("outcome", Text, nullable=False),
)
"""What PCs entered, by the key under which each try sends it, with what became of it; the entry itself is not kept."""
Index("entry_kept_until", ENTRY.c.kept_until)

CONFLICT = Table(
    "conflict",
    METADATA,
    Column("id", String, primary_key=True),
    Column("record_kind", String, nullable=False),
    Column("record", String, nullable=False),
    Column("entered_by", String, nullable=False),
    Column("made_at", String, nullable=False),
    Column("received_at", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("ours", Text, nullable=False),
    Column("theirs", Text, nullable=False),
    Column("settled_at", String),
    Column("settled_by", String),
    Column("settled", Text),
)
"""Entries that contradict what was stored meanwhile, until a person settles them; the id is the entry's key."""
Index("conflict_settled_at", CONFLICT.c.settled_at)

WRAP_UP = Table(
    "wrap_up",
    METADATA,
    Column("id", String, primary_key=True),
    Column("at", String, nullable=False),
    Column("call_id", String),
    Column("number_hash", LargeBinary(16)),
    Column("result", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_by", String, nullable=False),
)
"""How calls ended; the caller's number is kept as its keyed hash only."""
Index("wrap_up_at", WRAP_UP.c.at)
Index("wrap_up_call_id", WRAP_UP.c.call_id)

LOOK_UP = Table(
    "look_up",
    METADATA,
    Column("id", String, primary_key=True),
    Column("at", String, nullable=False),
    Column("record_kind", String, nullable=False),
    Column("record", String, nullable=False),
)
"""Which records were looked up, and when: not by whom, and not in what words."""
Index("look_up_at", LOOK_UP.c.at)

CALL_EVENT = Table(
    "call_event",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("digest", String, nullable=False, unique=True),
    Column("at", String, nullable=False),
    Column("call_id", String, nullable=False),
    Column("queue", String, nullable=False),
    Column("agent", String, nullable=False),
    Column("event", String, nullable=False),
    Column("args", Text, nullable=False),
)
"""What the exchange reported, in the order of its log; `digest` makes a second import change nothing."""
Index("call_event_at", CALL_EVENT.c.at)
Index("call_event_call", CALL_EVENT.c.call_id)

CENTRAL_FEED = Table(
    "central_feed",
    METADATA,
    Column("feed", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("method", String, nullable=False),
    Column("pull", Integer, nullable=False),
    Column("newest", Text),
)
"""Each table of a central system that is pulled: what the mapping said at its last pull, how its rows were
digested, which pull that was, and the newest value of its cursor column."""

CENTRAL_BLOCK = Table(
    "central_block",
    METADATA,
    Column("feed", String, nullable=False),
    Column("block", Integer, nullable=False),
    Column("digest_sum", BigInteger, nullable=False),
    Column("ids", Text, nullable=False),
    Column("digests", LargeBinary, nullable=False),
    PrimaryKeyConstraint("feed", "block"),
)
"""The rows that a pull has seen, some dozens a block: the ids of their records, a line each, and their digests."""

CENTRAL_PULL = Table(
    "central_pull",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("ended_at", String),
    Column("outcome", String, nullable=False),
    Column("revision", Integer),
    Column("tables", Text, nullable=False),
    Column("error", Text),
    Column("approved_by", String),
)
"""Every pull from a central system, with what it read and did, table by table (JSON)."""
