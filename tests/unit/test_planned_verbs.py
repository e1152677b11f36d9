"""The verbs of windows before they are set, in a hub's home."""

import subprocess
from pathlib import Path

import pytest

from switchboard.cli import main
from sync.hub.home import HubHome, make_hub_home
from tests.hubs import switchboard
from tests.stores import fill

TIMES = ("--start", "2031-05-10T08:00:00+08:00", "--etr", "2031-05-10T17:00:00+08:00")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> HubHome:
    made = make_hub_home(tmp_path_factory.mktemp("hub") / "home")
    store = made.open_store()
    fill(store)
    store.engine.dispose()
    return made


def run(home: HubHome, *words: str) -> object:
    return switchboard("outage", *words, "--home", str(home.path))


def test_a_preview_says_what_a_window_would_do_and_sets_nothing(home: HubHome) -> None:
    before = run(home, "list")
    window = ("--feeder", "F1", "--kind", "planned", "--reason", "检修", *TIMES)
    told = run(home, "preview", *window, "--hours", "08:00-12:00")
    assert isinstance(told, dict)
    assert told["affected"]["transformer_areas"] == 2
    assert run(home, "list") == before


def test_a_template_is_kept_used_and_taken_away(home: HubHome) -> None:
    kept = run(
        home, "template", "save", "轮停", "--kind", "planned", "--reason", "检修", "--lasts", "60", "--area", "gqz"
    )
    assert run(home, "template", "list") == [kept]
    window = run(home, "template", "use", "轮停", "--start", "2031-05-10T08:00:00+08:00")
    assert isinstance(window, dict)
    assert (window["etr"], window["affected"]["customers"]) == ("2031-05-10T01:00:00Z", 1)
    assert main(["outage", "template", "remove", "轮停", "--home", str(home.path)]) == 0
    assert run(home, "template", "list") == []


def test_a_file_of_planned_works_is_taken_once_and_what_is_wrong_with_it_listed(home: HubHome, tmp_path: Path) -> None:
    works, errors = tmp_path / "works.csv", tmp_path / "errors.xlsx"
    works.write_text("scope,start,etr,reason\nF1,2031-05-10 08:00,2031-05-10 17:00,检修\n616,,,\n", "utf-8")
    command = ("import", str(works), "--errors", str(errors))
    outcomes = [run(home, *command, "--dry-run"), run(home, *command), run(home, *command)]
    assert [(one["added"], one["present"], one["rejected"]) for one in outcomes if isinstance(one, dict)] == [
        (1, 0, 1),
        (1, 0, 1),
        (0, 1, 1),
    ]
    assert errors.stat().st_size > 0
    with pytest.raises(subprocess.CalledProcessError):
        run(home, "import", str(works), "--errors", str(works))
    assert works.read_text("utf-8").startswith("scope")
