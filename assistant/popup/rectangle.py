"""A part of the desktop."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of the desktop in pixels."""

    x: int
    y: int
    width: int
    height: int

    def holds(self, x: int, y: int) -> bool:
        """Whether the point is inside."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height

    def centred(self, width: int, height: int) -> tuple[int, int]:
        """The left top corner of a window of that size in the middle of this rectangle, never above or left of it."""
        return self.x + max(0, (self.width - width) // 2), self.y + max(0, (self.height - height) // 2)
