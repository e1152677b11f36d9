"""Invariants of importing, against oracles: the csv writer for reading, a plain dictionary for the plan."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.fields import Doc
from data.importing import Accepted, Rejected, open_table
from data.importing.csv_rows import csv_rows
from data.kinds import KINDS
from tests.unit.importing_memory import RecordsInMemory, outcomes

# no lone surrogates, which no encoding has, and no NUL, which no text file has
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
CELL = st.text(CHARACTERS, max_size=12)
TABLE = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width).map(tuple), min_size=1, max_size=6)
)


def written(rows: list[tuple[str, ...]]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    return file.getvalue()


@given(TABLE)
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[str, ...]]) -> None:
    read = list(csv_rows(io.StringIO(written(rows), newline="")))
    assert [row.cells for row in read] == [tuple(cell.strip() for cell in row) for row in rows]
    assert not any(row.fault for row in read)


@given(TABLE, st.text(CHARACTERS.filter(lambda character: character not in '"\r\n'), max_size=8))
def test_a_broken_line_costs_itself_alone(rows: list[tuple[str, ...]], rubbish: str) -> None:
    header, *below = ([cell.replace("\n", " ").replace("\r", " ") for cell in row] for row in rows)
    text = f'{written([tuple(header)])}"{rubbish}\n{written([tuple(row) for row in below])}'
    read = list(csv_rows(io.StringIO(text, newline="")))
    assert read[1].fault
    assert [row.cells for row in read[2:]] == [tuple(cell.strip() for cell in row) for row in below]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("importing") / "names.csv"


@settings(max_examples=40)
@given(
    st.lists(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1), min_size=1),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
)
def test_chinese_text_is_the_same_in_every_accepted_encoding(path: Path, names: list[str], encoding: str) -> None:
    path.write_bytes("\n".join(["名称", *names]).encode(encoding))
    with open_table(path) as table:
        assert [row.cells[0] for row in table.rows] == names


NUMBERS = st.sampled_from(["2114000001", "2114000002", "2114000003", "12", ""])
ROW = st.tuples(
    NUMBERS, st.sampled_from(["张伟", ""]), st.sampled_from(["T1", "T9", ""]), st.sampled_from(["8", "x", ""])
)
HEADER = ("id", "name", "transformer_area", "contract_kva")


def store() -> RecordsInMemory:
    source = RecordsInMemory()
    source.put("feeder", id="F1", number="616", name="10kV 塔山线")
    source.put("transformer_area", id="T1", number="TQ1", name="塔山村1号台区", feeder="F1")
    source.put("customer", id="2114000001", name="赵丽", transformer_area="T1")
    return source


def expected(rows: list[tuple[str, ...]]) -> dict[str, Doc]:
    """The customers after an import, by the plainest rules."""
    customers = dict(store().docs["customer"])
    taken = set()
    for number, name, supply, kva in rows:
        before: Doc = customers.get(number, {"id": number})
        after = {**before}
        after |= {"name": name} if name else {}
        after |= {"transformer_area": supply} if supply else {}
        after |= {"contract_kva": float(kva)} if kva == "8" else {}
        good = len(number) == 10 and number not in taken and supply != "T9" and kva != "x"
        if good and after.get("name") and after.get("transformer_area"):
            customers[number] = KINDS["customer"].canonical(after)
            taken.add(number)
    return customers


@given(st.lists(ROW, max_size=8))
def test_a_plan_does_what_the_plain_rules_say_with_one_outcome_for_each_row(rows: list[tuple[str, ...]]) -> None:
    source = store()
    planned = outcomes(source, "customer", HEADER, *rows)
    assert [outcome.row for outcome in planned] == list(range(2, 2 + len(rows)))
    for outcome in planned:
        if isinstance(outcome, Accepted):
            source.put("customer", **outcome.doc)
    assert source.docs["customer"] == expected(rows)


@given(st.lists(ROW, max_size=8))
def test_importing_the_accepted_rows_again_changes_nothing(rows: list[tuple[str, ...]]) -> None:
    source = store()
    planned = outcomes(source, "customer", HEADER, *rows)
    good = [rows[outcome.row - 2] for outcome in planned if isinstance(outcome, Accepted) and outcome.row]
    for outcome in planned:
        if isinstance(outcome, Accepted):
            source.put("customer", **outcome.doc)
    for outcome in outcomes(source, "customer", HEADER, *good):
        assert not isinstance(outcome, Rejected)
        stored = source.docs["customer"][outcome.id]
        assert {**stored, **outcome.doc} == stored
