"""No template says more than what is known, whatever is written in it and whatever is known."""

from hypothesis import given
from hypothesis import strategies as st

from data.scripts.cases import CASES, FACTS
from data.scripts.template import Template, check

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
