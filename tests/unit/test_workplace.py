import multiprocessing
import os
from pathlib import Path

import pytest

from sync.workplace import workplace


def killed_at_work(target: Path) -> None:
    with workplace(target) as place:
        (place / "half").write_text("half")
        os._exit(1)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_nothing_is_left_however_the_work_ends(tmp_path: Path) -> None:
    with workplace(tmp_path / "copy") as place:
        assert place.parent == tmp_path, "on the same disk: what is finished is renamed"
        assert place.stat().st_mode & 0o077 == 0
        (place / "done").write_text("whole")
        (place / "done").replace(tmp_path / "copy")
    with pytest.raises(ZeroDivisionError), workplace(tmp_path / "other"):
        raise ZeroDivisionError
    assert names(tmp_path) == ["copy"]


def test_what_a_killed_process_left_goes_and_what_is_being_worked_on_stays(tmp_path: Path) -> None:
    process = multiprocessing.get_context("fork").Process(target=killed_at_work, args=(tmp_path / "copy",))
    process.start()
    process.join()
    (left,) = names(tmp_path)
    (tmp_path / ".theirs.unfinished").write_text("a file of somebody else")
    with workplace(tmp_path / "one") as one, workplace(tmp_path / "two") as two:
        assert names(tmp_path) == sorted([".theirs.unfinished", one.name, two.name])
        assert left not in {one.name, two.name}
    assert names(tmp_path) == [".theirs.unfinished"]
