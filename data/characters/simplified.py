"""Traditional characters as simplified ones: the one table of this package that the desktop loads, 20 kB."""

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def _forms() -> dict[int, str]:
    text = files("data.characters").joinpath("simplified.txt").read_text(encoding="utf-8")
    return {ord(traditional): line[0] for line in text.splitlines() for traditional in line[1:]}


def simplified(text: str) -> str:
    """`text` with each traditional character as its commonest simplified form; positions stay the same.

    Everything else stays as it is. Doing it twice changes nothing more.
    """
    return text if text.isascii() else text.translate(_forms())
