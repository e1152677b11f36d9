"""Whatever an agent presses and in whatever order answers come, what is shown and copied belongs to what was asked."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.card.answer import Answer, ContactView, Match, Result
from assistant.model.popup_messages import (
    Answered,
    Ask,
    AskCard,
    Back,
    CacheChanged,
    CardAnswered,
    Confirm,
    Copy,
    CopyPhone,
    Dismiss,
    FocusLost,
    Fold,
    Intent,
    Move,
    NextPhone,
    NodeOpened,
    OpenNode,
    OpenTree,
    Pick,
    Question,
    Ticked,
    Toggle,
    ToggleImportant,
    Typed,
    Unanswerable,
    Unfold,
    Unopenable,
)
from assistant.model.popup_model import PATIENCE_TICKS, update
from assistant.model.popup_state import State, phones
from assistant.tree.tree_answer import Opened, TreeAnswer, TreeQuestion
from assistant.tree.tree_nodes import Counts, Node, NodeKind, Page
from assistant.tree.tree_view import LINES

TEXTS = ("", "l", "lg", "lgq")


def numbered(text: str, count: int) -> Answer:
    """An answer whose phones name the text that was asked."""
    results = tuple(
        Result(
            kind="feeder",
            id=f"F{n}",
            code=None,
            name=text,
            score=1.0,
            match=Match("name"),
            branch=None,
            contacts=(ContactView("area_manager", "m", f"{text}|{n}"),),
            feeders=(),
            transformer_areas=(),
            state="normal",
            outages=(),
            customer=None,
            script="",
        )
        for n in range(count)
    )
    return Answer(text, 0.0, None, None, "live", results)


def node(key: str) -> Node:
    kind: NodeKind = "branch" if key.startswith("branch") else "feeder" if key.startswith("feeder") else "customer"
    return Node(key, kind, key.partition(":")[2], None, key, "normal", None, Counts())


def opened(question: TreeQuestion, count: int) -> TreeAnswer:
    """A branch above every feeder, customers below it; `count` pages in all."""
    page = int(question.after or 0)
    path: tuple[Node, ...]
    nodes: tuple[Node, ...]
    if question.key is None:
        path, nodes = (), (node("branch:B"),)
    elif question.key == "branch:B":
        path, nodes = (node("branch:B"),), tuple(node(f"feeder:F{n}") for n in range(page * 2, page * 2 + 2))
    elif question.key.startswith("feeder"):
        path = (node("branch:B"), node(question.key))
        nodes = tuple(node(f"customer:{question.key[7:]}-{page}-{n}") for n in range(3))
    else:
        path, nodes = (node("branch:B"), node("feeder:F0"), node(question.key)), ()
    following = str(page + 1) if nodes and page < count else None
    return TreeAnswer(question, 0.0, "2026-11-22T04:00:00Z", 0.0, "live", Opened(path, (), Page(nodes, following)))


def reply(question: Question, count: int) -> Intent:
    """What may come of a question; with a count of 0 it fails."""
    match question:
        case Ask(serial, text):
            return Answered(serial, text, numbered(text, count)) if count else Unanswerable(serial, text, "why")
        case OpenNode(serial, node_question):
            if count:
                return NodeOpened(serial, opened(node_question, count))
            return Unopenable(serial, node_question.key, "why", gone=serial % 2 == 0)
        case AskCard(serial, key):
            return CardAnswered(serial, key, numbered(key, min(1, count)))


PRESSES: st.SearchStrategy[Intent] = st.one_of(
    st.sampled_from([Toggle(), Dismiss(), FocusLost(), CopyPhone(), Confirm(), Back(), CacheChanged(), Ticked()]),
    st.sampled_from([OpenTree(), OpenTree(important=True), Unfold(), Fold(), ToggleImportant(), OpenTree("feeder:F1")]),
    st.sampled_from(TEXTS).map(Typed),
    st.integers(-20, 20).map(Move),
    st.integers(0, 12).map(Pick),
    st.integers(-9, 9).map(NextPhone),
)
TREE_PRESSES: st.SearchStrategy[Intent] = st.one_of(
    st.sampled_from([Unfold(), Fold(), ToggleImportant(), Confirm(), CopyPhone(), Ticked(), OpenTree()]),
    st.sampled_from([1, -1, 3, LINES, -LINES]).map(Move),
)
WAITING = st.tuples(st.sampled_from([0, 0, 0, 1, 2, 5]), st.sampled_from([1, 2, 3, 3, 0]))
"""Which of the last questions is answered now, and with how much."""
Happenings = list[Intent | tuple[int, int]]
WAY_TO_TREE: Happenings = [Toggle(), Typed("lg"), (0, 3), OpenTree(), (0, 3)]


@given(
    st.sampled_from([[], WAY_TO_TREE[:3], WAY_TO_TREE]),
    st.lists(st.one_of(TREE_PRESSES, WAITING, WAITING), max_size=30),
    st.lists(st.one_of(PRESSES, WAITING), max_size=30),
)
def test_what_is_shown_and_copied_belongs_to_what_was_asked(
    first: Happenings, in_tree: Happenings, anything: Happenings
) -> None:
    state, asked = State(), list[Question]([Ask(0, "never")])
    for happening in (*first, *in_tree, *anything):
        if isinstance(happening, tuple):
            which, count = happening
            intent = reply(asked[max(0, len(asked) - 1 - which)], count)
        else:
            intent = happening
        before = state
        state, effects = update(state, intent)
        asked += [effect for effect in effects if isinstance(effect, Ask | OpenNode | AskCard)]
        for effect in effects:
            if isinstance(effect, Copy):
                shown = before.tree.selected.key if before.tree else state.query
                assert effect.text.rpartition("|")[0] == shown
        check(state)


def check(state: State) -> None:
    if state.is_current and state.answer:
        assert state.answer.query == state.query
    assert 0 <= state.selected <= max(0, len(state.results) - 1)
    if state.on_card:
        assert 0 <= state.phone < max(1, len(phones(state.on_card)))
    view = state.tree
    if view is None:
        return
    spots = [line.spot for line in view.lines]
    assert len(set(spots)) == len(spots)
    if spots:
        assert view.selected in spots[view.top : view.top + LINES]
    if view.result:
        assert view.result.name == view.selected.key


@given(st.sampled_from(TEXTS))
def test_what_another_text_had_found_is_not_shown_for_long(text: str) -> None:
    older = State(visible=True, query="older", answered_text="older", answer=numbered("older", 3))
    state, _ = update(older, Typed(text))
    for _ in range(PATIENCE_TICKS):
        assert not state.is_current
        state, _ = update(state, Ticked())
    assert state.answer is None
