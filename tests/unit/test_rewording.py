import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.lookup.rewording import LEAST_LEFT, heard_once, reworded


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("那个…塔山朱家", "塔山朱家"),
        ("喂，你好，我家是塔山村3组45号", "塔山村3组45号"),
        ("请问邱营子停电了吗", "邱营子"),
        ("邱营子村没电了啊", "邱营子村"),
        ("帮我查一下大刘屯村", "大刘屯村"),
        ("在绥中明水那边", "绥中明水"),
        ("我是兴铺村的", "兴铺村"),
        ("户名：唐磊丽", "唐磊丽"),
        ("用电地址是连山区塔山乡", "连山区塔山乡"),
    ],
)
def test_what_is_said_around_a_name_is_left_out(typed: str, meant: str) -> None:
    assert next(reworded(typed)) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("户号二幺四二七二幺幺零四", "2142721104"),
        ("六零二六线", "6026"),
        ("六百零六线", "606"),
        ("六百一十二线", "612"),
        ("21427211O4", "2142721104"),
        ("2l427211o4", "2142721104"),
        ("后四位1104", "1104"),
        ("尾号是幺幺零四", "1104"),
    ],
)
def test_a_number_is_written_in_digits_however_it_was_read_out(typed: str, meant: str) -> None:
    assert next(reworded(typed)) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("塔山线路", "塔山线"),
        ("塔山线616开关跳闸", "塔山线 616"),
        ("6026开关", "6026"),
        ("10千伏华怡园线", "10kv华怡园线"),
        ("站前线08号杆", "站前线"),
        ("渤海丁线分支", "渤海丁线"),
        ("六二二一楼房线", "6221 楼房线"),
        ("大窑沟1号变", "大窑沟 1号台区"),
        ("大窑沟二十三号公变", "大窑沟 23号台区"),
        ("虹螺岘23#变", "虹螺岘 23号台区"),
        ("恒大2号箱变停电了", "恒大 2号台区"),
        ("康宁7号台区", "康宁 7号台区"),
        ("温馨小区1号楼", "温馨社区1号楼"),
        ("马路岭(高台)", "马路岭 高台"),
        ("高台的马路岭", "高台 马路岭"),
    ],
)
def test_technical_words_and_signs_are_written_as_names_write_them(typed: str, meant: str) -> None:
    assert next(reworded(typed)) == meant


def test_a_line_is_meant_by_its_name_alone_where_its_number_is_not_found() -> None:
    assert list(reworded("塔山线616开关")) == ["塔山线 616"]
    assert list(reworded("大窑沟1号变")) == ["大窑沟 1号台区", "大窑沟 1号"]
    assert list(reworded("邱营子唐磊丽家")) == ["邱营子唐磊丽"]


@pytest.mark.parametrize(
    "typed", ["塔山村", "塔山朱家", "tashan", "三道沟村", "的", "那个", "停电", "塔山 3组45号", ""]
)
def test_what_is_written_as_names_are_is_not_reworded(typed: str) -> None:
    assert list(reworded(typed)) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("上坡上坡", "上坡"), ("上坡村 上坡村", "上坡村"), ("幺幺零四", "1104"), ("二 幺 四 二", "2 1 4 2")],
)
def test_what_was_said_twice_is_meant_once_and_yao_is_one(typed: str, meant: str) -> None:
    assert heard_once(typed) == meant


@pytest.mark.parametrize("typed", ["塔山塔子沟", "1010", "dada", "高高", "三三四四", "幺妹", ""])
def test_what_only_repeats_a_character_or_a_digit_stays(typed: str) -> None:
    assert heard_once(typed) == typed


@given(st.text(alphabet="那个请问我家是停电了吗的塔山村组号线变幺二零百十(),. 0123456789olab", max_size=60))
def test_no_text_is_reworded_into_nothing_or_itself(typed: str) -> None:
    assert all(len(text) >= LEAST_LEFT and text != typed for text in reworded(typed))
