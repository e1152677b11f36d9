"""What the popup is told of notices, and what it then wants done."""

from dataclasses import dataclass
from datetime import datetime

from data.notices.notice import Notice
from data.outages.promises import Promise


@dataclass(frozen=True, slots=True)
class Posted:
    """A notice that concerns this PC, and who has marked it read here; empty stands for nobody signed in."""

    notice: Notice
    read_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NoticesSeen:
    """The notices of this PC, in the order in which they are shown, as they stood at a moment."""

    posted: tuple[Posted, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class PromisesSeen:
    """The promises of windows that go on or are to come, as they stood at a moment."""

    promises: tuple[Promise, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class NoticeRead:
    """The agent has read the notice or reminder on screen."""

    key: str


@dataclass(frozen=True, slots=True)
class MarkNotice:
    """Keep that the notice was read, by whoever is signed in."""

    key: str


@dataclass(frozen=True, slots=True)
class Announce:
    """Say `text` beside the tray icon, where the system has a way to."""

    text: str
