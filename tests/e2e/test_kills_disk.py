"""A disk that is full, or bad in one place, at every write: nothing is lost or half-written, and one line says so."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import failing_disk
from tests.works import WORKS

STEP = int(os.environ.get("SWITCHBOARD_DISK_STEP", "0"))
"""Every so manieth write fails; 1 in the long run, else about ten of each piece of work."""

_MANY_WRITES = {
    "snapshot": 67,
    "download": 7,
    "backup": 31,
    "pull": 11,
    "pull in steps": 17,
    "first pull": 17,
    "import planned": 211,
    "import stored": 97,
    "apply": 11,
    "import": 11,
    "migration": 11,
}


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that fails writes, made for this machine."""
    compiler = shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("gcc on Linux makes the library that fails writes")
    source, made = Path(failing_disk.__file__).with_suffix(".c"), tmp_path_factory.mktemp("shim") / "disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", made, source, "-ldl"], check=True)
    return made


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", WORKS)
def test_a_write_that_fails_leaves_the_old_state_or_the_new_one_and_is_told(
    name: str, shim: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tests.failing_disk", name, str(tmp_path), str(STEP or _MANY_WRITES.get(name, 7))]
    environment = {**os.environ, "LD_PRELOAD": str(shim)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=3000, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert sum(found["tried"].values()), "no write failed"
    assert any("disk" in line or "space" in line or "Input" in line for line in found["lines"])
    print(f"{name}: {found['tried']}")  # noqa: T201 - what was tried
