"""Makes the nodes of the tree from keys and rows: labels, states and counts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from assistant.card.card import customer_view
from assistant.card.outage_board import OutageBoard
from assistant.tree.tree_customers import CustomerRows
from assistant.tree.tree_groups import UNFILED, BranchTree, Group
from assistant.tree.tree_nodes import Counts, Key, Node, NodeKind
from assistant.tree.tree_rows import SupplyRow, SupplyRows
from assistant.tree.tree_states import FeederStates
from data.fields import Doc
from data.supply import Place

NOT_OUT = frozenset({"normal", "unknown"})


class NodeMaker:
    """Makes nodes of one state of a cache.

    Args:
        branches: Of the cache.
        states: Of its feeders.
        rows: Its feeders and transformer areas.
        customers: Its customers.
        board: Its outage windows.
    """

    def __init__(
        self,
        branches: BranchTree,
        states: FeederStates,
        rows: SupplyRows,
        customers: CustomerRows,
        board: OutageBoard,
    ) -> None:
        self._branches = branches
        self._states = states
        self._rows = rows
        self._customers = customers
        self._board = board

    def node(self, key: Key, at: datetime) -> Node | None:
        """The node of a key with its state at `at`, or None."""
        makers: dict[NodeKind, Callable[[Key, datetime], Node | None]] = {
            "branch": lambda key, at: self.branch(key.id, at) if key.id in self._branches else None,
            "substation": self._known_substation,
            "feeder": self._known_feeder,
            "straight": lambda key, at: self.straight(key.id, at),
            "transformer_area": self._known_transformer_area,
            "customer": self._known_customer,
        }
        return makers[key.kind](key, at)

    def branch(self, branch: str, at: datetime) -> Node:
        """A branch, with all that is below it and below its branches; empty for the feeders that have none."""
        groups = self._branches.groups_of(branch)
        counts = self._branches.counts(groups)
        state, affected = self._states.together(groups, counts.feeders, at)
        name = self._branches.name(branch)
        return Node(str(Key("branch", branch)), "branch", branch, None, name, state, affected, counts)

    def substation(self, group: Group, at: datetime) -> Node:
        """A substation of a branch, with the feeders that the branch has there."""
        counts = self._branches.counts([group])
        state, affected = self._states.together([group], counts.feeders, at)
        key, name = Key("substation", group.substation, group.branch), group.substation
        return Node(str(key), "substation", name, None, name, state, affected, counts)

    def feeder(self, row: SupplyRow, at: datetime) -> Node:
        """A feeder."""
        judged = self._states.verdict_of(row.id, row.counts.transformer_areas, at)
        affected = None if judged.state in NOT_OUT else judged.affected
        key = str(Key("feeder", row.id))
        return Node(key, "feeder", row.id, row.number, row.name or "", judged.state, affected, row.counts)

    def no_feeder(self) -> Node | None:
        """What hangs on no feeder that the cache holds; None where everything does."""
        counts = self._branches.unfiled
        if counts == Counts():
            return None
        return Node(str(Key("feeder", UNFILED)), "feeder", UNFILED, None, "", "unknown", None, counts)

    def transformer_area(self, row: SupplyRow, at: datetime) -> Node:
        """A transformer area."""
        judged = self._board.verdict(Place("transformer_area", row.id, frozenset({row.id})), at)
        key = str(Key("transformer_area", row.id))
        return Node(key, "transformer_area", row.id, row.number, row.name or "", judged.state, None, row.counts)

    def straight(self, feeder: str, at: datetime) -> Node | None:
        """The customers straight on a feeder, the empty one for those without supply data; None where it has none."""
        row = self._rows.supply("feeder", feeder) if feeder != UNFILED else None
        total = row.counts if row else self._branches.unfiled if feeder == UNFILED else Counts()
        counts = replace(total - self._rows.below_feeder(feeder), feeders=0, transformer_areas=0)
        if not counts.customers:
            return None
        judged = self._board.verdict(place_straight_on(feeder), at)
        return Node(str(Key("straight", feeder)), "straight", feeder, None, "", judged.state, None, counts)

    def customer(self, doc: Doc, at: datetime) -> Node:
        """A customer."""
        key, area, feeder = str(doc["id"]), doc["transformer_area"], doc["feeder"]
        place = Place("customer", key, frozenset({str(area)} if area else ()), str(feeder) if feeder else None)
        counts = Counts(
            customers=1,
            important=int(doc["importance"] is not None),
            high_risk=int(bool(doc["high_risk"])),
            sensitive=int(bool(doc["sensitive"])),
        )
        state, name = self._board.verdict(place, at).state, str(doc["name"])
        return Node(str(Key("customer", key)), "customer", key, key, name, state, None, counts, customer_view(doc))

    def _known_substation(self, key: Key, at: datetime) -> Node | None:
        there = key.id in self._branches.substations(key.branch)
        return self.substation(Group(key.branch, key.id), at) if there else None

    def _known_feeder(self, key: Key, at: datetime) -> Node | None:
        if key.id == UNFILED:
            return self.no_feeder()
        row = self._rows.supply("feeder", key.id)
        return self.feeder(row, at) if row else None

    def _known_transformer_area(self, key: Key, at: datetime) -> Node | None:
        row = self._rows.supply("transformer_area", key.id)
        return self.transformer_area(row, at) if row else None

    def _known_customer(self, key: Key, at: datetime) -> Node | None:
        doc = self._customers.one(key.id)
        return self.customer(doc, at) if doc else None


def place_straight_on(feeder: str) -> Place:
    """Any customer straight on a feeder, as the outage rules see one that no window names; empty for no feeder."""
    return Place("customer", "", frozenset(), feeder or None)
