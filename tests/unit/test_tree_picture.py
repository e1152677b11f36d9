"""What is drawn of the tree, in words."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.model.popup_messages import Confirm, Fold, Move, NodeOpened, OpenTree, ToggleImportant, Unopenable
from assistant.popup.blocks import Actions, Heading, Line, Message, Picture, Remark, Title, TreeRow, Window
from assistant.popup.picture import Facts, picture
from assistant.tree.tree_answer import Opened, TreeAnswer
from assistant.tree.tree_view import LINES
from assistant.words.wording import Words
from tests.caches import cache_of
from tests.stores import NOON
from tests.unit.test_tree import ROWS, tree
from tests.unit.test_tree_view import Agent, found


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    """At feeder F1, of which a transformer area is out."""
    connection = cache_of(tmp_path / "cache.db", ROWS)
    agent = Agent(tree(connection, ("transformer_area", "T1")), found("feeder", "F1"))
    agent.does(OpenTree())
    yield agent
    connection.close()


def drawn(agent: Agent, language: str = "zh") -> Picture:
    return picture(agent.state, Facts(), Words("en" if language == "en" else "zh"), NOON)


def rows(agent: Agent) -> list[TreeRow]:
    return [row for row in drawn(agent).listing.rows if isinstance(row, TreeRow)]


def test_a_line_says_what_it_is_what_is_below_it_and_what_state_it_is_in(agent: Agent) -> None:
    feeder = rows(agent)[4]
    assert (feeder.name, feeder.under) == ("6021 10kV塔山线", "台区 2 · 客户 4 · 重要 1 · 高危 2 · 敏感 1")
    assert (feeder.mark, feeder.verdict, feeder.tone) == ("◐", "部分停电 1/2", "bad")
    assert (feeder.depth, feeder.sign) == (4, "open")


def test_what_is_normal_has_its_sign_alone(agent: Agent) -> None:
    normal = rows(agent)[6]
    assert (normal.name, normal.mark, normal.verdict, normal.under) == ("T2 塔山2号公变", "✓", "", "客户 0")


def test_a_customer_shows_what_is_to_be_minded(agent: Agent) -> None:
    agent.does(OpenTree("customer:C5"))
    customer = next(row for row in rows(agent) if row.name.startswith("C5"))
    assert customer.under == "特级 · 高危客户"
    assert customer.sign == "none"


def test_what_is_beside_the_way_down_is_called_by_its_kind(agent: Agent) -> None:
    assert [row.name for row in rows(agent) if row.more] == ["…其他线路", "…其他变电站"]


def test_only_the_lines_on_screen_are_drawn_and_the_bar_says_where_they_are(agent: Agent) -> None:
    listing = drawn(agent).listing
    assert len(listing.rows) == LINES
    assert listing.seen == (0.0, LINES / 13)
    agent.does(Move(99))
    listing = drawn(agent).listing
    assert (listing.selected, listing.seen) == (LINES - 1, (3 / 13, 1.0))


def test_the_card_beside_the_tree_tells_the_windows_and_what_is_below(agent: Agent) -> None:
    card = drawn(agent).card
    way_down = "葫芦岛供电公司 › 连山供电分公司 › 塔山供电所 › 66kV 连山变电站"
    assert card[0] == Title("10kV塔山线", f"线路   6021   {way_down}", "◐", "部分停电", "bad")
    assert card[1] == Remark("1/2 个台区受影响", "bad")
    assert isinstance(card[2], Actions)
    assert any(isinstance(block, Window) and block.reason == "雷击" for block in card)
    assert Line("客户", "4") in card
    assert Heading("下辖") in card


def test_the_important_customers_have_their_own_head_and_a_way_back(agent: Agent) -> None:
    agent.does(ToggleImportant())
    listing = drawn(agent).listing
    assert listing.head == "重要、高危和敏感客户"
    names = [row.name for row in listing.rows if isinstance(row, TreeRow)]
    assert names == ["6021 10kV塔山线", "C5 矿业公司", "C3 塔山水泥厂", "C2 李娜"]
    actions = next(block for block in drawn(agent).card if isinstance(block, Actions))
    assert actions.actions[0].text == "全部"


def test_where_there_are_no_important_customers_it_says_so(agent: Agent) -> None:
    agent.does(OpenTree("transformer_area:T2", important=True))
    assert Remark("这里没有重要、高危或敏感客户") in drawn(agent).card


def test_stale_data_never_says_a_bare_normal_in_the_tree_either(agent: Agent) -> None:
    assert agent.state.tree
    agent.state = replace(agent.state, tree=replace(agent.state.tree, freshness="stale"))
    assert {row.verdict.partition(" ")[0] for row in rows(agent) if not row.more} == {
        "部分停电·未确认",
        "停电·未确认",
        "正常·未确认",
    }
    assert "未确认" in drawn(agent).foot.as_of


def test_the_foot_tells_the_keys_of_what_is_shown(agent: Agent) -> None:
    assert "I 重要客户" in drawn(agent).foot.hints
    agent.does(Fold())
    assert "I important" in drawn(agent, "en").foot.hints


def test_every_line_of_the_tree_can_be_drawn_in_both_languages(agent: Agent) -> None:
    for _ in range(20):
        assert drawn(agent).card
        assert drawn(agent, "en").card
        agent.does(Confirm(), Move(1))


@pytest.mark.parametrize(
    ("gone", "title"), [(True, "本机数据里已没有这条记录"), (False, "线路树打不开")], ids=["gone", "unreadable"]
)
def test_a_tree_that_does_not_open_says_why(agent: Agent, gone: bool, title: str) -> None:  # noqa: FBT001 - a parameter of pytest's
    agent.hold = True
    agent.does(OpenTree("feeder:F9"), Unopenable(agent.state.asked + 1, "feeder:F9", "why", gone=gone))
    (message,) = drawn(agent).card
    assert isinstance(message, Message)
    assert message.title == title
    assert drawn(agent).listing.rows == ()


def test_without_a_cache_the_tree_says_that_there_is_no_data_yet(agent: Agent) -> None:
    agent.hold = True
    agent.does(OpenTree("feeder:F2"))
    asked = agent.view.awaited
    assert asked
    agent.does(NodeOpened(agent.state.asked, TreeAnswer(asked, 0.0, None, None, "stale", Opened())))
    (message,) = drawn(agent).card
    assert isinstance(message, Message)
    assert message.title == "还没有数据"
