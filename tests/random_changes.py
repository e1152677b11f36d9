"""Random transactions on a small network: records come, change, move between branches and go."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from data.fields import Doc, Json
from data.store.database import open_database
from data.store.store import Store, Writing
from tests.stores import SetClock, in_file, opened_store

BRANCHES = ("B0", "B1", "B2")
NAMES = ("塔山乡", "张伟", "高桥镇", "10kV塔山线", "长庆社区")

ALIASES = {"A1": ("塔山乡", "老塔山"), "A2": ("高桥镇", "张伟"), "A3": ("长庆社区", "10kV塔山线")}
"""No two areas share one: which of them an answer puts first is tested by itself, in test_cache_properties."""


@dataclass(frozen=True)
class Put:
    kind: str
    doc: Doc

    def on(self, writing: Writing) -> None:
        writing.put(self.kind, dict(self.doc))


@dataclass(frozen=True)
class Delete:
    kind: str
    id: str

    def on(self, writing: Writing) -> None:
        writing.delete(self.kind, [self.id])


Transaction = list[Put | Delete]


def _ids(prefix: str, most: int) -> st.SearchStrategy[str]:
    return st.integers(1, most).map(lambda n: f"{prefix}{n}")


def _puts(kind: str, **fields: st.SearchStrategy[Json]) -> st.SearchStrategy[Put]:
    return st.fixed_dictionaries(dict(fields)).map(lambda doc: Put(kind, doc))


_NAME = st.sampled_from(NAMES)
_FEEDER, _TRANSFORMER, _AREA, _CUSTOMER = _ids("F", 3), _ids("T", 3), _ids("A", 3), _ids("21140000", 5)
_PHONE = st.none() | st.sampled_from(["13812345678", "13887655678", "0429-3112345"])

_ACTS: st.SearchStrategy[Put | Delete] = st.one_of(
    _puts("branch", id=st.sampled_from(BRANCHES), name=_NAME, parent_id=st.sampled_from([None, "B0"])),
    _AREA.flatmap(
        lambda key: _puts(
            "area",
            id=st.just(key),
            name=_NAME,
            code=st.sampled_from(["tsx", "gqz", None]),
            aliases=st.lists(st.sampled_from(ALIASES[key]), max_size=2),
        )
    ),
    _puts("feeder", id=_FEEDER, number=st.sampled_from(["616", "617"]), name=_NAME, branch=st.sampled_from(BRANCHES)),
    _puts("transformer_area", id=_TRANSFORMER, number=_TRANSFORMER, name=_NAME, feeder=_FEEDER),
    _puts("customer", id=_CUSTOMER, name=_NAME, transformer_area=_TRANSFORMER, phone=_PHONE),
    _puts("customer", id=_CUSTOMER, name=_NAME, transformer_area=st.none(), feeder=_FEEDER),
    _puts("contact", id=_ids("K", 2), name=_NAME, phone=st.just("139"), role=st.just("area_manager")),
    st.builds(Delete, st.just("customer"), _CUSTOMER),
    st.builds(Delete, st.just("area"), _AREA),
    st.builds(Delete, st.just("feeder"), _FEEDER),
    st.builds(Delete, st.just("transformer_area"), _TRANSFORMER),
)

transactions: st.SearchStrategy[list[Transaction]] = st.lists(
    st.lists(_ACTS, min_size=1, max_size=10), min_size=1, max_size=6
)


def run(store: Store, transaction: Transaction) -> int | None:
    """The revision that the transaction got, None where it changed nothing."""
    with store.write("test", "random") as writing:
        for act in transaction:
            act.on(writing)
    return writing.revision


@contextmanager
def store_copied_from(template: Path) -> Iterator[tuple[Store, Path]]:
    """A store of its own that begins as the one in `template`, and the directory it is in."""
    with TemporaryDirectory() as name:
        shutil.copy(template / "store.db", name)
        engine = open_database(in_file(Path(name)))
        try:
            yield Store(engine, SetClock()), Path(name)
        finally:
            engine.dispose()


def make_template(directory: Path, prepare: Callable[[Store], None] = lambda _: None) -> Path:
    """A directory with a store to copy, whole in one file."""
    with opened_store(in_file(directory)) as store:
        prepare(store)
    return directory
