"""A lease is one holder's until it ends, is given back by that holder, or nobody lengthens it."""

from data.store.leases import give_back, take
from data.store.store import Store

A_MINUTE_S = 60.0


def test_a_lease_is_its_holders_alone_until_they_give_it_back(store: Store) -> None:
    with store.write("test", "leases") as writing:
        held = writing.connection
        assert take(held, "schedule", "one", A_MINUTE_S)
        assert take(held, "schedule", "one", A_MINUTE_S), "it is lengthened"
        assert not take(held, "schedule", "two", A_MINUTE_S)
        give_back(held, "schedule", "two")
        assert not take(held, "schedule", "two", A_MINUTE_S), "nobody gives back what another holds"
        assert take(held, "pull", "two", A_MINUTE_S), "another lease is another matter"
        give_back(held, "schedule", "one")
        assert take(held, "schedule", "two", A_MINUTE_S)


def test_a_lease_that_is_over_is_anybodys(store: Store) -> None:
    with store.write("test", "leases") as writing:
        assert take(writing.connection, "schedule", "one", -1.0)
        assert take(writing.connection, "schedule", "two", A_MINUTE_S)
        assert not take(writing.connection, "schedule", "one", A_MINUTE_S)
