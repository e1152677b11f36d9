from pathlib import Path

import pytest

from data.errors import DataError
from data.importing import IMPORTABLE, match_columns, read_mapping
from data.importing.csv_rows import Row
from data.kinds import KINDS

CUSTOMER = KINDS["customer"]


def names(kind: str, *header: str) -> list[str | None]:
    return [field.name if field else None for field in match_columns(KINDS[kind], header).fields]


def test_english_and_chinese_headers_mean_the_same_in_any_order() -> None:
    assert names("customer", "户名", "id", "台区", "合同容量") == ["name", "id", "transformer_area", "contract_kva"]


def test_case_width_spaces_units_and_marks_do_not_matter() -> None:
    assert names("customer", "ID", "*户名", "Transformer-Area", "合同容量（kVA）", "ＰＨＯＮＥ") == [
        "id",
        "name",
        "transformer_area",
        "contract_kva",
        "phone",
    ]


@pytest.mark.parametrize("kind", IMPORTABLE.values())
def test_every_field_is_known_by_its_own_name_and_each_of_its_headers(kind: str) -> None:
    for field in KINDS[kind].fields:
        for header in (field.name, *field.headers):
            assert field.name in names(kind, *([header] if field.name == "id" else ["id", header]))


def test_columns_that_mean_nothing_are_named_in_one_warning() -> None:
    columns = match_columns(CUSTOMER, ["id", "备注", "name", "", "天气"])
    assert columns.warning == "ignored columns: 备注, 天气"
    assert match_columns(CUSTOMER, ["id", "name"]).warning is None


def test_a_row_that_ends_early_has_empty_cells() -> None:
    columns = match_columns(CUSTOMER, ["id", "备注", "name"])
    assert [(field.name, text) for field, text in columns.cells(Row(2, ("1",)))] == [("id", "1"), ("name", "")]


def test_areas_may_name_the_transformer_areas_that_supply_them() -> None:
    assert names("area", "id", "台区") == ["id", "transformer_areas"]


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        (["塔山乡", "211402206"], "no header row"),
        (["户号", "id", "name"], "户号 and id both mean id"),
        (["name", "address"], "id or 户号 or 客户编号 is missing"),
    ],
)
def test_a_header_that_will_not_do_is_refused(header: list[str], complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        match_columns(CUSTOMER, header)


def mapping(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path, CUSTOMER)


def test_a_mapping_file_renames_headers(tmp_path: Path) -> None:
    renames = mapping(tmp_path, '"CONS_NO" = "id"\n"CONS NAME" = "户名"\n')
    fields = match_columns(CUSTOMER, ["cons_no", "CONS NAME"], renames).fields
    assert [field and field.name for field in fields] == ["id", "name"]


def test_a_mapping_may_stand_the_other_way_round_and_in_a_table_for_the_import(tmp_path: Path) -> None:
    assert mapping(tmp_path, '[customers]\nid = "CONS_NO"\n[areas]\nid = "CODE"\n') == {"CONS_NO": "id"}


@pytest.mark.parametrize("text", ['"A" = "B"\n', '"A" = 5\n', "not toml"])
def test_a_mapping_that_names_no_field_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match=r"map\.toml"):
        mapping(tmp_path, text)


def test_a_mapping_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.toml: cannot be read: No such file"):
        read_mapping(tmp_path / "none.toml", CUSTOMER)
