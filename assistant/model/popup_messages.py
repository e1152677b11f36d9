"""What a person or the surroundings want of the popup (intents), and what it then wants done (effects)."""

from dataclasses import dataclass, field

from assistant.card.answer import Answer
from assistant.forms.messages import FormClosed, FormWanted, ShowForm
from assistant.model.notice_messages import Announce, MarkNotice, NoticeRead, NoticesSeen, PromisesSeen
from assistant.tree.tree_answer import TreeAnswer, TreeQuestion


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
    """The window's close button."""


@dataclass(frozen=True, slots=True)
class Back:
    """Esc: from the tree to the list, from the list away."""


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
class NodeOpened:
    """The worker answered question `serial` of the tree."""

    serial: int
    answer: TreeAnswer


@dataclass(frozen=True, slots=True)
class CardAnswered:
    """The worker answered question `serial`, for the card of node `key`."""

    serial: int
    key: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Unopenable:
    """Question `serial` for node `key` failed; `gone`: because there is no such node."""

    serial: int
    key: str | None
    reason: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Move:
    """Selects what is `step` rows further down, of the list or of the tree."""

    step: int


@dataclass(frozen=True, slots=True)
class Pick:
    """Selects the row at `index`, of the list or of the tree as it is shown."""

    index: int


@dataclass(frozen=True, slots=True)
class OpenTree:
    """Shows the supply tree.

    Attributes:
        key: Of the node to show; None for the selected one, of the list or of the tree.
        important: Shows the important, high-risk and sensitive customers below it, not what is right below it.
    """

    key: str | None = None
    important: bool = False


@dataclass(frozen=True, slots=True)
class Unfold:
    """Opens the selected node, or steps into it where it is open."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Closes the selected node, or goes to the one above it where it is closed."""


@dataclass(frozen=True, slots=True)
class ToggleImportant:
    """Shows only the important customers below the selected node, or everything again."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """Enter: copies the selected phone; in the tree, first shows the card of the selected node."""


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
    """Copies the sentence to read out, in Chinese or in English."""

    english: bool = False


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


@dataclass(frozen=True, slots=True)
class OutboxSeen:
    """How many entries of this PC the hub does not have yet, and how many it refused or holds for a person."""

    unsent: int
    refused: int


@dataclass(frozen=True, slots=True)
class ShiftSeen:
    """Who is signed in at this PC, and whether somebody has to be before it answers."""

    person: str | None
    required: bool


@dataclass(frozen=True, slots=True)
class OpenShift:
    """Show the window in which a person signs in or hands over."""


@dataclass(frozen=True, slots=True)
class MapWanted:
    """Show on the hub's map where the record in front of the agent is."""


@dataclass(frozen=True, slots=True)
class RevealWanted:
    """Show the masked phone of the selected customer; first it is asked what for."""


@dataclass(frozen=True, slots=True)
class RevealFor:
    """It is needed for this reason of `data.privacy.reveal_reasons`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Revealed:
    """The hub has told the value; empty where there is none."""

    customer: str
    value: str = field(repr=False)
    shown_for_s: int


@dataclass(frozen=True, slots=True)
class NotRevealed:
    """The hub has not told it, and why."""

    customer: str
    why: str


Reply = Answered | Unanswerable | NodeOpened | CardAnswered | Unopenable

Intent = (
    Toggle
    | Open
    | OpenStatus
    | Dismiss
    | Back
    | FocusLost
    | Pop
    | Typed
    | Reply
    | Move
    | Pick
    | OpenTree
    | Unfold
    | Fold
    | ToggleImportant
    | Confirm
    | NextPhone
    | CopyPhone
    | CopyScript
    | Ticked
    | CacheChanged
    | HubSeen
    | CacheSeen
    | Forgotten
    | OutageSeen
    | OutboxSeen
    | ShiftSeen
    | OpenShift
    | MapWanted
    | RevealWanted
    | RevealFor
    | Revealed
    | NotRevealed
    | NoticesSeen
    | PromisesSeen
    | NoticeRead
    | FormWanted
    | FormClosed
)


@dataclass(frozen=True, slots=True)
class Ask:
    """Have `text` answered; a newer question of any kind makes this one needless."""

    serial: int
    text: str


@dataclass(frozen=True, slots=True)
class OpenNode:
    """Have a node of the tree opened; else as `Ask`."""

    serial: int
    question: TreeQuestion


@dataclass(frozen=True, slots=True)
class AskCard:
    """Have the card of node `key` made; else as `Ask`."""

    serial: int
    key: str


Question = Ask | OpenNode | AskCard


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


@dataclass(frozen=True, slots=True)
class ShowMap:
    """Open the hub's map at a record, in the browser."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class ShowShift:
    """Show the window for signing in."""


@dataclass(frozen=True, slots=True)
class AskReveal:
    """Have the hub asked for a masked value of a customer."""

    customer: str
    field: str
    reason: str


Effect = (
    Question
    | ShowWindow
    | HideWindow
    | SetText
    | Copy
    | ShowShift
    | ShowMap
    | AskReveal
    | ShowForm
    | MarkNotice
    | Announce
)
