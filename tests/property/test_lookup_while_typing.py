"""What a search keeps for the next one never changes an answer, whatever is typed, deleted, pasted or changed."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.lookup.candidates import clauses
from assistant.lookup.lookup import LookupEngine
from assistant.lookup.narrowing import answers, only_narrows
from assistant.lookup.query import parse
from assistant.lookup.ranking import Candidate
from data.caches.cache import CacheWriter
from data.fields import Json
from data.names.pinyin import readings_of
from data.sqlite import Connection, connect
from tests.caches import cache_of, change
from tests.readings import readings_of_character

Row = tuple[str, dict[str, Json]]
NAMES = [
    "塔山乡",
    "塔山村",
    "朱家村",
    "朱家屯",
    "长庆社区",
    "重庆路",
    "张伟",
    "张伟民",
    "10kV塔山线",
    "女儿河",
    "绿江村",
]
PARTS = [
    "ta",
    "shan",
    "zhu",
    "jia",
    "chang",
    "qing",
    "zh",
    "z",
    "t",
    "s",
    "lv",
    "n",
    "塔",
    "山",
    "朱家",
    "616",
    " ",
    "x",
]
STEPS = st.lists(
    st.tuples(st.just("type"), st.sampled_from(PARTS))
    | st.tuples(st.just("delete"), st.sampled_from(["1", "2", "9"]))
    | st.tuples(st.just("paste"), st.sampled_from(["tashanzhuji", "塔山 朱", "zhangw", "tsx", "tashnazhu", "lvjiang"]))
    | st.tuples(st.just("add"), st.sampled_from(NAMES)),
    min_size=1,
    max_size=10,
)


def row(number: int, name: str) -> Row:
    match number % 4:
        case 0 | 1:
            parent: dict[str, Json] = {"parent_id": "a0"} if number else {}
            return "area", {"id": f"a{number}", "name": name, "branch": f"b{number % 2}", **parent}
        case 2:
            return "feeder", {"id": f"f{number}", "name": name, "number": f"{614 + number}", "branch": "b1"}
        case _:
            return "customer", {"id": f"{2114000000 + number}", "name": name, "feeder": "f2"}


@contextmanager
def changing_cache(names: list[str]) -> Iterator[tuple[Connection, Connection]]:
    """A cache of these names, open to be changed and open to be read."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "cache.db"
        with closing(cache_of(path, [row(number, name) for number, name in enumerate(names)])) as changed:
            changed.execute("PRAGMA journal_mode=WAL")
            with closing(connect(path, read_only=True)) as held:
                yield changed, held


def typed_by(step: tuple[str, str], typed: str) -> str:
    match step:
        case "type", letters:
            return typed + letters
        case "delete", count:
            return typed[: -int(count)]
        case "paste", text:
            return text
        case _:
            return typed


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, own=st.sampled_from([frozenset[str](), frozenset({"b1"})]))
def test_an_answer_is_that_of_one_who_typed_it_at_once(steps: list[tuple[str, str]], own: frozenset[str]) -> None:
    with changing_cache(NAMES) as (changed, held):
        writer, typing, typed = CacheWriter(changed), LookupEngine(held, own), ""
        for number, step in enumerate(steps, len(NAMES)):
            if step[0] == "add":
                writer.apply([change(*row(number, step[1]))])
            typed = typed_by(step, typed)
            letters = range(1, len(step[1]) + 1) if step[0] == "type" else []
            for so_far in [typed[: len(typed) - len(letters) + count] for count in letters] or [typed]:
                assert typing.search(so_far) == LookupEngine(held, own).search(so_far)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(NAMES) | st.text(st.sampled_from("塔山朱家长重庆女绿江乐行ab6"), min_size=1, max_size=6),
    query=st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("".join),
    data=st.data(),
)
def test_what_only_narrows_a_query_lets_no_name_in(name: str, query: str, data: st.DataObject) -> None:
    shorter = query[: data.draw(st.integers(1, len(query)))]
    ways, before = (
        [found for units in parse(typed, readings_of_character).ways if (found := clauses(units))]
        for typed in (query, shorter)
    )
    candidate = Candidate(1, name, readings_of(name), 0, 1)
    if only_narrows(ways, before) and answers(candidate, ways):
        assert answers(candidate, before)
