"""The supply network as a tree that opens lazily: branch > substation > feeder > transformer area > customer.

Nothing is lost for want of a reference: what has no branch, substation, feeder or transformer area on record stands
under a node whose id and name are empty.
"""

from collections.abc import Iterable
from datetime import datetime

from assistant.card.answer import OutageView
from assistant.card.card import outage_view
from assistant.card.outage_board import OutageBoard
from assistant.tree.tree_customers import BY_ID, BY_RANK, CustomerRow, CustomerRows
from assistant.tree.tree_groups import UNFILED, BranchTree, Group
from assistant.tree.tree_making import NodeMaker, place_straight_on
from assistant.tree.tree_nodes import Key, Node, Page, Standing, cursor, read_cursor
from assistant.tree.tree_rows import BY_NUMBER, SupplyRows
from assistant.tree.tree_states import FeederStates
from data.errors import NotFoundError
from data.fields import Doc
from data.outages.windows import OutageWindow
from data.sqlite import Connection
from data.supply import SupplyNetwork

PAGE = 100
"""How many nodes a page holds unless told."""

_BY_PLACE = (str, str, str)
"""Types of the standing of a branch or substation."""


class SupplyTree:
    """The tree over one state of a cache; made anew, as the board is, when the cache has changed.

    Args:
        connection: An open cache; it is only read.
        network: Of the same cache.
        board: Its outage windows.
    """

    def __init__(self, connection: Connection, network: SupplyNetwork, board: OutageBoard) -> None:
        self._network = network
        self._board = board
        self._branches = BranchTree(connection)
        self._states = FeederStates(connection, board)
        self._rows = SupplyRows(connection)
        self._customers = CustomerRows(connection)
        self._make = NodeMaker(self._branches, self._states, self._rows, self._customers, board)

    def roots(self, at: datetime) -> tuple[Node, ...]:
        """The topmost branches by kind and id, with the states of `at`; last what has no branch, or no feeder."""
        nodes = [self._make.branch(branch, at) for branch in self._branches.roots()]
        unfiled = self._make.no_feeder()
        return (*nodes, *([unfiled] if unfiled else []))

    def node(self, key: str, at: datetime) -> Node:
        """One node with its state at `at`.

        Raises:
            NotFoundError: there is no such node.
        """
        return self._node(Key.parse(key), at)

    def children(self, key: str, at: datetime, after: str | None = None, limit: int = PAGE) -> Page:
        """The nodes right below one.

        Branches (by kind, then id) come before substations (by name); feeders and transformer areas by number,
        after them the customers straight on a feeder; customers by id. A customer has none.

        Args:
            key: Of the node.
            at: The moment whose states are shown.
            after: `next` of the page before.
            limit: At most so many, from 1.

        Raises:
            NotFoundError: there is no such node.
            BadValueError: `after` comes from elsewhere.
        """
        parsed = Key.parse(key)
        self._node(parsed, at)
        match parsed.kind:
            case "branch":
                return self._below_branch(parsed.id, at, after, limit)
            case "substation":
                rows = self._rows.feeders(parsed.branch, parsed.id, _standing(after, BY_NUMBER), limit + 1)
                return _page([(row.standing, self._make.feeder(row, at)) for row in rows], limit)
            case "feeder":
                return self._below_feeder(parsed.id, at, after, limit)
            case "transformer_area":
                return self._customer_page(self._customers.of(parsed.id, _standing(after, BY_ID), limit + 1), at, limit)
            case "straight":
                found = self._customers.straight_on(parsed.id, _standing(after, BY_ID), limit + 1)
                return self._customer_page(found, at, limit)
            case _:
                return Page()

    def important(self, key: str, at: datetime, after: str | None = None, limit: int = PAGE) -> Page:
        """The important, high-risk and sensitive customers anywhere below a node.

        By importance, then high-risk ones, then sensitive ones; those alike by id. Arguments and errors are those of
        `children`.
        """
        parsed, standing = Key.parse(key), _standing(after, BY_RANK)
        self._node(parsed, at)
        match parsed.kind:
            case "branch":
                branches = self._branches.with_all_below(parsed.id)
                found = self._customers.important_of_branches(branches, None, standing, limit + 1)
            case "substation":
                found = self._customers.important_of_branches([parsed.branch], parsed.id, standing, limit + 1)
            case "feeder":
                found = self._customers.important_of_feeder(parsed.id, standing, limit + 1)
            case "straight":
                found = self._customers.important_straight_on(parsed.id, standing, limit + 1)
            case "transformer_area":
                found = self._customers.important_of(parsed.id, standing, limit + 1)
            case _:
                found = []
        return self._customer_page(found, at, limit)

    def path(self, key: str, at: datetime) -> tuple[Node, ...]:
        """The nodes from a root down to the one of this key, itself included.

        Raises:
            NotFoundError: there is no such node.
        """
        nodes: list[Node] = []
        above: Key | None = Key.parse(key)
        while above is not None:
            nodes.append(self._node(above, at))
            above = self._parent(above)
        return tuple(reversed(nodes))

    def windows_of(self, key: str, at: datetime) -> tuple[OutageView, ...]:
        """The outage windows to show with a node, as the cards show them: in effect first, then upcoming, then ended.

        Raises:
            NotFoundError: there is no such node.
        """
        parsed = Key.parse(key)
        self._node(parsed, at)
        match parsed.kind:
            case "branch":
                windows = self._windows_below(self._branches.with_all_below(parsed.id), None, at)
            case "substation":
                windows = self._windows_below([parsed.branch], parsed.id, at)
            case "straight":
                windows = self._board.windows_touching(place_straight_on(parsed.id), at)
            case _:
                windows = self._board.windows_touching(self._board.place(parsed.kind, parsed.id), at)
        return tuple(outage_view(window, at) for window in windows)

    def _node(self, key: Key, at: datetime) -> Node:
        node = self._make.node(key, at)
        if node is None:
            raise NotFoundError(f"{key} is not in the tree: it is gone, or never was in this cache")
        return node

    def _parent(self, key: Key) -> Key | None:
        match key.kind:
            case "customer":
                return self._parent_of_customer(self._customers.one(key.id) or {})
            case "transformer_area":
                return Key("feeder", self._known_feeder(self._network.feeder_of(key.id)))
            case "straight":
                return Key("feeder", key.id)
            case "feeder":
                group = self._rows.group_of(key.id)
                return Key("substation", group.substation, group.branch) if group else None
            case "substation":
                return Key("branch", key.branch)
            case "branch":
                above = self._branches.parent(key.id)
                return Key("branch", above) if above else None

    def _parent_of_customer(self, doc: Doc) -> Key:
        area, feeder = doc.get("transformer_area"), doc.get("feeder")
        return Key("transformer_area", str(area)) if area else Key("straight", self._known_feeder(feeder))

    def _known_feeder(self, feeder: object) -> str:
        return str(feeder) if feeder and self._rows.group_of(str(feeder)) else UNFILED

    def _below_branch(self, branch: str, at: datetime, after: str | None, limit: int) -> Page:
        """Its branches, then its substations: they are few, and those that follow `after` are all made."""
        standing = _standing(after, _BY_PLACE)
        found: list[tuple[Standing, Node]] = [
            (("0", self._branches.rank(key), key), self._make.branch(key, at)) for key in self._branches.below(branch)
        ]
        found += [
            (("1", str(int(name == UNFILED)), name), self._make.substation(Group(branch, name), at))
            for name in self._branches.substations(branch)
        ]
        return _page([one for one in found if standing is None or [*one[0]] > [*standing]], limit)

    def _below_feeder(self, feeder: str, at: datetime, after: str | None, limit: int) -> Page:
        """Its transformer areas, and after the last of them the customers straight on it."""
        rows = self._rows.transformer_areas(feeder, _standing(after, BY_NUMBER), limit + 1)
        found: list[tuple[Standing, Node]] = [(row.standing, self._make.transformer_area(row, at)) for row in rows]
        straight = self._make.straight(feeder, at) if len(rows) <= limit else None
        return _page([*found, *([((), straight)] if straight else [])], limit)

    def _customer_page(self, rows: list[CustomerRow], at: datetime, limit: int) -> Page:
        return _page([(row.standing, self._make.customer(row.doc, at)) for row in rows], limit)

    def _windows_below(self, branches: Iterable[str], substation: str | None, at: datetime) -> list[OutageWindow]:
        listed = [*branches]
        return [
            window
            for window, left in self._board.windows_shown(at)
            if self._rows.any_feeder_among(self._states.feeders_of(left), listed, substation)
        ]


def _page(found: list[tuple[Standing, Node]], limit: int) -> Page:
    """The first nodes of those found; one more than `limit` tells that others follow."""
    following = cursor(found[limit - 1][0]) if len(found) > limit else None
    return Page(tuple(node for _, node in found[:limit]), following)


def _standing(after: str | None, like: tuple[type, ...]) -> Standing | None:
    return None if after is None else read_cursor(after, like)
