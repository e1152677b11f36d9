"""The tree, opened to its last leaf, against the records: nothing is lost, shown twice or counted wrong."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.card.outage_board import OutageBoard
from assistant.tree.tree import SupplyTree
from assistant.tree.tree_nodes import Counts, Node, Page
from data.caches.cache import CacheWriter, Change
from data.kinds import IMPORTANCE
from data.outages.windows import OutageWindow, ScopeItem
from data.supply import SupplyNetwork
from tests.caches import cache_of
from tests.random_supply import Row, changes, networks
from tests.stores import NOON

HOUR = timedelta(hours=1)
PAGE = 2

_ITEMS = st.builds(
    lambda kind, number: ScopeItem(kind, f"{kind[0].upper()}{number}"),
    st.sampled_from(["feeder", "transformer_area", "customer"]),
    st.integers(1, 4),
)
_WINDOWS = st.lists(st.tuples(st.lists(_ITEMS, min_size=1, max_size=3), st.booleans()), max_size=3).map(
    lambda made: [
        OutageWindow(
            f"O{number}", "maintenance" if calm else "fault", NOON - HOUR, NOON + HOUR, "雷击", tuple(scope), ()
        )
        for number, (scope, calm) in enumerate(made)
    ]
)

Path_ = tuple[Node, ...]


class Opened:
    """A tree over a small cache, and everything in it."""

    def __init__(self, tree: SupplyTree, board: OutageBoard) -> None:
        self.tree = tree
        self.board = board
        self.paths = [path for root in tree.roots(NOON) for path in self._paths((root,))]

    def _paths(self, path: Path_) -> Iterator[Path_]:
        yield path
        for child in self.pages(path[-1].key):
            yield from self._paths((*path, child))

    def pages(self, key: str, *, important: bool = False) -> Iterator[Node]:
        """All that is below a node, read by small pages."""
        read = self.tree.important if important else self.tree.children
        page: Page = read(key, NOON, None, PAGE)
        yield from page.nodes
        while page.next:
            page = read(key, NOON, page.next, PAGE)
            assert page.nodes
            yield from page.nodes

    def leaves(self, key: str) -> list[Node]:
        """The customers below a node, and itself if it is one."""
        return [path[-1] for path in self.paths if path[-1].kind == "customer" and key in {node.key for node in path}]


@contextmanager
def opened(built: list[Row], made: list[Change], windows: list[OutageWindow]) -> Iterator[Opened]:
    with TemporaryDirectory() as directory, closing(cache_of(Path(directory) / "cache.db", built)) as connection:
        CacheWriter(connection).apply(made)
        network = SupplyNetwork(lambda sql, values: connection.execute(sql, values).fetchall())
        board = OutageBoard(windows, network)
        yield Opened(SupplyTree(connection, network, board), board)


@settings(max_examples=25, deadline=None)
@given(built=networks, made=changes, windows=_WINDOWS)
def test_every_record_stands_in_the_tree_once_with_the_counts_of_what_is_below_it(
    built: list[Row], made: list[Change], windows: list[OutageWindow]
) -> None:
    with opened(built, made, windows) as shown:
        keys = [path[-1].key for path in shown.paths]
        assert len(keys) == len(set(keys))
        assert set(keys) >= records_left(built, made)
        for path in shown.paths:
            node, leaves = path[-1], shown.leaves(path[-1].key)
            counted = sum((leaf.counts for leaf in leaves), Counts())
            assert (node.counts.customers, node.counts.important) == (counted.customers, counted.important)
            assert (node.counts.high_risk, node.counts.sensitive) == (counted.high_risk, counted.sensitive)
            feeders = [one for one in shown.paths if one[-1].kind == "feeder" and one[-1].id and node in one]
            assert node.counts.feeders == len(feeders)


@settings(max_examples=25, deadline=None)
@given(built=networks, made=changes, windows=_WINDOWS)
def test_the_path_to_a_node_is_the_way_it_was_reached_and_lists_find_what_is_below_it(
    built: list[Row], made: list[Change], windows: list[OutageWindow]
) -> None:
    with opened(built, made, windows) as shown:
        for path in shown.paths:
            assert shown.tree.path(path[-1].key, NOON) == path
            listed = [*shown.pages(path[-1].key, important=True)]
            marked = [leaf for leaf in shown.leaves(path[-1].key) if leaf != path[-1] and rank(leaf) is not None]
            assert listed == sorted(marked, key=lambda leaf: (rank(leaf), leaf.id))


@settings(max_examples=25, deadline=None)
@given(built=networks, made=changes, windows=_WINDOWS)
def test_states_are_those_of_the_cards_and_a_branch_is_as_bad_as_its_feeders(
    built: list[Row], made: list[Change], windows: list[OutageWindow]
) -> None:
    with opened(built, made, windows) as shown:
        for path in shown.paths:
            node = path[-1]
            if node.kind in {"branch", "substation"}:
                below = [one[-1] for one in shown.paths if one[-1].kind == "feeder" and node in one]
                out = [feeder for feeder in below if feeder.state in {"outage", "partial_outage"}]
                assert (node.state in {"outage", "partial_outage"}) == bool(out)
                assert not out or node.affected == (len(out), len(below))
                assert (node.state == "outage") == (bool(below) and all(one.state == "outage" for one in below))
            elif node.kind != "straight" and node.id:
                place = shown.board.place(node.kind, node.id)
                assert node.state == shown.board.verdict(place, NOON).state
                touching = [window.id for window in shown.board.windows_touching(place, NOON)]
                assert [window.id for window in shown.tree.windows_of(node.key, NOON)] == touching


def records_left(built: list[Row], made: list[Change]) -> set[str]:
    left = {(kind, str(doc["id"])) for kind, doc in built}
    for one in made:
        left.discard((one.kind, one.id))
        if one.doc:
            left.add((one.kind, one.id))
    return {f"{kind}:{key}" for kind, key in left}


def rank(leaf: Node) -> int | None:
    assert leaf.customer
    if leaf.customer.importance:
        return [*IMPORTANCE].index(leaf.customer.importance)
    return 4 if leaf.customer.high_risk else 5 if leaf.customer.sensitive else None
