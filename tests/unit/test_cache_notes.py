"""What a home noted while its clock was ahead holds nobody up once the clock is right."""

from datetime import timedelta
from pathlib import Path

import pytest

from sync.replica.cache_health import REPAIRS_A_DAY, CacheHealth
from tests.stores import NOON

PARTS = [("global", "area")]


@pytest.fixture
def health(tmp_path: Path) -> CacheHealth:
    return CacheHealth(tmp_path)


def test_repairs_of_a_clock_that_was_ahead_forbid_none(health: CacheHealth) -> None:
    ahead = NOON + timedelta(days=400)
    for _ in range(REPAIRS_A_DAY):
        health.note_repair(ahead)
    assert not health.may_repair(ahead)
    assert health.may_repair(NOON)


def test_a_mending_of_a_clock_that_was_ahead_forbids_none(health: CacheHealth) -> None:
    ahead = NOON + timedelta(days=400)
    health.note_mended(PARTS, ahead)
    assert not health.may_mend(PARTS, ahead)
    assert health.may_mend(PARTS, NOON)


def test_a_part_may_be_fetched_again_a_day_later_and_others_at_once(health: CacheHealth) -> None:
    health.note_mended(PARTS, NOON)
    assert not health.may_mend(PARTS, NOON + timedelta(hours=23))
    assert health.may_mend([("branch:B1", "customer")], NOON)
    assert health.may_mend(PARTS, NOON + timedelta(days=1, minutes=1))
