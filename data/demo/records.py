"""The demo's records in the order in which they can be stored."""

from collections.abc import Iterable, Iterator

from data.demo.chance import Chance
from data.demo.customers import customers as stream_customers
from data.demo.network import build_network
from data.errors import DataError
from data.fields import Doc
from data.kinds import KINDS

FEWEST_CUSTOMERS = 1_000
MOST_CUSTOMERS = 1_200_000


def demo_records(customers: int, seed: int = 1) -> Iterator[tuple[str, Doc]]:
    """Every record of the demo as (kind, canonical document), what is referred to first, customers last.

    The same numbers give the same records in every process and Python version. Area managers and transformer areas
    know each other through the transformer area's `manager` alone.

    Args:
        customers: How many customers, 1,000 to 1,200,000; the network grows with them.
        seed: Another seed invents other people and houses on the same real areas.

    Raises:
        DataError: too few or too many customers.
    """
    if not FEWEST_CUSTOMERS <= customers <= MOST_CUSTOMERS:
        raise DataError(
            f"{customers:,} customers: the demo network is made for {FEWEST_CUSTOMERS:,} to {MOST_CUSTOMERS:,}"
        )
    return _records(customers, Chance(seed))


def _records(customers: int, chance: Chance) -> Iterator[tuple[str, Doc]]:
    network = build_network(customers, chance)
    yield from _canonical("branch", network.branches)
    yield from _canonical("area", network.areas)
    yield from _canonical("contact", network.contacts)
    yield from _canonical("feeder", network.feeders)
    yield from _canonical("transformer_area", network.transformer_areas)
    yield from (("customer", doc) for doc in stream_customers(customers, network.sites, chance))


def _canonical(kind: str, docs: Iterable[Doc]) -> Iterator[tuple[str, Doc]]:
    """With every field of the kind, those too of which the demo knows nothing; customers have all from the start."""
    yield from ((kind, KINDS[kind].canonical(doc)) for doc in docs)
