"""Changes as they stand on the line by columns: like stands beside like, which packs to two thirds."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any

from data.caches.cache import Change
from data.fields import Doc, Json
from data.store.set_hash import GLOBAL

Columns = list[dict[str, Any]]
"""For each kind what `to_columns` says."""


def held(doc: Doc) -> Doc:
    """What of a document holds something; whoever reads it knows the other fields to be empty."""
    return {name: value for name, value in doc.items() if not _is_empty(value)}


def to_columns(changes: Iterable[Change]) -> Columns:
    """The changes of each kind in turn; of each field that any of them holds, one list for all.

    `{"kind", "ids", "fields": {name: values}, "readings", "buckets", "gone"}`: lists as long as `ids` but for `gone`,
    the ids of records that are no more; an empty value is null. `buckets` and `gone` are left out where all records are
    in the global bucket, or none is gone.
    """
    by_kind: dict[str, list[Change]] = {}
    for change in changes:
        by_kind.setdefault(change.kind, []).append(change)
    return [_of_kind(kind, some) for kind, some in by_kind.items()]


def _of_kind(kind: str, changes: list[Change]) -> dict[str, Any]:
    there = [(change, held(change.doc)) for change in changes if change.doc is not None]
    names = dict.fromkeys(name for _, doc in there for name in doc if name != "id")
    buckets, gone = [change.bucket for change, _ in there], [change.id for change in changes if change.doc is None]
    return {
        "kind": kind,
        "ids": [change.id for change, _ in there],
        "fields": {name: [doc.get(name) for _, doc in there] for name in names},
        "readings": [list(change.readings) for change, _ in there],
        **({"buckets": buckets} if set(buckets) - {GLOBAL} else {}),
        **({"gone": gone} if gone else {}),
    }


def from_columns(columns: Iterable[Mapping[str, Any]]) -> Iterator[Change]:
    """The changes of which `to_columns` was made, those of a kind together, what is gone last.

    Raises:
        KeyError, TypeError, ValueError: it is no such thing.
    """
    for one in columns:
        kind, fields = one["kind"], one["fields"]
        rows = zip(*fields.values(), strict=True) if fields else repeat((), len(one["ids"]))
        buckets = one.get("buckets") or [GLOBAL] * len(one["ids"])
        for key, row, readings, bucket in zip(one["ids"], rows, one["readings"], buckets, strict=True):
            doc = {"id": key} | {name: value for name, value in zip(fields, row, strict=True) if value is not None}
            yield Change(kind, key, doc, tuple(readings), bucket)
        for key in one.get("gone", ()):
            yield Change(kind, key, None)


def _is_empty(value: Json) -> bool:
    return value is None or value is False or value == []
