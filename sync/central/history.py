"""The record of every pull: who, when, from where, what was read and done, and what was rejected and why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from data.clock import to_iso
from data.store.schema import CENTRAL_PULL
from sync.central.errors import MappingError

_KEPT = 1000
"""Pulls that are remembered; one a minute are some sixteen hours, one a night some three years."""


@dataclass(frozen=True, slots=True)
class PullRecord:
    """One pull.

    Attributes:
        id: Its number.
        mode: `full`, `changed` or `dry_run`.
        outcome: `done`, `refused` or `failed`; in the history also `running`, which it stays where it was killed, and
            `declined` for one that was refused and that a person does not want done.
        tables: What became of each table, by its name.
    """

    id: int
    source: str
    mode: str
    actor: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    tables: dict[str, Any]
    revision: int | None = None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As the command prints it."""
        return {
            "id": self.id,
            "source": self.source,
            "mode": self.mode,
            "actor": self.actor,
            "started_at": to_iso(self.started_at),
            "seconds": round((self.ended_at - self.started_at).total_seconds(), 3),
            "outcome": self.outcome,
            "revision": self.revision,
            "tables": self.tables,
            "error": self.error,
        }


def begin(connection: Connection, source: str, mode: str, actor: str, at: datetime) -> int:
    """The number of a pull that begins; the oldest records go."""
    row = {"source": source, "mode": mode, "actor": actor, "started_at": to_iso(at), "outcome": "running"}
    number: int = connection.execute(insert(CENTRAL_PULL).values(row | {"tables": "{}"})).inserted_primary_key[0]  # type: ignore[index]  # it has one
    connection.execute(delete(CENTRAL_PULL).where(CENTRAL_PULL.c.id <= number - _KEPT))
    return number


def end(connection: Connection, record: PullRecord) -> None:
    """Notes how a pull ended."""
    connection.execute(
        update(CENTRAL_PULL)
        .where(CENTRAL_PULL.c.id == record.id)
        .values(
            ended_at=to_iso(record.ended_at),
            outcome=record.outcome,
            revision=record.revision,
            tables=json.dumps(record.tables, ensure_ascii=False),
            error=record.error,
        )
    )


def pulls(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """The last pulls, newest first."""
    found = connection.execute(select(CENTRAL_PULL).order_by(CENTRAL_PULL.c.id.desc()).limit(limit))
    return [{**row, "tables": json.loads(row["tables"])} for row in found.mappings()]


def get_pull(connection: Connection, pull: int) -> dict[str, Any]:
    """One pull.

    Raises:
        MappingError: there is no such pull.
    """
    row = connection.execute(select(CENTRAL_PULL).where(CENTRAL_PULL.c.id == pull)).mappings().first()
    if row is None:
        raise MappingError(f"there is no pull {pull}: switchboard pull --history lists them")
    return {**row, "tables": json.loads(row["tables"])}


def refused_pull(connection: Connection, pull: int) -> tuple[str, dict[str, int]]:
    """The source of a pull that was refused and waits for approval, and how many records of each kind it would delete.

    Raises:
        MappingError: there is no such pull, it was not refused, or was approved before.
    """
    row = get_pull(connection, pull)
    if not waits_for_approval(row):
        raise MappingError(f"the pull {pull} does not wait for approval: an approval is for one pull alone")
    deletions: dict[str, int] = {}
    for table in row["tables"].values():
        deletions[table["kind"]] = deletions.get(table["kind"], 0) + table["deleted"]
    return row["source"], deletions


def waits_for_approval(pull: Mapping[str, Any]) -> bool:
    """Whether a row of the history is of a pull that a person may approve or decline."""
    return pull["outcome"] == "refused" and pull["approved_by"] is None


def decline(connection: Connection, pull: int) -> None:
    """Notes that a refused pull is not wanted.

    Raises:
        MappingError: it does not wait for approval.
    """
    refused_pull(connection, pull)
    connection.execute(update(CENTRAL_PULL).where(CENTRAL_PULL.c.id == pull).values(outcome="declined"))


def mark_approved(connection: Connection, pull: int, actor: str) -> None:
    """Notes that a refused pull was approved: once is enough."""
    connection.execute(update(CENTRAL_PULL).where(CENTRAL_PULL.c.id == pull).values(approved_by=actor))
