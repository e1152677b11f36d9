"""The states of many feeders at once: only those that a window touches are looked at."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from assistant.card.outage_board import OutageBoard
from assistant.tree.tree_groups import GROUP_COLUMNS, Group, json_list
from data.outages.windows import Affected, State, Verdict, verdict
from data.sqlite import Connection
from data.supply import Place

_Taken = tuple[Affected, Affected, Affected]
"""What is out, in maintenance, suspected."""


class FeederStates:
    """Judges the feeders of one state of a cache.

    Args:
        connection: An open cache; it is only read.
        board: Its outage windows.
    """

    def __init__(self, connection: Connection, board: OutageBoard) -> None:
        self._connection = connection
        self._board = board
        self._feeders_of: dict[Affected, frozenset[str]] = {}
        self._taken: _Taken = (Affected(), Affected(), Affected())
        self._verdicts: dict[str, Verdict] = {}
        self._tallies: dict[Group, Counter[State]] = {}

    def verdict_of(self, feeder: str, transformer_areas: int, at: datetime) -> Verdict:
        """The state of a feeder on which so many transformer areas hang."""
        self._judge(at)
        return self._verdicts.get(feeder, Verdict("normal", (0, transformer_areas)))

    def together(self, groups: Iterable[Group], feeders: int, at: datetime) -> tuple[State, tuple[int, int] | None]:
        """The state of so many feeders of these groups as one, and how many of them are affected."""
        self._judge(at)
        return summary(sum((self._tallies.get(group, Counter()) for group in groups), Counter()), feeders)

    def feeders_of(self, taken: Affected) -> frozenset[str]:
        """Ids of the feeders of which something is taken out; remembered, for windows are asked about again."""
        if taken not in self._feeders_of:
            rows = self._connection.execute(
                "SELECT DISTINCT feeder FROM transformer_area WHERE id IN (SELECT value FROM json_each(?))",
                (json_list(taken.transformer_areas),),
            )
            self._feeders_of[taken] = taken.feeders.union(feeder for (feeder,) in rows)
        return self._feeders_of[taken]

    def _judge(self, at: datetime) -> None:
        """Judges anew when other windows are in effect than when it last did so; the board keeps its sets."""
        out, maintenance = self._board.taken(at, maintenance=False), self._board.taken(at, maintenance=True)
        taken = (out, maintenance, self._board.suspected(at))
        if all(new is old for new, old in zip(taken, self._taken, strict=True)):
            return
        self._taken = taken
        self._verdicts = self._verdicts_of(frozenset().union(*map(self.feeders_of, taken)))
        self._tallies = {}
        for feeder, group in self._groups_of(self._verdicts).items():
            self._tallies.setdefault(group, Counter())[self._verdicts[feeder].state] += 1

    def _verdicts_of(self, feeders: Iterable[str]) -> dict[str, Verdict]:
        areas: dict[str, set[str]] = {feeder: set() for feeder in feeders}
        for feeder, area in self._connection.execute(
            "SELECT feeder, id FROM transformer_area WHERE feeder IN (SELECT value FROM json_each(?))",
            (json_list(feeders),),
        ):
            areas[feeder].add(area)
        return {
            feeder: verdict(Place("feeder", feeder, frozenset(hanging), feeder), *self._taken)
            for feeder, hanging in areas.items()
        }

    def _groups_of(self, feeders: Iterable[str]) -> dict[str, Group]:
        rows = self._connection.execute(
            f"SELECT feeder.id, {GROUP_COLUMNS} FROM feeder LEFT JOIN branch ON branch.id = feeder.branch"
            " WHERE feeder.id IN (SELECT value FROM json_each(?))",
            (json_list(feeders),),
        )
        return {feeder: Group(branch, substation) for feeder, branch, substation in rows}


def summary(states: Mapping[State, int], feeders: int) -> tuple[State, tuple[int, int] | None]:
    """The worst state that holds for several feeders as one.

    Args:
        states: How many feeders are in each; those not named are normal.
        feeders: How many there are.

    Returns:
        `outage` where all are out, `partial_outage` where any is, in whole or in part, then `maintenance`,
        `suspected`, `normal`; `unknown` for none. With the state, how many of how many are so; None where nothing is.
    """
    out = states.get("outage", 0) + states.get("partial_outage", 0)
    if not feeders:
        return "unknown", None
    if out:
        return ("outage" if states.get("outage", 0) == feeders else "partial_outage"), (out, feeders)
    if in_maintenance := states.get("maintenance", 0):
        return "maintenance", (in_maintenance, feeders)
    if suspected := states.get("suspected", 0):
        return "suspected", (suspected, feeders)
    return "normal", None
