"""No template says more than what is known, whatever is written in it and whatever is known."""

from datetime import time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from data.kinds import CAUSES, OUTAGE_KINDS
from data.outages.timetable import Timetable
from data.outages.windows import OutageWindow, Restoration, ScopeItem, State, Verdict
from data.scripts.cases import CASES, FACTS
from data.scripts.scripts import Scripts
from data.scripts.situation import Asked, situation_of
from data.scripts.speaking import LANGUAGES
from data.scripts.template import Template, check
from tests.stores import NOON

LITERAL = st.text("甲乙丙，。 ", max_size=5)
VALUE = st.text("XYZ[]{}0", min_size=1, max_size=6)
"""No character of a literal is in a value, so that the two can be told apart; what looks like a template may be."""


@st.composite
def told(draw: st.DrawFn) -> tuple[str, Template, dict[str, str]]:
    """A text that is a template for some case, and facts that may be known in it."""
    case = CASES[name := draw(st.sampled_from(sorted(CASES)))]
    always = st.sampled_from(sorted(case.always)).map("{{{}}}".format)
    perhaps = st.sampled_from(sorted(case.always | case.sometimes)).map("{{{}}}".format)
    optional = st.tuples(LITERAL, perhaps, LITERAL, perhaps).map(lambda parts: f"[{''.join(parts)}]")
    text = "甲" + "".join(draw(st.lists(LITERAL | always | optional, max_size=12)))
    known = draw(st.sets(st.sampled_from(sorted(case.sometimes))))
    facts = {fact: draw(VALUE) for fact in sorted(case.always | known)}
    return text, check(text, name), facts


def oracle(text: str, facts: dict[str, str]) -> str:
    """By replacing alone: optional parts that lack a fact go, then names become values, all at once."""
    said = ""
    for chunk in text.replace("[", "\0[").replace("]", "\0").split("\0"):
        missing = [name for name in FACTS if f"{{{name}}}" in chunk and name not in facts]
        if chunk.startswith("[") and missing:
            continue
        pieces = chunk.removeprefix("[").split("{")
        said += pieces[0] + "".join(facts[piece.split("}")[0]] + piece.split("}")[1] for piece in pieces[1:])
    return said


@given(told())
def test_what_is_said_is_the_template_and_the_facts_and_nothing_else(
    case: tuple[str, Template, dict[str, str]],
) -> None:
    text, template, facts = case
    said = template.fill(facts)
    assert said == oracle(text, facts)
    assert "None" not in said
    for character in said:
        assert character in text or any(character in value for value in facts.values())


HOURS = st.integers(-60, 60).map(lambda hours: NOON + timedelta(hours=hours, minutes=7))


@st.composite
def windows(draw: st.DrawFn) -> OutageWindow:
    """Any window, over or not, with few or many facts."""
    start, length = draw(HOURS), draw(st.integers(1, 80))
    off, on = draw(st.lists(st.integers(0, 23), min_size=2, max_size=2, unique=True))
    return OutageWindow(
        id="w",
        kind=draw(st.sampled_from(sorted(OUTAGE_KINDS))),
        start=start,
        etr=start + timedelta(hours=length),
        reason="树障",
        scope=(ScopeItem("feeder", "F1"),),
        revisions=(),
        hold=draw(st.booleans()),
        restorations=draw(st.sampled_from([(), (Restoration(ScopeItem("transformer_area", "T1"), NOON),)])),
        restored_at=draw(st.none() | HOURS),
        started_at=draw(st.none() | HOURS.filter(lambda at: at < start + timedelta(hours=length))),
        timetable=draw(st.none() | st.just(Timetable(time(off), time(on)))),
        cause=draw(st.none() | st.sampled_from(sorted(CAUSES))),
        crew=draw(st.none() | st.just("抢修一班")),
    )


@given(
    st.lists(windows(), max_size=3),
    st.sampled_from(["normal", "outage", "partial_outage", "maintenance", "suspected", "unknown"]),
    st.sampled_from([None, ("塔山所", None), ("塔山所", "0429-1")]),
)
def test_there_is_something_to_say_in_every_situation(
    found: list[OutageWindow], state: State, branch: tuple[str, str | None] | None
) -> None:
    shown = [one for one in found if one.phase(NOON)]
    situation = situation_of(Asked("塔山乡", Verdict(state, (1, 3)), shown, NOON, branch))
    for language in LANGUAGES:
        said = Scripts().say(situation, language)
        assert "塔山乡" in said
        assert not {"{", "}", "[", "]"} & set(said)
        assert "None" not in said
