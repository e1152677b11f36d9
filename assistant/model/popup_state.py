"""All that the popup shows at a moment, and what follows from that alone."""

from dataclasses import dataclass, field, replace

from assistant.card.answer import Answer, Result
from assistant.model.notice_messages import Posted
from assistant.model.popup_messages import Effect
from assistant.model.reveal_view import RevealView, uncovered
from assistant.tree.tree_view import TreeView
from data.outages.promises import Promise

NOTICE_TICKS = 5
"""A notice goes after this many seconds."""


@dataclass(frozen=True, slots=True)
class Habits:
    """When an agent wants the popup to hide by itself."""

    hide_on_focus_loss: bool = True
    hide_after_copy: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A passing remark in the foot: `key` of `assistant.words.wording`, under `notice.`, and what it is about."""

    key: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be copied: `role` of `assistant.words.wording`, under `role.`."""

    role: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class State:
    """All that the popup shows.

    Attributes:
        asked: Serial number of the newest question.
        answered: Serial number of the question that `answer` belongs to.
        answered_text: The text that `answer` belongs to.
        selected: Index into the answer's results.
        phone: Index into `phones(selected result)`.
        overdue: Seconds for which the answer to the shown text has been waited for.
        tree: The supply tree, which stands where the results would.
        copy_awaits: Enter was pressed before the answer to the shown text had come.
        status_shown: The status page stands where the card would.
        hub_connected: None until anything was heard of the hub.
        cache_damaged: The data of this PC is known to be damaged.
        unsent: Entries of this PC that the hub does not have yet.
        refused: Entries of this PC that the hub has refused, or holds until a person has settled a conflict.
        person: Who is signed in at this PC.
        sign_in_required: Somebody has to be before it answers.
        problem: Why the newest question could not be answered.
        reveal: The phone that is shown for a minute, or is about to be.
        promises: Of windows that go on or are to come.
        reminded: Of which of them the agent has marked the reminder read.
        posted: The notices of this PC, in the order in which they are shown.
        announced: Ids of the urgent ones that were announced.
    """

    habits: Habits = field(default_factory=Habits)
    visible: bool = False
    query: str = ""
    asked: int = 0
    answered: int = 0
    answered_text: str = ""
    answer: Answer | None = None
    selected: int = 0
    phone: int = 0
    notice: Notice | None = None
    notice_ticks: int = 0
    copy_awaits: bool = False
    overdue: int = 0
    tree: TreeView | None = None
    hub_connected: bool | None = None
    cache_damaged: bool = False
    outage_active: bool = False
    unsent: int = 0
    refused: int = 0
    status_shown: bool = False
    person: str | None = None
    sign_in_required: bool = False
    problem: str | None = None
    reveal: RevealView | None = None
    promises: tuple[Promise, ...] = ()
    reminded: frozenset[str] = frozenset()
    posted: tuple[Posted, ...] = ()
    announced: frozenset[str] = frozenset()

    @property
    def results(self) -> tuple[Result, ...]:
        """The results on screen, best first."""
        return self.answer.results if self.answer else ()

    @property
    def chosen(self) -> Result | None:
        """The selected result, or None when there is none."""
        return self.results[self.selected] if self.results else None

    @property
    def on_card(self) -> Result | None:
        """The record whose card is shown: of the selected result, or of the tree where that is open."""
        return self.tree.result if self.tree else uncovered(self.chosen, self.reveal)

    @property
    def is_current(self) -> bool:
        """Whether the answer on screen belongs to the text on screen."""
        return self.answer is not None and self.answered_text == self.query


Step = tuple[State, tuple[Effect, ...]]


def phones(result: Result) -> tuple[Phone, ...]:
    """The numbers on a card that can be copied, in Tab order: contacts, branch, then the customer's if not masked."""
    found = [Phone(contact.role, contact.name, contact.phone) for contact in result.contacts if contact.phone]
    if result.branch and result.branch.phone:
        found.append(Phone("branch", result.branch.name, result.branch.phone))
    customer = result.customer
    if customer and customer.phone and "phone" not in customer.masked:
        found.append(Phone("customer", result.name, customer.phone))
    return tuple(found)


def hidden(state: State) -> State:
    """The state with the popup out of sight."""
    return replace(state, visible=False, notice=None, copy_awaits=False, status_shown=False, tree=None)


def noticed(state: State, key: str, value: str = "") -> State:
    """The state with a notice in the foot."""
    return replace(state, notice=Notice(key, value), notice_ticks=NOTICE_TICKS)


def same_phone(before: State, after: State) -> State:
    """`after` with the phone selected that was selected before, the first one where it is not there any more."""
    if before.on_card is None or after.on_card is None:
        return replace(after, phone=0)
    old, new = phones(before.on_card), phones(after.on_card)
    kept = old[before.phone] if old else None
    return replace(after, phone=new.index(kept) if kept in new else 0)
