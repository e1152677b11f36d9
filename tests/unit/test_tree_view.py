"""The popup walks the tree of a small network: every question is answered by the real tree, at once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.card.answer import Answer, Match, Result, SupplyView
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
    Effect,
    Fold,
    Intent,
    Move,
    NodeOpened,
    OpenNode,
    OpenTree,
    Pick,
    Ticked,
    Toggle,
    ToggleImportant,
    Typed,
    Unfold,
    Unopenable,
)
from assistant.model.popup_model import update
from assistant.model.popup_state import Notice, State
from assistant.tree.tree import SupplyTree
from assistant.tree.tree_answer import Opened, TreeAnswer, TreeQuestion, open_node
from assistant.tree.tree_view import LINES, TreeView
from data.errors import NotFoundError
from tests.caches import Rows, cache_of
from tests.stores import NOON
from tests.unit.test_popup_model import result
from tests.unit.test_tree import ROWS, tree

MANY = 250
ON_ONE: Rows = [("customer", {"id": f"D{n:04}", "name": f"户{n}", "transformer_area": "T3"}) for n in range(MANY)]
IMPORTANT: Rows = [
    ("customer", {"id": f"E{n:04}", "name": f"重要户{n}", "transformer_area": "T2", "importance": "second"})
    for n in range(MANY)
]


def found(kind: str, identity: str, **more: object) -> Result:
    return replace(result(identity, "13900000001", kind=kind), match=Match("number"), **more)  # type: ignore[arg-type]  # the tests know the fields


class Agent:
    """A popup whose questions are answered at once, unless it is told to `hold` them."""

    def __init__(self, network: SupplyTree, *results: Result) -> None:
        self.network = network
        self.results = results
        self.hold = False
        self.held: list[Effect] = []
        self.copied: list[str] = []
        self.state = State()
        self.does(Toggle(), Typed("lgq"))

    def does(self, *intents: Intent) -> None:
        for intent in intents:
            self.state, effects = update(self.state, intent)
            self.copied += [effect.text for effect in effects if isinstance(effect, Copy)]
            if self.hold:
                self.held += effects
            else:
                self.answer(effects)

    def answer(self, effects: "list[Effect] | tuple[Effect, ...]") -> None:
        for effect in effects:
            match effect:
                case Ask(serial, text):
                    self.does(Answered(serial, text, self.answer_of(*self.results)))
                case OpenNode(serial, question):
                    self.does(self.opened(serial, question))
                case AskCard(serial, key):
                    self.does(CardAnswered(serial, key, self.answer_of(found("feeder", key))))

    def opened(self, serial: int, question: TreeQuestion) -> Intent:
        try:
            opened = open_node(self.network, question, NOON)
        except NotFoundError as gone:
            return Unopenable(serial, question.key, str(gone), gone=True)
        return NodeOpened(serial, TreeAnswer(question, 1.0, "2026-11-22T04:00:00Z", 1.0, "live", opened))

    @staticmethod
    def answer_of(*results: Result) -> Answer:
        return Answer("lgq", 1.0, "2026-11-22T04:00:00Z", 1.0, "live", results)

    @property
    def view(self) -> TreeView:
        assert self.state.tree
        return self.state.tree

    @property
    def shown(self) -> list[str]:
        """The lines: keys, indented; `…` for more."""
        return [f"{'  ' * line.depth}{'…' if line.spot.more else line.spot.key}" for line in self.view.lines]

    @property
    def at(self) -> str | None:
        return "…" if self.view.selected.more else self.view.selected.key


@pytest.fixture
def network(tmp_path: Path) -> Iterator[SupplyTree]:
    with_many = cache_of(tmp_path / "cache.db", [*ROWS, *ON_ONE, *IMPORTANT])
    yield tree(with_many)
    with_many.close()


WAY_TO_F1 = [
    "branch:B0",
    "  branch:B1",
    "    branch:B2",
    "      substation:B2/66kV 连山变电站",
    "        feeder:F1",
    "          transformer_area:T1",
    "          transformer_area:T2",
    "          straight:F1",
    "        …",
    "      …",
    "    …",
    "  …",
    "…",
]


@pytest.fixture
def agent(network: SupplyTree) -> Agent:
    """At feeder F1."""
    agent = Agent(network, found("feeder", "F1"))
    agent.does(OpenTree())
    return agent


def test_the_tree_opens_at_the_selected_record_with_the_way_down_to_it(agent: Agent) -> None:
    assert agent.shown == WAY_TO_F1
    assert agent.at == "feeder:F1"


def test_the_others_beside_the_way_down_come_when_they_are_asked_for(agent: Agent) -> None:
    agent.does(Move(4), Unfold())
    assert agent.shown[4:9] == [
        "        feeder:F2",
        "        feeder:F1",
        "          transformer_area:T1",
        "          transformer_area:T2",
        "          straight:F1",
    ]
    assert agent.at == "feeder:F2"


def test_right_opens_steps_in_and_left_closes_and_goes_up(agent: Agent) -> None:
    agent.does(Move(1))
    assert agent.at == "transformer_area:T1"
    agent.does(Unfold())
    assert agent.shown[5:8] == ["          transformer_area:T1", "            customer:C1", "            customer:C2"]
    agent.does(Unfold())
    assert agent.at == "customer:C1"
    agent.does(Unfold())
    assert agent.at == "customer:C1"
    agent.does(Fold())
    assert agent.at == "transformer_area:T1"
    agent.does(Fold())
    assert agent.shown == WAY_TO_F1
    agent.does(Fold())
    assert agent.at == "feeder:F1"
    agent.does(Fold(), Fold(), Fold())
    assert agent.at == "substation:B2/66kV 连山变电站"
    agent.does(Fold())
    assert agent.at == "branch:B2"
    agent.does(*[Fold()] * 9)
    assert (agent.shown, agent.at) == (["branch:B0", "…"], "branch:B0")


def test_what_was_closed_opens_again_without_a_question(agent: Agent) -> None:
    agent.does(Fold())
    agent.hold = True
    agent.does(Unfold())
    assert agent.held == []
    assert agent.shown == WAY_TO_F1


def test_a_customers_place_is_shown_with_its_windows_and_feeder_above_it(network: SupplyTree) -> None:
    agent = Agent(network, found("customer", "C1"))
    agent.does(OpenTree())
    assert agent.at == "customer:C1"
    agent.does(*[Fold()] * 3)
    assert agent.at == "feeder:F1"
    assert "customer:C1" in agent.view.windows


def test_page_down_reads_on_a_hundred_at_a_time_to_the_last(network: SupplyTree) -> None:
    agent = Agent(network, found("transformer_area", "T3"))
    agent.does(OpenTree())

    def customers() -> int:
        return sum(line.lstrip().startswith("customer:") for line in agent.shown)

    counts = [customers()]
    for _ in range(30):
        agent.does(Move(LINES))
        counts.append(customers())
    assert sorted(set(counts)) == [100, 200, MANY + 1]
    listed = [line.strip() for line in agent.shown if line.strip().startswith("customer:")]
    assert listed == sorted(listed)
    assert len(set(listed)) == MANY + 1


def test_the_selected_line_is_always_on_screen(network: SupplyTree) -> None:
    agent = Agent(network, found("transformer_area", "T3"))
    agent.does(OpenTree())
    for step in (1, 1, LINES, LINES, LINES, -1, -LINES, 300, -2, -300):
        agent.does(Move(step))
        seen = agent.view.lines[agent.view.top : agent.view.top + LINES]
        assert agent.view.selected in [line.spot for line in seen]
        assert len(seen) == LINES


def test_only_the_important_customers_are_shown_and_then_everything_again(agent: Agent) -> None:
    agent.does(ToggleImportant())
    assert agent.shown[:4] == ["feeder:F1", "  customer:C5", "  customer:E0000", "  customer:E0001"]
    assert agent.shown[-1] == "  …"
    agent.does(Move(999), Unfold())
    assert agent.at == "customer:E0099"
    agent.does(ToggleImportant())
    assert (agent.shown, agent.at) == (WAY_TO_F1, "feeder:F1")


def test_the_important_customers_of_a_feeder_can_be_opened_at_once(network: SupplyTree) -> None:
    agent = Agent(network, found("feeder", "F2"))
    agent.does(OpenTree(important=True))
    assert agent.shown == ["feeder:F2", "  customer:C4"]
    agent.does(Move(1), OpenTree())
    assert agent.at == "customer:C4"
    assert len(agent.shown) > 5


def test_enter_shows_the_card_of_the_node_and_then_copies_its_phone(agent: Agent) -> None:
    agent.does(Confirm())
    assert agent.state.on_card
    agent.does(Confirm())
    assert agent.copied == ["13900000001"]
    agent.does(Move(1))
    assert agent.state.on_card is None
    agent.does(CopyPhone())
    assert agent.state.notice == Notice("no_phone")


def test_enter_on_what_has_no_card_opens_it(agent: Agent) -> None:
    agent.does(Move(3), Confirm())
    assert agent.state.on_card is None
    assert agent.view.selected.key == "straight:F1"
    assert "            customer:C3" in agent.shown


def test_a_click_selects_and_a_second_one_opens_and_closes(agent: Agent) -> None:
    agent.does(Pick(5))
    assert agent.at == "transformer_area:T1"
    agent.does(Pick(5))
    assert "            customer:C1" in agent.shown
    agent.does(Pick(5))
    assert agent.shown == WAY_TO_F1
    agent.does(Pick(99))
    assert agent.at == "transformer_area:T1"


def test_esc_goes_back_to_the_list_and_the_text_is_kept(agent: Agent) -> None:
    agent.does(Back())
    assert (agent.state.tree, agent.state.query, agent.state.visible) == (None, "lgq", True)
    agent.does(Back())
    assert not agent.state.visible


def test_typing_closes_the_tree(agent: Agent) -> None:
    agent.does(Typed("lgqx"))
    assert (agent.state.tree, agent.state.query) == (None, "lgqx")


def test_an_answer_that_comes_when_another_node_is_shown_is_dropped(agent: Agent) -> None:
    agent.hold = True
    agent.does(Move(1), Unfold(), OpenTree("feeder:F2"))
    late, newest = (effect for effect in agent.held if isinstance(effect, OpenNode))
    agent.hold = False
    before = agent.state
    agent.answer([late])
    assert agent.state == before
    agent.answer([newest])
    assert agent.at == "feeder:F2"


def test_an_answer_that_comes_when_the_tree_is_closed_is_dropped(agent: Agent) -> None:
    agent.hold = True
    agent.does(Move(1), Unfold(), Back())
    agent.hold = False
    before = agent.state
    agent.answer([effect for effect in agent.held if isinstance(effect, OpenNode)])
    assert agent.state == before
    agent.answer([effect for effect in agent.held if isinstance(effect, Ask)])
    assert agent.state.is_current


def test_a_record_that_is_gone_is_said(network: SupplyTree) -> None:
    agent = Agent(network, found("feeder", "F9"))
    agent.does(OpenTree())
    assert (agent.view.trouble, agent.shown) == ("gone", [])
    agent.does(Move(1), Unfold(), Fold(), ToggleImportant(), Confirm(), Pick(0), CopyPhone())
    assert agent.view.trouble == "gone"


def test_a_node_that_goes_while_it_is_shown_leaves_the_others(agent: Agent) -> None:
    agent.does(Move(2))
    agent.hold = True
    agent.does(Unfold())
    (asked,) = (effect for effect in agent.held if isinstance(effect, OpenNode))
    agent.does(Unopenable(asked.serial, asked.question.key, "gone", gone=True))
    assert agent.state.notice == Notice("gone")
    assert agent.at == "transformer_area:T1"
    assert "          transformer_area:T2" not in agent.shown


def test_a_tree_that_cannot_be_read_says_why_and_comes_back(agent: Agent) -> None:
    agent.hold = True
    agent.does(CacheChanged())
    (asked,) = (effect for effect in agent.held if isinstance(effect, OpenNode))
    agent.does(Unopenable(asked.serial, asked.question.key, "damaged", gone=False))
    assert (agent.view.trouble, agent.view.reason) == ("unreadable", "damaged")
    agent.hold = False
    agent.does(Ticked())
    assert agent.view.trouble is None
    assert agent.shown == WAY_TO_F1


def test_time_and_changes_bring_the_tree_up_to_date_and_move_nothing(network: SupplyTree) -> None:
    agent = Agent(network, found("transformer_area", "T3"))
    agent.does(OpenTree(), Move(LINES), Move(LINES), Unfold(), Confirm())
    before = agent.shown, agent.at, agent.view.top
    for _ in range(6):
        agent.does(CacheChanged(), Ticked())
    assert (agent.shown, agent.at, agent.view.top) == before
    assert agent.state.on_card


def test_changes_that_come_faster_than_answers_do_not_give_them_up(agent: Agent) -> None:
    agent.does(Confirm())
    agent.hold = True
    agent.does(*[CacheChanged()] * 5)
    assert len(agent.held) == 1


def test_an_outage_turns_the_lines_above_it_red_within_a_few_seconds(agent: Agent, tmp_path: Path) -> None:
    later = cache_of(tmp_path / "later.db", ROWS)
    agent.network = tree(later, ("transformer_area", "T1"))
    agent.does(*[Ticked()] * 3)
    states = {key: node.state for key, node in agent.view.nodes.items()}
    assert states["transformer_area:T1"] == "outage"
    assert {states[key] for key in ("feeder:F1", "branch:B2", "branch:B0")} == {"partial_outage"}
    later.close()


def test_an_area_opens_at_the_feeder_that_supplies_most_of_it(network: SupplyTree) -> None:
    area = found("area", "211402201", feeders=(SupplyView("F2", "616", "10kV高桥线", "normal"),))
    agent = Agent(network, area)
    agent.does(OpenTree())
    assert agent.at == "feeder:F2"


def test_an_area_without_supply_data_has_no_place_in_the_tree(network: SupplyTree) -> None:
    agent = Agent(network, found("area", "211402201"))
    agent.does(OpenTree())
    assert agent.state.tree is None
    assert agent.state.notice == Notice("no_place")


def test_without_a_cache_the_tree_waits_for_one(network: SupplyTree) -> None:
    agent = Agent(network, found("feeder", "F1"))
    agent.hold = True
    agent.does(OpenTree())
    (asked,) = (effect for effect in agent.held if isinstance(effect, OpenNode))
    agent.does(NodeOpened(asked.serial, TreeAnswer(asked.question, 0.0, None, None, "stale", Opened())))
    assert (agent.shown, agent.view.as_of) == ([], None)
    agent.hold = False
    agent.does(Ticked())
    assert agent.shown == WAY_TO_F1
