"""Tokens of names against their definition, spelt out in the plainest way."""

from itertools import islice, pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from data.names.pinyin import readings_of
from data.names.syllables import sound_of
from data.names.tokens import name_text, name_tokens, said_of, searchable

_COMBINATIONS = 8
_READINGS = ("ta", "shan", "zhu", "jia", "z", "u", "v", "ng", "a", "1", "_")
_GROUPS = st.lists(st.sampled_from(_READINGS), min_size=1, max_size=3).map("|".join)
_CHARACTERS = st.sampled_from("塔山朱家重行村屯委会民1a")
_ENDINGS = st.sampled_from(["", "村", "村民委员会", "线", "社区", "满族乡"])


@given(st.lists(st.tuples(_CHARACTERS, _GROUPS), min_size=1, max_size=9), _ENDINGS)
def test_tokens_are_those_of_the_definition_whatever_a_name_is_made_of(
    spelt: list[tuple[str, str]], ending: str
) -> None:
    name = "".join(character for character, _ in spelt) + ending
    groups = [group for _, group in spelt] + ["cun"] * len(ending)
    tokens = name_tokens(name, " ".join(groups))
    assert set(tokens) == _defined(name, groups)
    assert len(tokens) == len(set(tokens))


@given(st.text(alphabet="塔山重庆行长单于朱家村屯区 (10kV)%s-·", max_size=12))
def test_names_as_they_are_read_out_have_the_defined_tokens(name: str) -> None:
    tokens = name_tokens(name, readings_of(name))
    assert len(tokens) == len(set(tokens))
    assert list(dict.fromkeys(name_text(name, readings_of(name)).split())) == tokens


@given(
    st.text(alphabet="塔重单1K (·", max_size=5),
    st.lists(st.sampled_from("山朱行屯1é中Σ"), min_size=1, max_size=4),
    st.sampled_from(_READINGS),
)
def test_what_a_name_begins_with_is_kept_and_makes_no_difference(head: str, lasts: list[str], reading: str) -> None:
    for last in lasts:
        name, readings = head + last, f"{readings_of(head)} {reading}".strip()
        assert set(name_tokens(name, readings)) == _defined_of(name, readings)


def _defined_of(name: str, readings: str) -> set[str]:
    plain, groups, _ = searchable(name, readings)
    return _defined(plain, groups) if plain else set()


def _defined(name: str, groups: list[str]) -> set[str]:
    sounds = [{sound_of(reading): None for reading in group.split("|")} for group in groups]
    initials = [{reading[0] if reading.isalnum() else "z": None for reading in group.split("|")} for group in groups]
    stem, _ = said_of(name)
    tokens = {"h" + name[at : at + 2] for at in range(len(name) - 1)} or {"h" + name}
    tokens |= {"b" + name[0]} | {"u" + sound for group in sounds for sound in group}
    tokens |= _joined("m", *zip(sounds, initials[1:], strict=False))
    for length, ends in ((len(name), len(name)), (stem, stem)):
        if length <= len("塔山乡镇"):
            tokens |= {"w" + "".join(whole) for whole in islice(product(*sounds[:ends]), _COMBINATIONS)}
    anchored = [{"u0": None}, *sounds, {"v0": None}]
    tokens |= _joined("s", *pairwise(anchored), (sounds[stem - 1], {"v0": None}))
    tokens |= _joined("k", *zip(anchored, anchored[2:], strict=False))
    line = [{"u": None}, *initials, {"v": None}]
    ended = [*line[: stem + 1], {"v": None}]
    for length in (2, 3, 4):
        runs = [line[at : at + length] for at in range(len(line) - length + 1)]
        if length <= len(ended):
            runs.append(ended[-length:])
        tokens |= {"i" + "".join(run) for one in runs for run in islice(product(*one), _COMBINATIONS)}
    return tokens


def _joined(kind: str, *pairs: tuple[dict[str, None], dict[str, None]]) -> set[str]:
    return {kind + first + second for left, right in pairs for first in left for second in right}
