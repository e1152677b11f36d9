"""The collector's pauses: what a process begins with is not looked through again."""

import gc
from collections.abc import Iterator

import pytest

from sync.hub.pauses import keep_pauses_short


@pytest.fixture
def _collector() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.mark.usefixtures("_collector")
def test_what_is_there_is_passed_over_and_later_garbage_is_still_found() -> None:
    there: list[dict[str, str]] = [{} for _ in range(1000)]
    keep_pauses_short()
    assert gc.get_freeze_count() > len(there)
    ring: list[object] = []
    ring.append(ring)
    del ring
    assert gc.collect() > 0
