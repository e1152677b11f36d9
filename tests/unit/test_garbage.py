"""A long load leaves Python's search for circles as it found it."""

import gc
import weakref

import pytest

from data.garbage import collected_seldom


class Linked:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


def test_it_is_as_it_was_afterwards_also_where_the_load_fails() -> None:
    before = gc.get_threshold()
    with collected_seldom():
        assert gc.get_threshold() != before
    with pytest.raises(ZeroDivisionError), collected_seldom():
        _ = 1 / 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_what_came_up_before_it_is_still_found_afterwards() -> None:
    seen = weakref.ref(Linked())
    with collected_seldom():
        pass
    gc.collect()
    assert seen() is None
