"""What characters are made of, by the CJK Decomposition Data File (`cjk_decomp.txt`): lines such as `的:a(白,勺)`."""

import re
from collections import Counter
from pathlib import Path

DEEPEST = 4
"""Levels of components that are looked at: below are single strokes, which everything shares."""
_LINE = re.compile(r"(.+?):([^(]*)\((.*)\)")


class Decomposition:
    """Components of characters and how many strokes they have."""

    def __init__(self, path: Path, strokes: dict[str, int]) -> None:
        self._made_of: dict[str, tuple[str, list[str]]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            if found := _LINE.match(line):
                self._made_of[found[1]] = found[2], found[3].split(",") if found[3] else []
        self._strokes = dict(strokes)

    def strokes(self, component: str, depth: int = 0) -> int:
        """How many strokes it has: as Unihan says, else what its components have together."""
        if component not in self._strokes:
            way, inner = self._made_of.get(component, ("c", []))
            counted = sum(self.strokes(one, depth + 1) for one in inner) if depth < 2 * DEEPEST else 0
            self._strokes[component] = max(1, counted * _times(way))
        return self._strokes[component]

    def components(self, character: str, depth: int = 0) -> Counter[str]:
        """The character itself and everything inside it, with repeats."""
        found = Counter({character: 1})
        way, inner = self._made_of.get(character, ("c", []))
        for one in inner * _times(way) if depth < DEEPEST else []:
            found += self.components(one, depth + 1)
        return found

    def placed_components(self, character: str) -> Counter[tuple[str, str, str]]:
        """What is inside it, with the way it is put together and on which side: `("a", "last", "勺")`."""
        found: Counter[tuple[str, str, str]] = Counter()
        way, inner = self._unmodified(character)
        for at, one in enumerate(inner):
            side = "first" if at == 0 else "last" if at == len(inner) - 1 else "middle"
            found.update({(way[:1], side, part): n for part, n in self.components(one, 1).items()})
        return found

    def _unmodified(self, character: str) -> tuple[str, list[str]]:
        way, inner = self._made_of.get(character, ("c", []))
        for _ in range(DEEPEST):
            if not way.startswith("m") or len(inner) != 1:
                break
            way, inner = self._made_of.get(inner[0], ("c", []))
        return way, inner


def _times(way: str) -> int:
    """How often a component is repeated: `r3tr` three times, `ra` twice."""
    if not way.startswith("r"):
        return 1
    return int(way[1]) if way[1:2].isdigit() else 2
