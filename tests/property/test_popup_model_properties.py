from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, ContactView, Match, Result
from assistant.popup_messages import (
    Answered,
    Ask,
    CacheChanged,
    Copy,
    CopyPhone,
    Dismiss,
    FocusLost,
    Intent,
    Move,
    NextPhone,
    Ticked,
    Toggle,
    Typed,
)
from assistant.popup_model import update
from assistant.popup_state import State, phones

TEXTS = ("", "l", "lg", "lgq")


def numbered(text: str, count: int) -> Answer:
    """An answer whose phones name the text that was asked."""
    results = tuple(
        Result(
            kind="area",
            id=str(n),
            code=None,
            name=text,
            score=1.0,
            match=Match("name"),
            branch=None,
            contacts=(ContactView("area_manager", "m", f"{text}:{n}"),),
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


PRESSES: st.SearchStrategy[Intent] = st.one_of(
    st.sampled_from([Toggle(), Dismiss(), FocusLost(), CopyPhone(), CacheChanged(), Ticked()]),
    st.sampled_from(TEXTS).map(Typed),
    st.integers(-9, 9).map(Move),
    st.integers(-9, 9).map(NextPhone),
)
REPLY = st.tuples(st.integers(0, 20), st.integers(0, 3))


@given(st.lists(st.one_of(PRESSES, REPLY), max_size=60))
def test_whatever_happens_in_whatever_order_only_phones_of_the_shown_text_are_copied(
    happenings: list[Intent | tuple[int, int]],
) -> None:
    state, asked = State(), [Ask(0, "never")]
    for happening in happenings:
        if isinstance(happening, tuple):
            which, count = happening
            question = asked[which % len(asked)]
            intent: Intent = Answered(question.serial, question.text, numbered(question.text, count))
        else:
            intent = happening
        state, effects = update(state, intent)
        asked += [effect for effect in effects if isinstance(effect, Ask)]
        for effect in effects:
            if isinstance(effect, Copy):
                assert effect.text.rpartition(":")[0] == state.query
        assert 0 <= state.selected <= max(0, len(state.results) - 1)
        if state.chosen:
            assert 0 <= state.phone < max(1, len(phones(state.chosen)))
