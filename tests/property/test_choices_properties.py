from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from assistant.lookup.choices import OCCASION, Choices
from assistant.lookup.preferences import merged
from data.choice_weight import HALF_LIFE, MOST_PREFERRED, mass_of, prefixes, shares
from data.store.schema import CHOICE_SUM
from data.store.store import Store
from data.team_choices import TeamChoice, count_batch
from sync.outbox.choices import ChoiceBatch
from tests.random_changes import make_template, store_copied_from
from tests.stores import NOON, fill

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31)).map(lambda at: at.replace(tzinfo=NOON.tzinfo))  # noqa: DTZ001
AGES = st.floats(0, 3650).map(lambda days: timedelta(days=days))
RECORDS = st.sampled_from([("area", "A1"), ("area", "A2"), ("feeder", "F1"), ("customer", "2114000001")])
QUERIES = st.sampled_from(["ta", "tas", "tashan", "gao", "塔山", "塔 x", "t"])
CHOICES = st.lists(st.tuples(QUERIES, RECORDS, st.integers(0, 5000)), max_size=25)
"""Query, record, and the seconds since the choice before."""


@contextmanager
def learned(made: list[tuple[str, tuple[str, str], int]]) -> Iterator[tuple[Choices, datetime]]:
    """Choices with these in their file, and the moment of the last."""
    with TemporaryDirectory() as home:
        choices, at = Choices(Path(home)), NOON
        for query, record, seconds in made:
            at += timedelta(seconds=seconds)
            choices.note(query, *record, at)
        yield choices, at
        choices.close()


def counted(made: list[tuple[str, tuple[str, str], int]]) -> dict[tuple[str, tuple[str, str]], list[datetime]]:
    """The oracle: when a record was chosen for a beginning, but for what belongs to the occasion before."""
    times: dict[tuple[str, tuple[str, str]], list[datetime]] = {}
    at = NOON
    for query, record, seconds in made:
        at += timedelta(seconds=seconds)
        for prefix in prefixes(query):
            before = times.setdefault((prefix, record), [])
            if not before or at - before[-1] >= OCCASION:
                before.append(at)
    return times


@settings(max_examples=60, deadline=None)
@given(CHOICES, QUERIES, AGES)
def test_what_is_preferred_is_the_sum_over_all_choices_each_faded_by_its_age(
    made: list[tuple[str, tuple[str, str], int]], query: str, age: timedelta
) -> None:
    with learned(made) as (choices, last):
        now = last + age
        found = choices.preferred(query, now)
    weights = {
        record: sum(0.5 ** ((now - at) / HALF_LIFE) for at in times)
        for (prefix, record), times in counted(made).items()
        if prefix == query and len(times) > 1
    }
    total = sum(weights.values())
    assert found == pytest.approx({record: weight / (total + 2) for record, weight in weights.items()})
    assert list(found.values()) == sorted(found.values(), reverse=True)


@settings(max_examples=40, deadline=None)
@given(st.permutations(["ta", "gao", "塔山", "jia", "lian"]), RECORDS)
def test_one_choice_of_each_teaches_nothing(queries: list[str], record: tuple[str, str]) -> None:
    with learned([(query, record, 600) for query in queries]) as (choices, last):
        assert not any(choices.preferred(query, last) for query in queries)


@given(st.lists(MOMENTS, min_size=1, max_size=MOST_PREFERRED), AGES, AGES)
def test_shares_are_within_0_and_1_and_fall_as_time_goes_by(
    made: list[datetime], age: timedelta, more: timedelta
) -> None:
    now = max(made) + age
    if (now + more).year > 2099:
        return
    early, late = (shares([mass_of(at) for at in made], at) for at in (now, now + more))
    assert all(0 <= share < 1 for share in (*early, *late))
    assert sum(early) < 1
    assert all(after <= before for before, after in zip(early, late, strict=True))


UNIT = st.floats(0, 1, exclude_max=True)


@given(st.dictionaries(RECORDS, UNIT), st.dictionaries(RECORDS, UNIT))
def test_own_and_team_together_stay_below_1_and_never_below_the_agents_own(
    own: dict[tuple[str, str], float], team: dict[tuple[str, str], float]
) -> None:
    both = merged(own, team)
    assert set(both) == {*own, *team}
    assert all(own.get(record, 0.0) - 1e-12 <= weight < 1 for record, weight in both.items())


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("network"), fill)


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.one_of(st.sampled_from(["sent", "sent, answer lost", "lost"]), st.integers(0, 2)), max_size=10)
)
def test_the_hub_counts_every_choice_exactly_once_however_often_its_batch_is_sent(
    network: Path, steps: list[str | int]
) -> None:
    places = (("tashan", "area", "A1"), ("gqz", "area", "A2"), ("tas", "area", "A1"))
    with store_copied_from(network) as (store, home):
        choices, made, at = Choices(home), Counter[tuple[str, str, str]](), NOON
        for step in [*steps, "sent", "sent"]:
            at += OCCASION
            if isinstance(step, int):
                query, kind, key = places[step]
                choices.note(query, kind, key, at, tell_team=True)
                made.update((prefix, kind, key) for prefix in prefixes(query))
            elif batch := choices.take(at):
                if step != "lost":
                    _receive(store, batch)
                if step == "sent":
                    choices.acknowledge(batch.key)
        choices.close()
        with store.read() as connection:
            rows = connection.execute(select(CHOICE_SUM)).all()
        sums = {(row.query, row.record_kind, row.record): round(row.mass / mass_of(NOON)) for row in rows}
        assert sums == made


def _receive(store: Store, batch: ChoiceBatch) -> None:
    with store.write("devices", "count choices") as writing:
        count_batch(writing, "one", batch.key, [TeamChoice(**one) for one in batch.choices])
