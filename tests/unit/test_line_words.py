"""Lines of the rules are said in both languages: every line that the code can make is looked for in it."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.errors import BadValueError, DataError, NotFoundError, SwitchboardError
from data.field_checks import email_trouble, fax_trouble, phone_trouble, postcode_trouble, range_trouble
from data.upkeep.errors import FieldErrors
from sync.language import Language
from sync.line_words import line_words
from sync.refusal_words import refusal_words

_ROOT = Path(__file__).parents[2]
_CHINESE = re.compile("[\u4e00-\u9fff]")
_SAMPLE = "X1"
_CHOICES = "city (市), county (县)"

_FOR_PAGES = (
    *("data/importing", "data/upkeep", "data/tickets", "data/telling", "data/scripts", "data/privacy", "data/outages"),
    *("sync/auth", "sync/central", "sync/desk", "sync/hub/asking.py", "sync/hub/limits.py", "sync/hub/guard.py"),
    *("sync/routes/planned_routes.py", "sync/routes/ticket_forms.py"),
    *("data/fields.py", "data/links.py", "data/field_checks.py"),
)
"""Where errors are made that a page may show; the others speak to programs, PCs and the command line."""

_ELSEWHERE = {  # what programs alone are told, or somebody else's words
    ("columns.py", "read_mapping"),
    ("documents.py", "timetable_from_json"),
    ("record_pages.py", "_confirm"),  # the page lists what resembles it
    ("reader.py", "reading"),
    ("timetable.py", "trigger_of"),
    ("mapping_table.py", "mistake"),
}
_REASON_AT = {"BadValueError": 2, "Problem": 2, "refuse": 2}


def _kinds() -> frozenset[str]:
    below, found = [SwitchboardError], set[str]()
    while below:
        kind = below.pop()
        found.add(kind.__name__)
        below.extend(kind.__subclasses__())
    return frozenset(found - {"ForbiddenError"})


def _files() -> Iterator[Path]:
    for place in _FOR_PAGES:
        path = _ROOT / place
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _lines() -> Iterator[tuple[str, str]]:
    """Every line that is made there without a key, with a sample in the place of each fact: where, and the line."""
    for path in _files():
        module = importlib.import_module(".".join(path.relative_to(_ROOT).with_suffix("").parts))
        tree, kinds = ast.parse(path.read_text(encoding="utf-8")), _kinds()
        for function in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)):
            if (path.name, function.name) in _ELSEWHERE:
                continue
            named = _named_in(function)
            for call in (one for one in ast.walk(function) if isinstance(one, ast.Call)):
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                if name not in kinds | _REASON_AT.keys() or call in named:
                    continue
                at = _REASON_AT.get(name, 0)
                given = call.args[at] if len(call.args) > at else None
                told = _sampled(given, vars(module)) if given is not None else None
                if told:
                    yield f"{path.relative_to(_ROOT)}:{call.lineno}", told


def _named_in(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """The errors in a function that get a key, at once or by the name they are kept under."""
    abouts = [one.value for one in ast.walk(function) if isinstance(one, ast.Attribute) and one.attr == "about"]
    kept = {one.id for one in abouts if isinstance(one, ast.Name)}
    assigned = [one for one in ast.walk(function) if isinstance(one, ast.Assign)]
    return abouts + [
        one.value for one in assigned if isinstance(one.targets[0], ast.Name) and one.targets[0].id in kept
    ]


def _sampled(given: ast.expr, names: dict[str, object]) -> str | None:
    """The text of an expression; None where another place has made it."""
    if isinstance(given, ast.Constant):
        return str(given.value)
    if isinstance(given, ast.Name):
        return found if isinstance(found := names.get(given.id), str) else None
    if isinstance(given, ast.BinOp):
        left = _sampled(given.left, names)
        return left + (_sampled(given.right, names) or _SAMPLE) if left else None
    if isinstance(given, ast.JoinedStr):
        return "".join(_piece(one, names) for one in given.values)
    return None


def _piece(piece: ast.expr, names: dict[str, object]) -> str:
    if isinstance(piece, ast.Constant):
        return str(piece.value)
    assert isinstance(piece, ast.FormattedValue)
    known = _sampled(piece.value, names) if isinstance(piece.value, ast.Name) else None
    listed = isinstance(piece.value, ast.Name) and piece.value.id == "listed"
    return known or (_CHOICES if listed else "whole " if isinstance(piece.value, ast.IfExp) else _SAMPLE)


def test_every_line_that_a_page_may_show_is_said_in_both_languages() -> None:
    lines = list(_lines())
    assert len(lines) > 70
    unsaid = [
        f"{place}: {line!r} is {line_words(line, 'zh')!r}, {line_words(line, 'en')!r}"
        for place, line in lines
        if not _CHINESE.search(line_words(line, "zh")) or _CHINESE.search(line_words(line, "en"))
    ]
    assert not unsaid, "\n".join(unsaid)


@pytest.mark.parametrize(
    "trouble",
    [
        phone_trouble("3123456"),
        phone_trouble("abc"),
        fax_trouble("1"),
        email_trouble("wang"),
        postcode_trouble("1"),
        range_trouble("feeder", "kv", 0.0),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_one_language_at_a_time(trouble: str | None) -> None:
    assert trouble
    assert not _CHINESE.search(line_words(trouble, "en"))
    assert not re.search("write|whole|number|address|postcode|must", line_words(trouble, "zh"))


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        (
            "no 区域 (area) has this id, number or name",
            "没有这个区域：请填名称、编码或编号",
            "nothing of this kind (area) has this id, number or name",
        ),
        (f"must be one of {_CHOICES}", "请填其中之一：市, 县", "must be one of city, county"),
        (
            "works.csv: the header in row 2: a quotation mark is opened and not closed",
            "works.csv：第 2 行的表头有误：引号没有配对",
            "works.csv: the header in row 2: a quotation mark is opened and not closed",
        ),
        ("什么都不是", "什么都不是", "什么都不是"),
    ],
)
def test_a_line_is_known_by_its_form(line: str, zh: str, en: str) -> None:
    assert (line_words(line, "zh"), line_words(line, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("error", "lang", "said"),
    [
        (BadValueError("phone", "1", "must not be empty"), "zh", "电话：必填"),
        (BadValueError("phone", "1", "must not be empty"), "en", "phone: must not be empty"),
        (FieldErrors({"name": "must not be empty", "kva": "must be a number"}), "zh", "名称：必填；配变容量：应为数字"),
        (
            NotFoundError("文件已清除，请重新上传 this file is not kept any more: send it again"),
            "zh",
            "文件已清除，请重新上传",
        ),
        (DataError("the disk is full"), "zh", "the disk is full"),
    ],
)
def test_an_error_without_a_key_is_said_by_its_line_and_its_field(
    error: SwitchboardError, lang: Language, said: str
) -> None:
    assert refusal_words(error, lang) == said
