"""The upper half of the tree, branches and their substations, with all that is below them counted together."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from assistant.tree.tree_nodes import Counts
from data.kinds import BRANCH_KINDS
from data.sqlite import Connection

UNFILED = ""
"""Stands for the branch, substation or feeder of what has none on record."""


class Group(NamedTuple):
    """The feeders of one branch at one substation; empty where there is none on record."""

    branch: str
    substation: str


GROUP_COLUMNS = "coalesce(branch.id, ''), coalesce(feeder.substation, '')"
"""Of a feeder, left joined with its branch: one that the cache does not hold is none."""


class BranchTree:
    """The branches and substations of one state of a cache, read once.

    Every branch stands somewhere: one whose parent is not there, or that is its own ancestor, is a root.

    Args:
        connection: An open cache; it is only read.
    """

    def __init__(self, connection: Connection) -> None:
        rows = connection.execute("SELECT id, name, kind, parent_id FROM branch ORDER BY id").fetchall()
        self._names: dict[str, str] = {key: name for key, name, _, _ in rows}
        ranks = [*BRANCH_KINDS]
        self._ranks = {key: ranks.index(kind) if kind in ranks else len(ranks) for key, _, kind, _ in rows}
        self._parents = _without_cycles({key: parent for key, _, _, parent in rows if parent in self._names})
        self._children: dict[str | None, list[str]] = {}
        for key in self._names:
            self._children.setdefault(self._parents.get(key), []).append(key)
        self._groups = _read_groups(connection)
        self.unfiled = _count_unfiled(connection)

    def __contains__(self, branch: str) -> bool:
        return branch in self._names or (branch == UNFILED and any(group.branch == UNFILED for group in self._groups))

    def roots(self) -> list[str]:
        """Ids of the branches without a parent, in the order of `below`; last the empty one, where it has feeders."""
        return [*self.below(None), *([UNFILED] if UNFILED in self else [])]

    def below(self, branch: str | None) -> list[str]:
        """Ids of the branches right below one: companies, branches, then stations, by id."""
        return sorted(self._children.get(branch, ()), key=lambda key: (self.rank(key), key))

    def rank(self, branch: str) -> str:
        """Where its kind stands among the kinds of branch; those of no kind come last."""
        return str(self._ranks[branch])

    def substations(self, branch: str) -> list[str]:
        """Names of the substations of a branch's own feeders, by name; last the empty one."""
        found = (group.substation for group in self._groups if group.branch == branch)
        return sorted(found, key=lambda name: (name == UNFILED, name))

    def name(self, branch: str) -> str:
        """Its name; empty for the empty one."""
        return self._names.get(branch, "")

    def parent(self, branch: str) -> str | None:
        """Id of the branch above it, None for a root."""
        return self._parents.get(branch)

    def with_all_below(self, branch: str) -> set[str]:
        """Ids of the branch and of every branch below it."""
        found, waiting = {branch}, [branch]
        while waiting:
            more = self._children.get(waiting.pop(), [])
            found.update(more)
            waiting += more
        return found

    def groups_of(self, branch: str) -> list[Group]:
        """The groups of the branch and of every branch below it."""
        inside = self.with_all_below(branch)
        return [group for group in self._groups if group.branch in inside]

    def counts(self, groups: Iterable[Group]) -> Counts:
        """What is below these groups together; nothing for one that is not there."""
        return sum((self._groups.get(group, Counts()) for group in groups), Counts())


def _without_cycles(parents: dict[str, str]) -> dict[str, str]:
    """The parents, less that of the last branch of each circle."""
    kept: dict[str, str] = {}
    for key, parent in parents.items():
        ancestor: str | None = parent
        while ancestor is not None and ancestor != key:
            ancestor = kept.get(ancestor)
        if ancestor is None:
            kept[key] = parent
    return kept


def _read_groups(connection: Connection) -> dict[Group, Counts]:
    rows = connection.execute(
        f"SELECT {GROUP_COLUMNS}, count(*), {sums('own')} FROM feeder LEFT JOIN branch ON branch.id = feeder.branch"
        " LEFT JOIN supply_count AS own ON own.kind = 'feeder' AND own.id = feeder.id GROUP BY 1, 2"
    )
    return {Group(branch, substation): Counts(*counts) for branch, substation, *counts in rows}


def _count_unfiled(connection: Connection) -> Counts:
    """What hangs on no feeder that the cache holds."""
    row = connection.execute(
        f"SELECT {sums('own')} FROM supply_count AS own WHERE kind = 'feeder'"
        " AND NOT EXISTS (SELECT 1 FROM feeder WHERE feeder.id = own.id)"
    ).fetchone()
    return Counts(0, *row)


def sums(table: str) -> str:
    """SQL for the sums of the kept counts, in the order of `Counts`; 0 where there are no rows."""
    names = ("transformer_areas", "customers", "important", "high_risk", "sensitive")
    return ", ".join(f"coalesce(sum({table}.{name}), 0)" for name in names)


def json_list(ids: Iterable[str]) -> str:
    """Ids as one SQL parameter, for `json_each`."""
    return json.dumps([*ids], ensure_ascii=False)
