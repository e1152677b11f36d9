"""What a picture of the popup is made of: plain frozen rows and blocks with their words; nothing here knows of Tk."""

from dataclasses import dataclass
from typing import Literal

from assistant.model.popup_messages import Intent
from assistant.popup.theme import Tone


@dataclass(frozen=True, slots=True)
class Row:
    """One result in the list; `spans` of `name` are drawn bold.

    Attributes:
        tag: What it is, and in what it matches.
        weak: It is only like what was asked: drawn paler.
    """

    tag: str
    name: str
    spans: tuple[tuple[int, int], ...]
    under: str
    mark: str
    verdict: str
    tone: Tone
    weak: bool = False


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One line of the tree.

    Attributes:
        depth: How many nodes it is below.
        sign: Whether it is open, can be opened, or neither.
        more: It stands for others that follow.
    """

    depth: int
    sign: Literal["open", "closed", "none"]
    name: str
    under: str = ""
    mark: str = ""
    verdict: str = ""
    tone: Tone = "quiet"
    more: bool = False


@dataclass(frozen=True, slots=True)
class Title:
    """The head of the card: what it is, and the verdict."""

    name: str
    under: str
    mark: str
    verdict: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a section of the card."""

    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A label and its value."""

    label: str
    value: str
    tone: Tone = "text"


@dataclass(frozen=True, slots=True)
class Dial:
    """A phone that can be copied: the `index`-th of the card."""

    role: str
    name: str
    number: str
    index: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Supply:
    """A feeder or transformer area with its state; `key` opens the tree at it."""

    key: str
    name: str
    number: str
    mark: str
    verdict: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Window:
    """An outage window."""

    kind: str
    phase: str
    times: str
    reason: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do with a record, and the key for it."""

    text: str
    key: str
    intent: Intent


@dataclass(frozen=True, slots=True)
class Actions:
    """A line of actions to click on."""

    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """The sentence to read out."""

    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence in small print."""

    text: str
    tone: Tone = "quiet"


@dataclass(frozen=True, slots=True)
class Message:
    """What stands on the card when there is no result."""

    title: str
    hint: str
    tone: Tone = "quiet"


Block = Title | Heading | Line | Dial | Supply | Window | Actions | Script | Remark | Message


@dataclass(frozen=True, slots=True)
class Foot:
    """The bottom line."""

    as_of: str
    as_of_tone: Tone
    notice: str
    notice_tone: Tone
    hub: str
    hub_tip: str
    hub_tone: Tone
    hints: str
    hints_tip: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The left half: results, or the part of the tree that is on screen.

    Attributes:
        head: What stands over the rows; empty: nothing does, and they begin at the top.
        selected: Index into `rows`.
        seen: From where to where of all there is, 0 to 1.
        in_tree: The keys go to the tree, not to the entry.
    """

    rows: tuple[Row | TreeRow, ...] = ()
    selected: int = 0
    head: str = ""
    head_tone: Tone = "quiet"
    seen: tuple[float, float] = (0.0, 1.0)
    in_tree: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """A notice above the results; `key` is its id, `mark` says how urgent it is."""

    key: str
    mark: str
    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn."""

    listing: Listing
    card: tuple[Block, ...]
    foot: Foot
    strip: Strip | None = None
