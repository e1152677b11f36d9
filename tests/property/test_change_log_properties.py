"""The change log and its sums, against everything read and counted anew."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data.store import change_log
from data.store.schema import CHANGE, COMMIT
from data.store.set_hash import GLOBAL, same_sums
from sync.hub.retention import LogRetention
from tests.random_changes import Transaction, make_template, run, store_copied_from, transactions
from tests.recounts import contents, counted
from tests.stores import SetClock


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("empty"))


@settings(max_examples=30, deadline=None)
@given(made=transactions)
def test_sums_are_those_of_a_recount_and_revisions_have_no_gaps(empty: Path, made: list[Transaction]) -> None:
    with store_copied_from(empty) as (store, _):
        revisions = [revision for transaction in made if (revision := run(store, transaction))]
        with store.read() as connection:
            held = contents(connection)
            for buckets in (None, {GLOBAL}, {"branch:B1"}, {"branch:"}, {GLOBAL, "branch:B0", "branch:B2"}):
                ours = change_log.sums(connection, None if buckets is None else sorted(buckets))
                assert same_sums(ours, counted(held, buckets)), buckets
            logged = list(connection.execute(select(COMMIT.c.revision).order_by(COMMIT.c.revision)).scalars())
            assert logged == revisions == list(range(1, len(revisions) + 1))
            assert change_log.head(connection) == len(revisions)


@settings(max_examples=30, deadline=None)
@given(made=transactions)
def test_the_log_names_every_record_that_differs_in_the_bucket_it_left_and_the_one_it_came_to(
    empty: Path, made: list[Transaction]
) -> None:
    with store_copied_from(empty) as (store, _):
        with store.read() as connection:
            history = [contents(connection)]
        for transaction in made:
            if run(store, transaction):
                with store.read() as connection:
                    history.append(contents(connection))
        with store.read() as connection:
            now = history[-1]
            for revision, then in enumerate(history):
                for bucket in (GLOBAL, "branch:B0", "branch:B1", "branch:B2", "branch:"):
                    named = set(change_log.touched_since(connection, revision, [bucket], 1000) or ())
                    differs = {
                        key
                        for key in {*then, *now}
                        if then.get(key) != now.get(key)
                        and bucket in {held.get(key, ("", {}))[0] for held in (then, now)}
                    }
                    assert differs <= named


@settings(max_examples=25, deadline=None)
@given(made=transactions, kept=st.integers(0, 6))
def test_compaction_takes_nothing_from_a_reader_whose_lease_holds(
    empty: Path, made: list[Transaction], kept: int
) -> None:
    with store_copied_from(empty) as (store, _):
        clock, retention = SetClock(), LogRetention(store)
        store.clock = retention._store.clock = clock  # noqa: SLF001 - time passes for both
        last = sum(run(store, transaction) is not None for transaction in made)
        lease = min(kept, last)
        clock.pass_time(days=2)
        retention.seen("reader", lease)

        def said(since: int) -> list[set[tuple[str, str]]]:
            with store.read() as connection:
                buckets = (None, [GLOBAL], ["branch:B1"], ["branch:"])
                return [set(change_log.touched_since(connection, since, one, 1000) or ()) for one in buckets]

        before = [said(since) for since in range(lease, last + 1)]
        retention.compact()
        with store.read() as connection:
            assert change_log.floor(connection) == lease
            entries = connection.execute(select(CHANGE.c.kind, CHANGE.c.id, CHANGE.c.bucket)).all()
        assert [said(since) for since in range(lease, last + 1)] == before
        assert len(entries) == len(set(entries)), "one entry a record and bucket is enough"
