"""A table of a TOML file that says where a mistake in it is."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.central.errors import MappingError

_ZONE = "Asia/Shanghai"


class MappingTable:
    """One table of a mapping file.

    Args:
        place: The file and the way to the table, for messages.
        said: What stands in it.
    """

    def __init__(self, place: str, said: object) -> None:
        self._place = place
        if not isinstance(said, dict):
            raise MappingError(f"{place}: must be a table, such as {{ column = … }}")
        self._said: dict[str, Any] = said

    def __iter__(self) -> Iterator[str]:
        return iter(self._said)

    def __contains__(self, name: str) -> bool:
        return name in self._said

    def mistake(self, what: str, right: str) -> MappingError:
        """What is wrong in this table and what would be right."""
        return MappingError(f"{self._place}: {what}: {right}")

    def nothing_else(self, *names: str) -> None:
        """Does nothing where only `names` stand in the table.

        Raises:
            MappingError: something else stands there, perhaps misspelt.
        """
        for name in self._said:
            if name not in names:
                raise self.mistake(f"{name} means nothing here", "give one of " + ", ".join(names))

    def inner(self, name: str) -> "MappingTable":
        """The table called `name`; an empty one where there is none."""
        return MappingTable(f"{self._place}: {name}", self._said.get(name, {}))

    def tables(self, name: str) -> list["MappingTable"]:
        """The list of tables called `name`; empty where there is none."""
        return [
            MappingTable(f"{self._place}: {name}[{number}]", one)
            for number, one in enumerate(self._one(name, list, [], "a list of tables"), 1)
        ]

    def text(self, name: str, *, must: bool = False) -> str:
        """The text called `name`; empty where there is none and it need not be."""
        found: str = self._one(name, str, "", "a text")
        if must and not found:
            raise self.mistake(f"{name} is missing", f'add {name} = "…"')
        return found

    def is_text(self, name: str) -> bool:
        """Whether what is called `name` is a text."""
        return isinstance(self._said.get(name), str)

    def texts(self, name: str) -> dict[str, str]:
        """The table of texts called `name`."""
        found = self._one(name, dict, {}, "a table of texts")
        if not found or not all(isinstance(value, str) for value in found.values()):
            raise self.mistake(f"{name} is no table of texts", f'write it as {name} = {{ "…" = "…" }}')
        return dict(found)

    def list(self, name: str) -> tuple[str, ...]:
        """The list of texts called `name`; empty where there is none."""
        found = self._one(name, list, [], "a list of texts")
        if not all(isinstance(value, str) for value in found):
            raise self.mistake(f"{name} is no list of texts", f'write it as {name} = ["…"]')
        return tuple(found)

    def flag(self, name: str) -> bool:
        """The flag called `name`; false where there is none."""
        return bool(self._one(name, bool, False, "true or false"))  # noqa: FBT003 - its default

    def whole(self, name: str) -> int:
        """The whole number from 0 called `name`; 0 where there is none."""
        found: int = self._one(name, int, 0, "a whole number")
        if found < 0 or isinstance(found, bool):
            raise self.mistake(f"{name} is no number from 0", f"write it as {name} = 60")
        return found

    def number(self, name: str) -> float:
        """The number from 0 called `name`; 0 where there is none."""
        return float(self.whole(name)) if isinstance(self._said.get(name), int) else self._fraction(name)

    def zone(self, name: str) -> str:
        """The time zone called `name`, else that of China."""
        zone = self.text(name) or _ZONE
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise self.mistake(f"{name} {zone!r} is none", "give a name such as Asia/Shanghai") from None
        return zone

    def _fraction(self, name: str) -> float:
        found: float = self._one(name, float, 0.0, "a number")
        if not found >= 0:
            raise self.mistake(f"{name} is no number from 0", f"write it as {name} = 0.5")
        return found

    def _one(self, name: str, kind: type, otherwise: Any, what: str) -> Any:  # noqa: ANN401 - whatever TOML holds
        found = self._said.get(name, otherwise)
        if not isinstance(found, kind):
            raise self.mistake(f"{name} is not {what}", f"write it as {what}")
        return found
