"""The peers' own packages: fetched when they are needed into the benchmark's directory, never the product's."""

import shutil
import subprocess
from pathlib import Path

from data.errors import SwitchboardError
from tests.benchmarks.lookup_data import DIRECTORY

_UV = Path(__file__).parents[3] / ".dev/tools/bin/uv"


class MissingPeerError(SwitchboardError):
    """A peer cannot be had on this machine."""


def python_package(requirement: str) -> Path:
    """A folder with the package and nothing else.

    Raises:
        MissingPeerError: it cannot be installed.
    """
    uv = shutil.which("uv") or str(_UV)
    return _installed(requirement, [uv, "pip", "install", "-q", "--no-deps", "--target"], requirement)


def node_package(requirement: str) -> Path:
    """A folder whose `node_modules` holds the package, or several that stand in `requirement` with spaces between.

    Raises:
        MissingPeerError: it cannot be installed.
    """
    return _installed(requirement, ["npm", "install", "--silent", "--prefix"], requirement)


def program(name: str, hint: str) -> str:
    """The full path of a program.

    Raises:
        MissingPeerError: it is not there; `hint` says what to install.
    """
    found = shutil.which(name)
    if not found:
        raise MissingPeerError(f"{name} is not on this machine: install {hint}")
    return found


def _installed(name: str, command: list[str], requirement: str) -> Path:
    folder = DIRECTORY / "peers" / name
    if not folder.exists():
        part = folder.with_name(f"{name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            subprocess.run([*command, str(part), *requirement.split()], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise MissingPeerError(f"{requirement} cannot be installed ({error})") from error
        part.rename(folder)
    return folder
