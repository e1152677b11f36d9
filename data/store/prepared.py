"""What is to be written for some records, worked out beforehand: reading and reckoning need nobody to wait."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from data.fields import Doc, FieldType, Json, Kind, text_list
from data.kinds import KINDS
from data.masking import for_caches
from data.store.buckets import BucketFinder
from data.store.cells import from_cells
from data.store.rows import CHUNK, get_docs, to_row
from data.store.set_hash import GLOBAL, hash_bytes, row_hash


@dataclass(frozen=True, slots=True)
class Prepared:
    """Writes of one kind, no record twice; good as long as nobody else writes what they were worked out from.

    Attributes:
        kind: Of record.
        added: Rows of new records.
        changed: Rows of records that are there, as they become.
        unchanged: How many records are as they should be.
        links: Rows of the table of links, for all that is added or changed.
        new_phones: Customer numbers and phone fields, where there were none.
        other_phones: The same where there was another.
        supplying: Feeders and transformer areas whose customers may belong elsewhere now.
    """

    kind: str
    added: list[dict[str, Any]]
    changed: list[dict[str, Any]]
    unchanged: int
    links: list[dict[str, Any]]
    new_phones: list[tuple[str, Json]]
    other_phones: list[tuple[str, Json]]
    supplying: list[str]

    def doc(self, row: Mapping[str, Any]) -> Doc:
        """The document in one of the rows."""
        fields = KINDS[self.kind].fields
        return from_cells(fields, [row[field.name] for field in fields])


def in_chunks(docs: Iterable[Doc]) -> Iterator[dict[str, Doc]]:
    """Documents by id, so many as one statement takes; a record that comes again begins a new chunk."""
    chunk: dict[str, Doc] = {}
    for doc in docs:
        key = str(doc["id"])
        if key in chunk or len(chunk) == CHUNK:
            yield chunk
            chunk = {}
        chunk[key] = doc
    if chunk:
        yield chunk


def prepare(connection: Connection, buckets: BucketFinder, kind: str, partial: Mapping[str, Doc]) -> Prepared:
    """What is to be written for documents, by id; fields that one lacks keep their stored values.

    Raises:
        BadValueError: a value does not fit its field.
    """
    described = KINDS[kind]
    before = get_docs(connection, kind, partial)
    after = {key: described.canonical({**before.get(key, {}), **doc}) for key, doc in partial.items()}
    added = {key: doc for key, doc in after.items() if key not in before}
    changed = {key: doc for key, doc in after.items() if key in before and doc != before[key]}
    moved = [key for key, doc in changed.items() if _supply(doc) != _supply(before[key])]
    customers = kind == "customer"
    return Prepared(
        kind,
        added=[row_of(buckets, described, doc) for doc in added.values()],
        changed=[row_of(buckets, described, doc) for doc in changed.values()],
        unchanged=len(after) - len(added) - len(changed),
        links=[link for doc in (*added.values(), *changed.values()) for link in _links(described, doc)],
        new_phones=[(key, doc["phone"]) for key, doc in added.items() if customers],
        other_phones=[
            (key, doc["phone"]) for key, doc in changed.items() if customers and doc["phone"] != before[key]["phone"]
        ],
        supplying=[*added, *moved] if kind in {"feeder", "transformer_area"} else [],
    )


def row_of(buckets: BucketFinder, kind: Kind, doc: Doc) -> dict[str, Any]:
    """The row of a canonical document, with its hash and its bucket."""
    row = to_row(kind, doc)
    row["row_hash"] = hash_bytes(row_hash(kind, for_caches(kind, doc)))
    row["bucket"] = buckets.bucket(kind.name, doc) if kind.name == "customer" else GLOBAL
    return row


def _links(kind: Kind, doc: Doc) -> Iterator[dict[str, Any]]:
    for field in kind.fields:
        if field.type is FieldType.REFS:
            for target in text_list(doc[field.name]):
                yield {"kind": kind.name, "id": doc["id"], "field": field.name, "target": target}


def _supply(doc: Doc) -> object:
    return doc.get("feeder"), doc.get("branch")
