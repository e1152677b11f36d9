"""How often Python looks for objects that refer to each other in a circle and to which nobody else refers any more."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 20_000
"""Instead of 700; a lot of rows makes some thousand tuples, none of which ever stands in a circle."""


@contextmanager
def collected_seldom() -> Iterator[None]:
    """Has it look seldom while the block runs, never at what is there already: else a tenth of a load is that."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
