"""The house keeps its plan: each rule of import-linter was seen to break, files stay small, names say something."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("assistant", "data", "switchboard", "sync", "wallboard")

RESIDENT = "the resident process loads no ORM, no dictionary, no web framework"
VIOLATIONS = [
    ("data/clock.py", "import sync.errors", "imports go one way"),
    ("assistant/card/card.py", "import wallboard.metrics", "assistant and wallboard never import each other"),
    ("wallboard/metrics.py", "import sync.errors", "the wallboard knows the data alone"),
    ("assistant/card/card.py", "import sync.auth", "the desktop knows the replica half of sync alone"),
    ("sync/replica/replica.py", "import sqlalchemy", RESIDENT),
    ("data/caches/cache.py", "import data.names.pinyin", RESIDENT),
    ("assistant/card/card.py", "import tkinter", "the logic knows no screen"),
    ("data/outages/windows.py", "import data.store.store", "the pure modules know no store"),
    ("data/clock.py", "import data.kinds", "no cycles"),
]


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache", "--no-logo"], cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("file", "line", "rule"), VIOLATIONS, ids=[f"{file}: {line}" for file, line, _ in VIOLATIONS])
def test_a_planted_import_breaks_its_rule(tmp_path: Path, file: str, line: str, rule: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.csv"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / file
    planted.write_text(planted.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1, done.stderr
    assert f"{rule} BROKEN" in done.stdout


def python_files() -> list[Path]:
    return [path for folder in (*PACKAGES, "tests") for path in (ROOT / folder).rglob("*.py")]


def test_no_file_is_longer_than_400_lines() -> None:
    long = {str(path): count for path in python_files() if (count := len(path.read_text("utf-8").splitlines())) > 400}
    assert not long


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty_names = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
    assert not [path for path in python_files() if path.stem in empty_names]


def test_every_dependency_is_locked_and_the_lock_names_no_registry() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["hub"]]
    wanted += project["dependency-groups"]["dev"]
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    names = {"".join(c if c.isalnum() or c in "-_." else " " for c in one).split()[0].lower() for one in wanted}
    assert not {name for name in names if f"\n{name}==" not in f"\n{lock}"}
    assert "://" not in lock
