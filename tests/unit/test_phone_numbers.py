import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.phone_numbers import is_area_code, normal_form, numbers_in, same_number

MOBILE, LANDLINE = "13812345678", "04293123456"


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        " 138 1234 5678 ",
        "138-1234-5678",
        "138.1234.5678",
        "+86 138 1234 5678",
        "+8613812345678",
        "0086-13812345678",
        "(+86)13812345678",
        "（＋８６）１３８１２３４５６７８",
        "１３８　１２３４　５６７８",
        "8613812345678",
        "013812345678",
        "+86 013812345678",
        "13812345678转2",
    ],
)
def test_every_way_to_write_a_mobile_number_has_one_form(text: str) -> None:
    assert normal_form(text) == MOBILE


@pytest.mark.parametrize(
    "text",
    [
        "0429-3123456",
        "(0429)3123456",
        "（0429）312-3456",
        "０４２９－３１２３４５６",
        "+86 429 3123456",
        "+86 (0)429 3123456",
        "0086 429 312 3456",
        "0429-3123456-801",
        "0429-3123456-8",
        "0429-3123456转801",
        "0429-3123456 分机 801",
        "0429 3123456 ext. 12",
        "0429 3123456 x12",
        "0429-3123456#8",
    ],
)
def test_every_way_to_write_a_landline_has_one_form(text: str) -> None:
    assert normal_form(text) == LANDLINE


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("010-12345678", "01012345678"),
        ("+86 10 1234 5678", "01012345678"),
        ("021-6123-4567", "02161234567"),
        ("0411 8123 4567", "041181234567"),
        ("400-810-8888", "4008108888"),
        ("+86 400 810 8888", "4008108888"),
        ("3123456", "3123456"),
        ("312-3456", "3123456"),
        ("2312-3456", "23123456"),
        ("3123456-801", "3123456"),
        ("+852 2123 4567", "+85221234567"),
        ("00852-2123-4567", "+85221234567"),
        ("+44-20-7946-0958", "+442079460958"),
    ],
)
def test_other_numbers_keep_what_tells_them_apart(text: str, form: str) -> None:
    assert normal_form(text) == form


@pytest.mark.parametrize(
    "text",
    [
        "",
        "138",
        "1381234567",
        "138123456789",
        "138****5678",
        "12812345678",
        "95598",
        "110",
        "0429",
        "0429-312345",
        "2114000001",
        "211400000101",
        "塔山乡",
        "塔山13812345678",
        "1.38e10",
        "+86",
        "+86 3123456",
        "٣١٢٣٤٥٦",
        "-801",
        "转801",
    ],
)
def test_a_part_of_a_number_and_anything_else_has_no_form(text: str) -> None:
    assert normal_form(text) is None


@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        ("", ()),
        ("13812345678", (MOBILE,)),
        ("13812345678;0429-3123456", (MOBILE, LANDLINE)),
        ("13812345678；0429-3123456", (MOBILE, LANDLINE)),
        ("13812345678,0429-3123456", (MOBILE, LANDLINE)),
        ("13812345678，（0429）3123456", (MOBILE, LANDLINE)),
        ("13812345678、0429-3123456转2", (MOBILE, LANDLINE)),
        ("13812345678 / 0429-3123456", (MOBILE, LANDLINE)),
        ("13812345678 0429-3123456", (MOBILE, LANDLINE)),
        ("张三13812345678 李四0429-3123456", (MOBILE, LANDLINE)),
        ("13812345678/+8613812345678", (MOBILE,)),
        ("95598;13812345678;无", (MOBILE,)),
    ],
)
def test_every_whole_number_of_a_field_counts_once(field: str, numbers: tuple[str, ...]) -> None:
    assert numbers_in(field) == numbers


@pytest.mark.parametrize(
    ("form", "area_code", "forms"),
    [
        (LANDLINE, "0429", (LANDLINE, "3123456")),
        ("3123456", "0429", ("3123456", LANDLINE)),
        (LANDLINE, "0411", (LANDLINE,)),
        (LANDLINE, "", (LANDLINE,)),
        ("3123456", "", ("3123456",)),
        (MOBILE, "0429", (MOBILE,)),
        ("4008108888", "0400", ("4008108888",)),
    ],
)
def test_the_places_own_area_code_may_be_left_out(form: str, area_code: str, forms: tuple[str, ...]) -> None:
    assert same_number(form, area_code) == forms


def test_an_area_code_is_a_nought_and_two_or_three_digits() -> None:
    assert [code for code in ("010", "0429", "", "429", "04291", "0x29") if is_area_code(code)] == ["010", "0429"]


digits = st.text("0123456789", min_size=8, max_size=8)
mobiles = st.builds(lambda second, rest: f"1{second}{rest}0"[:11], st.sampled_from("3456789"), digits)
landlines = st.builds(
    lambda code, first, rest: f"{code}{first}{rest[:6]}",
    st.sampled_from(["0429", "0411"]),
    st.sampled_from("23456789"),
    digits,
)


@given(number=mobiles | landlines, gaps=st.lists(st.sampled_from(["", " ", "　"]), min_size=12, max_size=12))
def test_gaps_full_width_digits_and_the_country_code_change_nothing(number: str, gaps: list[str]) -> None:
    spaced = "".join(digit + gap for digit, gap in zip(number, gaps, strict=False))
    wide = spaced.translate({ord("0") + n: ord("０") + n for n in range(10)})
    abroad = spaced.lstrip("0")
    assert {normal_form(text) for text in (spaced, wide, f"+86 {abroad}", f"0086{abroad}")} == {number}


@given(number=mobiles, cut=st.integers(0, 10))
def test_no_beginning_of_a_mobile_number_is_a_whole_number(number: str, cut: int) -> None:
    assert normal_form(number[:cut]) is None


@given(text=st.text(st.sampled_from("0123456789+-() 转x#;/０１86429") | st.characters(), max_size=30))
def test_whatever_the_text_its_form_is_its_own_form_and_found_in_a_field(text: str) -> None:
    form = normal_form(text)
    if form is not None:
        assert normal_form(form) == form
        assert form.isascii()
        assert form.removeprefix("+").isdecimal()
        assert form in numbers_in(form)
    for number in numbers_in(text):
        assert normal_form(number) == number
