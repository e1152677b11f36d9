"""What a person or the surroundings want of the popup (intents), and what it then wants done (effects)."""

from dataclasses import dataclass

from assistant.answer import Answer


@dataclass(frozen=True, slots=True)
class Toggle:
    """The hotkey, the tray icon, or a second instance."""


@dataclass(frozen=True, slots=True)
class Open:
    """Show the popup with its last query selected."""


@dataclass(frozen=True, slots=True)
class OpenStatus:
    """Show the status page."""


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Esc, or the window's close button."""


@dataclass(frozen=True, slots=True)
class FocusLost:
    """Another window has the keyboard now."""


@dataclass(frozen=True, slots=True)
class Pop:
    """A call came in: show what is known of its number."""

    number: str


@dataclass(frozen=True, slots=True)
class Typed:
    """The entry holds `text` now."""

    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The worker answered question `serial`, which asked `text`."""

    serial: int
    text: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """Question `serial` failed for `reason`."""

    serial: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """Selects the result `step` rows further down."""

    step: int


@dataclass(frozen=True, slots=True)
class Pick:
    """Selects the result at `index`."""

    index: int


@dataclass(frozen=True, slots=True)
class NextPhone:
    """Selects the phone `step` further, round and round."""

    step: int


@dataclass(frozen=True, slots=True)
class CopyPhone:
    """Copies the phone at `index`, or the selected one."""

    index: int | None = None


@dataclass(frozen=True, slots=True)
class CopyScript:
    """Copies the sentence to read out."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """A second went by while the popup was visible."""


@dataclass(frozen=True, slots=True)
class CacheChanged:
    """The data may answer differently now."""


@dataclass(frozen=True, slots=True)
class HubSeen:
    """The hub was lost or is back."""

    connected: bool


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was learned of the agent's choices is gone, as the agent wished."""


@dataclass(frozen=True, slots=True)
class CacheSeen:
    """The data of this PC was found damaged, or is whole again."""

    damaged: bool


@dataclass(frozen=True, slots=True)
class OutageSeen:
    """Whether any outage is going on in the data of this PC."""

    active: bool


Intent = (
    Toggle
    | Open
    | OpenStatus
    | Dismiss
    | FocusLost
    | Pop
    | Typed
    | Answered
    | Unanswerable
    | Move
    | Pick
    | NextPhone
    | CopyPhone
    | CopyScript
    | Ticked
    | CacheChanged
    | HubSeen
    | CacheSeen
    | Forgotten
    | OutageSeen
)


@dataclass(frozen=True, slots=True)
class Ask:
    """Have `text` answered; a newer question makes this one needless."""

    serial: int
    text: str


@dataclass(frozen=True, slots=True)
class ShowWindow:
    """Show, raise and focus the window; select the entry's text."""


@dataclass(frozen=True, slots=True)
class HideWindow:
    """Hide the window; `give_back`: return the focus to the window that had it."""

    give_back: bool


@dataclass(frozen=True, slots=True)
class SetText:
    """Put `text` into the entry."""

    text: str


@dataclass(frozen=True, slots=True)
class Copy:
    """Put `text` on the clipboard."""

    text: str


Effect = Ask | ShowWindow | HideWindow | SetText | Copy
