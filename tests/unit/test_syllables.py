import pytest

from data.names.syllables import SYLLABLES, sound_of, sounds_beginning, split_initial, syllables_near, typed_sound


@pytest.mark.parametrize(
    ("one", "other"),
    [("zhang", "zan"), ("chen", "ceng"), ("shi", "si"), ("nan", "lang"), ("fang", "huang"), ("xin", "xing")],
)
def test_what_callers_mix_up_sounds_the_same(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)


@pytest.mark.parametrize(("one", "other"), [("ta", "da"), ("shan", "shen"), ("lv", "li"), ("ji", "qi")])
def test_what_callers_tell_apart_sounds_different(one: str, other: str) -> None:
    assert sound_of(one) != sound_of(other)


def test_a_sound_has_two_signs_that_the_index_keeps() -> None:
    assert all(len(sound_of(syllable)) == 2 and sound_of(syllable).isalnum() for syllable in SYLLABLES)


def test_letters_that_are_no_syllable_keep_their_first() -> None:
    assert sound_of("k") == "ik"
    assert sound_of("_") == "iz"


def test_the_longest_initial_is_split_off() -> None:
    assert split_initial("zhang") == ("zh", "ang")
    assert split_initial("an") == ("", "an")


def test_a_spelling_that_only_an_accent_makes_is_understood_but_not_standard() -> None:
    assert typed_sound("lue") == (sound_of("lve"), False)
    assert typed_sound("shan") == (sound_of("shan"), True)
    assert typed_sound("xqz") is None


def test_a_beginning_stands_for_every_syllable_that_starts_so() -> None:
    assert sound_of("shuang") in sounds_beginning("shu")
    assert sounds_beginning("vx") == ()


@pytest.mark.parametrize("slip", ["shn", "shaan", "shqn", "sahn"])
def test_one_slip_away_is_near(slip: str) -> None:
    assert "shan" in syllables_near(slip)
