"""Pulls that people begin: one after the other for each source."""

from pathlib import Path

import pytest

from sync.central.by_hand import PullOrder, PullsByHand
from sync.central.errors import MappingError
from sync.central.mapping import Timing
from sync.desk.centre.pull_page import how_often, outcome_of


def never(_order: PullOrder) -> None:
    raise AssertionError


def test_without_a_mapping_there_is_no_source(tmp_path: Path) -> None:
    by_hand = PullsByHand(tmp_path / "central.toml", never, lambda: None)
    assert by_hand.sources() == ()
    with pytest.raises(MappingError, match="no source marketing"):
        by_hand.check("marketing")


def test_nothing_is_begun_while_the_hub_ends(tmp_path: Path) -> None:
    by_hand = PullsByHand(tmp_path / "central.toml", never, lambda: None)
    with by_hand.running():
        pass
    by_hand.begin(PullOrder("marketing", "person:wang"))
    assert by_hand.under_way() == frozenset()


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"outcome": "done", "mode": "full"}, "done"),
        ({"outcome": "done", "mode": "dry_run"}, "tried"),
        ({"outcome": "refused", "approved_by": None}, "waiting"),
        ({"outcome": "refused", "approved_by": "person:wang"}, "approved"),
        ({"outcome": "declined"}, "declined"),
        ({"outcome": "failed"}, "failed"),
        ({"outcome": "running"}, "broken_off"),
        ({"outcome": "running", "id": 3}, "running"),
    ],
)
def test_a_row_of_the_history_says_what_became_of_the_pull(row: dict[str, object], shown: str) -> None:
    pull = {"id": 1, "source": "marketing", "mode": "full", **row}
    assert outcome_of(pull, [{"id": 2, "source": "marketing"}, {"id": 9, "source": "other"}, pull]) == shown


def test_times_are_told_as_they_are_set() -> None:
    assert how_often(None) == "—"
    assert how_often(Timing(every_s=3600)) == "每 1 时"
    assert how_often(Timing(cron="15 2 * * *"), "en") == "cron 15 2 * * *"
