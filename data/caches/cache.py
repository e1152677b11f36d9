"""The ready-to-search file that an agent's PC answers from: tables, writing a record, reading it back.

Made at the hub from the store, shipped as a snapshot, then kept up to date in place by changes. Readings (pinyin)
come with the records: nothing here knows pinyin.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from data.caches import index, place_index
from data.caches.customer_indexes import create_customer_indexes
from data.caches.index_changes import IndexChanges
from data.caches.supply_counts import create_supply_counts
from data.fields import Doc, Field, FieldType, Kind, text_list
from data.kinds import KINDS, RANKED
from data.sqlite import Connection
from data.store.cells import from_cells, to_cells
from data.store.set_hash import GLOBAL, Part, SetSum, Sums, hash_bytes, row_hash

SCHEMA = 6
"""Version of the tables below and of how the file is encrypted; a cache of another one is replaced by a snapshot."""

SQL_TYPES = {
    FieldType.TEXT: "TEXT",
    FieldType.REAL: "REAL",
    FieldType.FLAG: "INTEGER",
    FieldType.TIME: "TEXT_TIME",
    FieldType.REF: "TEXT_REF",
    FieldType.REFS: "TEXT_REFS",
    FieldType.TEXTS: "TEXT_TEXTS",
    FieldType.JSON: "TEXT_JSON",
}
"""How the column of a field of each type is declared, so that a program that does not know the field knows its type."""

_INDEXES = {
    "area": ("parent_id", "code"),
    "contact": ("branch",),
    "feeder": ("branch", "number"),
    "transformer_area": ("feeder", "number"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one record.

    Attributes:
        doc: The record as caches hold it, or None where it is gone or out of this cache's scope.
        readings: Of a named kind: those of each of `names_of`.
        bucket: Where it is counted.
    """

    kind: str
    id: str
    doc: Doc | None
    readings: tuple[str, ...] = ()
    bucket: str = GLOBAL


def create_cache(connection: Connection) -> None:
    """Makes every table of an empty cache that records go into, without what `create_indexes` makes."""
    connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    connection.execute("CREATE TABLE bucket (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)")
    connection.execute(
        "CREATE TABLE checksum (bucket TEXT, kind TEXT, rows INTEGER, set_hash BLOB, PRIMARY KEY (bucket, kind))"
        " WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TABLE link (kind TEXT, id TEXT, field TEXT, target TEXT,"
        " PRIMARY KEY (kind, field, id, target)) WITHOUT ROWID"
    )
    for kind in KINDS.values():
        create_table(connection, kind)
    index.create_search_tables(connection)


def create_table(connection: Connection, kind: Kind) -> None:
    """Makes the table of a kind, without `create_id_index`."""
    columns = [f"{field.name} {SQL_TYPES[field.type]}" for field in _stored(kind) if field.name != "id"]
    name_id = ["name_id INTEGER NOT NULL"] if kind.named else []
    bucket = ["bucket INTEGER NOT NULL"] if kind.scoped else []
    parts = ", ".join(["rid INTEGER PRIMARY KEY", "id TEXT NOT NULL", *name_id, *bucket, *columns])
    connection.execute(f"CREATE TABLE {kind.name} ({parts})")


def create_id_index(connection: Connection, kind: Kind) -> None:
    """Makes the index that finds a record of a kind by its id, and keeps a second one of that id out."""
    connection.execute(f"CREATE UNIQUE INDEX {kind.name}_id ON {kind.name} (id)")


def create_indexes(connection: Connection) -> None:
    """Makes the indexes, and the counts that are kept; a build does so last, when the rows are there."""
    connection.execute("CREATE INDEX link_target ON link (target, kind, field)")
    for kind in KINDS.values():
        create_id_index(connection, kind)
    for table, fields in _INDEXES.items():
        for name in fields:
            connection.execute(f"CREATE INDEX {table}_{name} ON {table} ({name})")
    create_search_indexes(connection)
    create_supply_counts(connection)
    # Without figures the planner takes any index that fits; a sample of each is enough to tell them apart.
    connection.execute("PRAGMA analysis_limit=1000")
    connection.execute("ANALYZE")


def create_search_indexes(connection: Connection) -> None:
    """Makes those that look-ups need: from a name to who bears it, of customers, and what lies in what."""
    for kind in KINDS.values():
        if kind.named:
            # With the transformer area, so that bearers of a common name in one place are found in the index alone.
            columns = "name_id, transformer_area" if "transformer_area" in kind.by_name else "name_id"
            connection.execute(f"CREATE INDEX {kind.name}_name_id ON {kind.name} ({columns})")
    create_customer_indexes(connection)
    place_index.create_place_table(connection)
    place_index.fill_places(connection)


def _stored(kind: Kind) -> list[Field]:
    return [field for field in kind.fields if not (kind.named and field.name == "name")]


def _insert_row(connection: Connection, kind: Kind, doc: Doc, bucket: str) -> None:
    """Adds a record that the cache does not hold; its name is in the index already."""
    fields = _stored(kind)
    columns, values, cells = [field.name for field in fields], ["?"] * len(fields), to_cells(fields, doc)
    if kind.named:
        columns.append("name_id")
        values.append("(SELECT nid FROM name WHERE text = ?)")
        cells.append(doc["name"])
    if kind.scoped:
        columns.append("bucket")
        values.append("?")
        cells.append(_add_bucket(connection, bucket))
    connection.execute(f"INSERT INTO {kind.name} ({', '.join(columns)}) VALUES ({', '.join(values)})", cells)


def _add_bucket(connection: Connection, name: str) -> int:
    """The number of a bucket, which may be new."""
    connection.execute("INSERT OR IGNORE INTO bucket (name) VALUES (?)", (name,))
    return int(connection.execute("SELECT number FROM bucket WHERE name = ?", (name,)).fetchone()[0])


def links_of(kind: Kind, doc: Doc) -> list[tuple[str, str, str, str]]:
    """The rows of `link` that a document stands for."""
    fields = [field.name for field in kind.fields if field.type is FieldType.REFS]
    return [(kind.name, str(doc["id"]), name, target) for name in fields for target in text_list(doc[name])]


def names_of(kind: Kind, doc: Doc) -> list[str]:
    """The names under which a record of a named kind is found: its own, then its aliases."""
    aliases = [name for field in kind.fields if field.type is FieldType.TEXTS for name in text_list(doc[field.name])]
    return list(dict.fromkeys([str(doc["name"]), *aliases]))


def codes_of(kind: Kind, doc: Doc) -> tuple[str, ...]:
    """What of a document can be typed as a code or number."""
    return tuple([str(doc[name]) for name in kind.codes if doc[name]])


class CacheWriter:
    """Puts changes into a cache, index included, and keeps its checksums. All within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._index = IndexChanges(connection)
        self._kinds = kinds_in(connection)
        self.sums = read_sums(connection)

    def apply(self, changes: Iterable[Change]) -> int:
        """Puts each change in, in order.

        Returns:
            How many there were.

        Raises:
            BadValueError: a document does not fit its kind; the transaction should be given up.
        """
        changed = []
        for kind_name, of_one_kind in groupby(changes, lambda change: change.kind):
            # Names are given back last: one that somebody else takes meanwhile keeps its number.
            released: list[int] = []
            for change in of_one_kind:
                released += self._apply(self._kinds[kind_name], change)
                changed.append((kind_name, change.id))
            self._release(released)
        self._index.write()
        place_index.refresh_places(self._connection, changed)
        return len(changed)

    def save_sums(self) -> None:
        """Writes the checksums down; to be called before the commit."""
        write_sums(self._connection, self.sums)

    def _apply(self, kind: Kind, change: Change) -> list[int]:
        """Puts one change in and answers the names that the record bears no more, which are still to be released."""
        doc = kind.canonical(change.doc) if change.doc is not None else None
        stored = read_row(self._connection, kind, change.id)
        if doc and stored:
            return self._update(kind, stored, doc, change)
        if doc:
            self._insert(kind, doc, change)
        elif stored:
            return self._remove(kind, stored)
        return []

    def _insert(self, kind: Kind, doc: Doc, change: Change) -> None:
        name_ids = self._acquire(kind, doc, change.readings)
        _insert_row(self._connection, kind, doc, change.bucket)
        if kind.named:
            rid = self._connection.execute(f"SELECT rid FROM {kind.name} WHERE id = ?", (doc["id"],)).fetchone()[0]
            self._index.add_codes(kind.name, rid, codes_of(kind, doc))
            index.set_aliases(self._connection, kind.name, rid, name_ids[1:])
        self._add_links(kind, doc)
        self._count_in(kind, change.bucket, doc)

    def _remove(self, kind: Kind, stored: "StoredRow") -> list[int]:
        self._count_out(kind, stored)
        place_index.remove_place(self._connection, kind.name, stored.rid)
        self._remove_links(kind, stored.doc)
        borne = []
        if kind.named:
            self._index.remove_codes(kind.name, stored.rid, codes_of(kind, stored.doc))
            borne = self._borne(kind, stored.rid, [])
        self._connection.execute(f"DELETE FROM {kind.name} WHERE rid = ?", (stored.rid,))
        return borne

    def _update(self, kind: Kind, stored: "StoredRow", doc: Doc, change: Change) -> list[int]:
        """Touches what has changed alone: most changes are of a phone or an address, which no index holds."""
        before, rid = stored.doc, stored.rid
        self._count_out(kind, stored)
        self._count_in(kind, change.bucket, doc)
        if links_of(kind, before) != links_of(kind, doc):
            self._remove_links(kind, before)
            self._add_links(kind, doc)
        borne = []
        if kind.named and codes_of(kind, before) != codes_of(kind, doc):
            self._index.remove_codes(kind.name, rid, codes_of(kind, before))
            self._index.add_codes(kind.name, rid, codes_of(kind, doc))
        if kind.named and names_of(kind, before) != names_of(kind, doc):
            borne = self._borne(kind, rid, self._acquire(kind, doc, change.readings)[1:])
        _update_row(self._connection, kind, rid, before, doc)
        if kind.scoped and change.bucket != stored.bucket:
            number = _add_bucket(self._connection, change.bucket)
            self._connection.execute(f"UPDATE {kind.name} SET bucket = ? WHERE rid = ?", (number, rid))
        return borne

    def _count_in(self, kind: Kind, bucket: str, doc: Doc) -> None:
        part = (bucket, kind.name)
        self.sums[part] = self.sums.get(part, SetSum()).plus(row_hash(kind, doc))

    def _count_out(self, kind: Kind, stored: "StoredRow") -> None:
        part = (stored.bucket, kind.name)
        self.sums[part] = self.sums.get(part, SetSum()).minus(row_hash(kind, stored.doc))

    def _acquire(self, kind: Kind, doc: Doc, readings: Sequence[str]) -> list[int]:
        """The numbers of a document's names, its own first."""
        if not kind.named:
            return []
        rank, texts = RANKED.index(kind.name), names_of(kind, doc)
        return [self._index.acquire_name(text, reading, rank) for text, reading in zip(texts, readings, strict=True)]

    def _borne(self, kind: Kind, rid: int, other_names: Sequence[int]) -> list[int]:
        """The names that a record has borne so far, its own first; `other_names` are set in the place of its others."""
        own = self._connection.execute(f"SELECT name_id FROM {kind.name} WHERE rid = ?", (rid,)).fetchone()[0]
        return [own, *index.set_aliases(self._connection, kind.name, rid, other_names)]

    def _release(self, name_ids: Sequence[int]) -> None:
        for nid in sorted(name_ids):
            self._index.release_name(nid)
        for nid in sorted(set(name_ids)):
            self._index.settle_name(nid)

    def _add_links(self, kind: Kind, doc: Doc) -> None:
        self._connection.executemany("INSERT INTO link VALUES (?, ?, ?, ?)", links_of(kind, doc))

    def _remove_links(self, kind: Kind, doc: Doc) -> None:
        if links_of(kind, doc):
            self._connection.execute("DELETE FROM link WHERE kind = ? AND id = ?", (kind.name, doc["id"]))


def _update_row(connection: Connection, kind: Kind, rid: int, before: Doc, after: Doc) -> None:
    """Writes the columns that differ: SQLite then leaves the indexes of the others alone."""
    changed = [field for field in kind.fields if before[field.name] != after[field.name]]
    if changed:
        names = [field.name for field in changed]
        named = "name_id = (SELECT nid FROM name WHERE text = ?)"
        setting = ", ".join(named if kind.named and name == "name" else f"{name} = ?" for name in names)
        cells = to_cells(changed, after)
        connection.execute(f"UPDATE {kind.name} SET {setting} WHERE rid = ?", (*cells, rid))


def kinds_in(connection: Connection) -> dict[str, Kind]:
    """The kinds as this cache holds them: fields that this program does not know are in columns of their names.

    A kind whose table the cache does not have yet is left out.
    """
    found = {}
    for kind in KINDS.values():
        columns = connection.execute("SELECT name, type FROM pragma_table_info(?)", (kind.name,)).fetchall()
        if columns:
            unknown = [one for one in columns if one[0] not in {"rid", "name_id", "bucket", *kind.by_name}]
            types = ((name, _FIELD_TYPES.get(declared, FieldType.TEXT)) for name, declared in unknown)
            more = tuple(Field(name, type=field_type, later=True) for name, field_type in types)
            found[kind.name] = replace(kind, fields=(*kind.fields, *more)) if more else kind
    return found


_FIELD_TYPES = {declared: field_type for field_type, declared in SQL_TYPES.items()}


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A record as the cache holds it; `name_id` is 0 for kinds without a searched name."""

    rid: int
    name_id: int
    bucket: str
    doc: Doc


def read_row(connection: Connection, kind: Kind, key: str) -> StoredRow | None:
    """The record of this id, or None."""
    names = ", ".join("name.text" if kind.named and f.name == "name" else f"{kind.name}.{f.name}" for f in kind.fields)
    nid = f"{kind.name}.name_id" if kind.named else "0"
    join = f" JOIN name ON name.nid = {kind.name}.name_id" if kind.named else ""
    sql = f"SELECT {kind.name}.rid, {nid}, {bucket_of(kind)}, {names} FROM {kind.name}{join} WHERE {kind.name}.id = ?"
    row = connection.execute(sql, (key,)).fetchone()
    return StoredRow(row[0], row[1], row[2], from_cells(kind.fields, row[3:])) if row else None


def bucket_of(kind: Kind) -> str:
    """The SQL expression for the bucket of a row of a kind's table."""
    return f"(SELECT name FROM bucket WHERE number = {kind.name}.bucket)" if kind.scoped else f"'{GLOBAL}'"


def read_doc(connection: Connection, kind: str, key: str) -> Doc | None:
    """The document of a record, or None."""
    stored = read_row(connection, KINDS[kind], key)
    return stored.doc if stored else None


def read_meta(connection: Connection) -> dict[str, str]:
    """What the cache says of itself: `epoch`, `revision`, `scope`, `schema`."""
    return dict(connection.execute("SELECT key, value FROM meta").fetchall())


def write_meta(connection: Connection, values: Mapping[str, str]) -> None:
    """Sets some of what the cache says of itself."""
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", list(values.items())
    )


def read_sums(connection: Connection) -> dict[Part, SetSum]:
    """The cache's own checksums, one for each bucket and kind."""
    rows = connection.execute("SELECT bucket, kind, rows, set_hash FROM checksum").fetchall()
    return {(bucket, kind): SetSum(count, int.from_bytes(digest, "big")) for bucket, kind, count, digest in rows}


def write_sums(connection: Connection, sums: Sums) -> None:
    """Replaces the cache's checksums."""
    connection.execute("DELETE FROM checksum")
    connection.executemany(
        "INSERT INTO checksum VALUES (?, ?, ?, ?)",
        [(*part, one.rows, hash_bytes(one.set_hash)) for part, one in sums.items()],
    )


def all_docs_of(connection: Connection, kind: Kind) -> Iterable[Doc]:
    """Every record of a kind in the cache, in no order."""
    names = ", ".join("name.text" if kind.named and f.name == "name" else f"{kind.name}.{f.name}" for f in kind.fields)
    join = f" JOIN name ON name.nid = {kind.name}.name_id" if kind.named else ""
    for row in connection.execute(f"SELECT {names} FROM {kind.name}{join}"):
        yield from_cells(kind.fields, row)
