"""How far back the change log can be followed is never said to be more than it is."""

from data.store import change_log
from data.store.store import Store


def test_the_floor_of_the_log_rises_and_never_sinks(store: Store) -> None:
    for raised, floor in ((3, 3), (2, 3), (3, 3), (4, 4)):
        with store.write("test", "raise the floor") as writing:
            change_log.raise_floor(writing.connection, raised)
        with store.read() as connection:
            assert change_log.floor(connection) == floor
