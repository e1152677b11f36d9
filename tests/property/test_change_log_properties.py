"""The change log and its sums, against everything read and counted anew."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from sqlalchemy import select

from data import change_log
from data.schema import COMMIT
from data.set_hash import GLOBAL, same_sums
from tests.random_changes import Transaction, make_template, run, store_copied_from, transactions
from tests.recounts import contents, counted


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
