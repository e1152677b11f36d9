"""A storm: `./dev bench outages`. 400 windows on 3,000 feeders, 20,000 transformer areas and 1.2 million customers.

Prints how long the state of a place takes on an agent's PC, and the list and the preview of the duty desk, beside what
is allowed; what the first question after a change of the cache, the customers or the network costs more; and how busy
the machine is: on one that is, the processor's own time tells more than the clock on the wall. A first run makes the
data, which takes some minutes.
"""

import os
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from time import perf_counter, process_time

from assistant.card.outage_board import OutageBoard
from data.caches.cache import all_docs_of
from data.kinds import KINDS
from data.outages.describing import describe_outage, overview, shown_outages
from data.outages.documents import outage_from_doc
from data.outages.entry import NewOutage
from data.outages.preview import preview
from data.sqlite import connect
from data.supply import SupplyNetwork
from sync.hub.pauses import keep_pauses_short
from tests.benchmarks.report import percentile, say, say_heading, say_row
from tests.benchmarks.storm import CUSTOMERS, ENDED, FEEDERS, STORM, TRANSFORMER_AREAS, WINDOWS, open_storm, storm_files

STATE_MS, LIST_MS, PREVIEW_MS = 2.0, 200.0, 300.0
_PLACES, _ROUNDS = 2_000, 15
_HOUR = timedelta(hours=1)


def timed_ms(act: Callable[[], object]) -> tuple[float, float]:
    """By the wall's clock, and the processor's time."""
    wall, processor = perf_counter(), process_time()
    act()
    return (perf_counter() - wall) * 1000, (process_time() - processor) * 1000


def say_times(what: str, allowed_ms: float, times: Sequence[tuple[float, float]]) -> None:
    wall, processor = sorted(one for one, _ in times), sorted(one for _, one in times)
    say_row(
        what,
        *(f"{percentile(wall, share):.2f}" for share in (0.5, 0.95)),
        *(f"{percentile(processor, share):.2f}" for share in (0.5, 0.95)),
        f"{processor[-1]:.2f}",
        f"{allowed_ms:g}",
        f"{percentile(wall, 0.95) / allowed_ms:.2f}",
        f"{percentile(processor, 0.95) / allowed_ms:.2f}",
    )


def say_once(what: str, took: tuple[float, float]) -> None:
    say_row(what, f"{took[0]:.2f}", "", f"{took[1]:.2f}", *[""] * 5)


def places(chance: random.Random) -> list[tuple[str, str]]:
    """As agents open them: mostly customers, but every kind."""
    made = []
    for number in range(_PLACES):
        match number % 8:
            case 0:
                made.append(("feeder", f"F{chance.randrange(FEEDERS)}"))
            case 1 | 2:
                made.append(("transformer_area", f"T{chance.randrange(TRANSFORMER_AREAS)}"))
            case 3:
                made.append(("area", chance.choice([f"V{chance.randrange(1500)}", f"A{chance.randrange(90)}"])))
            case _:
                made.append(("customer", f"21{chance.randrange(CUSTOMERS):08}"))
    return [*made, ("area", "2114")]


def measure_states(chance: random.Random) -> None:
    """Each place is new, and each moment: nothing of the one before helps."""
    cache = connect(storm_files().cache)
    network = SupplyNetwork(lambda sql, values: cache.execute(sql, values).fetchall())
    windows = [outage_from_doc(doc) for doc in all_docs_of(cache, KINDS["outage"])]
    board = OutageBoard(windows, network)
    asked = iter(enumerate(places(chance)))

    def state() -> None:
        number, (kind, key) = next(asked)
        at = STORM + timedelta(seconds=number)
        place = board.place(kind, key)
        board.verdict(place, at)
        board.windows_touching(place, at)

    say_once("the first state after a change, PC", timed_ms(state))
    say_times("state of a place, PC", STATE_MS, [timed_ms(state) for _ in range(_PLACES)])


def measure_desk(chance: random.Random) -> None:
    """Each question in a transaction of its own, as the desk asks."""
    store = open_storm(storm_files().store)

    def listed() -> None:
        with store.read() as connection:
            assert len(overview(connection, STORM)) == WINDOWS

    def previewed() -> None:
        start, number = STORM + chance.randrange(200) * _HOUR, chance.randrange(4)
        scope = [("feeder", f"F{chance.randrange(FEEDERS)}"), ("area", f"A{chance.randrange(90)}")][number == 0]
        entered = NewOutage("planned", start, start + 4 * _HOUR, "线路检修", (scope,))
        with store.read() as connection:
            preview(connection, entered, STORM).to_json()

    def previewed_city() -> None:
        entered = NewOutage("planned", STORM, STORM + 4 * _HOUR, "全市轮停", (("area", "2114"),))
        with store.read() as connection:
            preview(connection, entered, STORM).to_json()

    def described() -> None:
        with store.read() as connection:
            describe_outage(connection, chance.choice(shown_outages(connection, STORM)), STORM)

    say_once("the first list after a start, desk", timed_ms(listed))
    say_times("list of all windows, desk", LIST_MS, [timed_ms(listed) for _ in range(_ROUNDS)])
    say_times("preview of a feeder or township", PREVIEW_MS, [timed_ms(previewed) for _ in range(_ROUNDS * 4)])
    say_once("the first preview of the whole city", timed_ms(previewed_city))
    say_times("preview of the whole city", PREVIEW_MS, [timed_ms(previewed_city) for _ in range(_ROUNDS)])
    say_times("one window with its overlaps", LIST_MS, [timed_ms(described) for _ in range(_ROUNDS)])
    store.engine.dispose()


def main() -> None:
    say(f"{WINDOWS} windows shown and {ENDED} of the last 60 days on {FEEDERS:,} feeders,")
    say(f"{TRANSFORMER_AREAS:,} transformer areas and {CUSTOMERS:,} customers; load of this machine")
    say(f"before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores. Milliseconds.")
    storm_files()
    keep_pauses_short()  # as the hub does
    chance = random.Random(7)
    say_heading(
        "what", "wall", "95 %", "processor", "95 %", "worst", "allowed", "wall / allowed", "processor / allowed"
    )
    measure_states(chance)
    measure_desk(chance)
    say()
    say(f"load afterwards: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
