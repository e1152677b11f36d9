from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from data.store.metadata import METADATA
from wallboard.calls import import_queue_log, last_event_number
from wallboard.counts import queue_counts
from wallboard.duty_report import entries_between
from wallboard.entries import Outcome, queue_entries
from wallboard.formulas import FormulaError, evaluate, parse
from wallboard.metrics import METRICS, Unit, compute
from wallboard.queue_log import CallEvent

START = datetime(2026, 11, 22, tzinfo=UTC)
END = START + timedelta(hours=1)

EVENTS = [
    "ENTERQUEUE",
    "CONNECT",
    "COMPLETECALLER",
    "COMPLETEAGENT",
    "ABANDON",
    "EXITWITHTIMEOUT",
    "EXITEMPTY",
    "EXITWITHKEY",
    "BLINDTRANSFER",
    "ATTENDEDTRANSFER",
    "TRANSFER",
    "RINGNOANSWER",
    "PAUSE",
    "PAUSEALL",
    "UNPAUSE",
    "UNPAUSEALL",
    "SYSCOMPAT",
    "QUEUESTART",
    "CONFIGRELOAD",
]
ARGUMENTS = st.lists(st.sampled_from(["", "0", "7", "90", "x", "ACW", "-1", "9" * 40, "٣"]), max_size=5).map(tuple)


def at_second(second: int) -> datetime:
    return START + timedelta(seconds=second)


@st.composite
def logs(draw: st.DrawFn) -> list[CallEvent]:
    """Any order of any events of a few calls and agents: worse than what an exchange writes."""
    seconds = sorted(draw(st.lists(st.integers(0, 3599), max_size=40)))
    return [
        CallEvent(
            at_second(second),
            draw(st.sampled_from("abc")),
            draw(st.sampled_from("qr")),
            draw(st.sampled_from(["Ann", "Bob"])),
            draw(st.sampled_from(EVENTS)),
            draw(ARGUMENTS),
        )
        for second in seconds
    ]


@contextmanager
def store() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@given(logs())
def test_every_entering_of_a_queue_is_one_entry_with_one_outcome(log: list[CallEvent]) -> None:
    counts = queue_counts(queue_entries(log), END)

    outcomes = [counts[outcome.value] or Decimal(0) for outcome in Outcome]
    assert counts["offered"] == sum(event.event == "ENTERQUEUE" for event in log)
    assert counts["offered"] == sum(outcomes)


@given(logs())
def test_every_metric_of_any_log_is_none_or_in_its_range(log: list[CallEvent]) -> None:
    counts = queue_counts(queue_entries(log), END)
    for metric in METRICS:
        value = compute(metric, counts).value
        assert value is None or value >= 0, metric.name
        assert value is None or metric.unit is not Unit.RATIO or value <= 1, metric.name


@given(logs(), st.integers(0, 3600))
def test_two_halves_of_an_interval_hold_exactly_the_entries_of_the_whole(log: list[CallEvent], cut: int) -> None:
    with store() as connection:
        import_queue_log(connection, [event.line() for event in log])
        halves = [*entries_between(connection, START, at_second(cut))] if cut else []
        if cut < 3600:
            halves += entries_between(connection, at_second(cut), END)
        whole = entries_between(connection, START, END)

    assert [(entry.call_id, entry.queue, entry.entered_at) for entry in halves] == [
        (entry.call_id, entry.queue, entry.entered_at) for entry in whole
    ]


@given(logs(), st.integers(0, 40))
def test_an_import_of_any_beginning_and_then_of_the_whole_is_an_import_of_the_whole(
    log: list[CallEvent], cut: int
) -> None:
    lines = [event.line() for event in log]
    with store() as connection:
        first = import_queue_log(connection, lines[:cut])
        second = import_queue_log(connection, lines)
        third = import_queue_log(connection, lines)
        assert last_event_number(connection) == len(lines)

    assert first["added"] + second["added"] == len(lines)
    assert (third["added"], third["known"]) == (0, len(lines))


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60), max_size=20))
def test_no_text_whatever_stops_an_import_and_every_line_is_accounted_for(lines: list[str]) -> None:
    with store() as connection:
        result = import_queue_log(connection, lines)

    assert result["lines"] == len(lines) == result["added"] + result["known"] + len(result["rejected"])


Tree = tuple[str, Fraction | None]
"""A formula as text, and what it is worth by exact fractions."""


def _joined(sign: str, left: Tree, right: Tree) -> Tree:
    text = f"({left[0]}) {sign}({right[0]})"
    if left[1] is None or right[1] is None or (sign == "/" and right[1] == 0):
        return text, None
    worth = {
        "+": left[1] + right[1],
        "-": left[1] - right[1],
        "*": left[1] * right[1],
        "/": left[1] / (right[1] or 1),
    }
    return text, worth[sign]


COUNTS = {"offered": Decimal(30161), "answered": Decimal(27060), "nothing": Decimal(0), "unknown": None}
LEAVES: st.SearchStrategy[Tree] = st.one_of(
    st.integers(0, 999).map(lambda number: (str(number), Fraction(number))),
    st.sampled_from(sorted(COUNTS)).map(lambda name: (name, None if (n := COUNTS[name]) is None else Fraction(n))),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(_joined, st.sampled_from("+-*/"), inner, inner),
        inner.map(lambda tree: (f"-({tree[0]})", None if tree[1] is None else -tree[1])),
    ),
    max_leaves=6,
)


@given(TREES)
def test_a_formula_is_worth_what_exact_fractions_say(tree: Tree) -> None:
    text, expected = tree
    value = evaluate(parse(text), COUNTS)

    if expected is None or value is None:
        assert value is None or abs(value) > 10**20  # the fraction's divisor is zero, the decimal's a rounding away
        return
    assert abs(Fraction(value) - expected) <= abs(expected) / 10**15 + Fraction(1, 10**9)


@given(st.lists(st.integers(0, 999), min_size=1, max_size=12), st.data())
def test_a_chain_without_parentheses_is_read_as_python_reads_it(numbers: list[int], data: st.DataObject) -> None:
    signs = data.draw(st.lists(st.sampled_from("+-*"), min_size=len(numbers) - 1, max_size=len(numbers) - 1))
    text = str(numbers[0]) + "".join(f"{sign}{number}" for sign, number in zip(signs, numbers[1:], strict=True))

    sums: list[int] = [numbers[0]]
    for sign, number in zip(signs, numbers[1:], strict=True):
        if sign == "*":
            sums[-1] *= number
        else:
            sums.append(number if sign == "+" else -number)
    expected = sum(sums)
    value = evaluate(parse(text), {})
    assert value is not None
    assert abs(Fraction(value) - expected) <= Fraction(abs(expected), 10**20)


@given(st.text(max_size=40))
def test_any_text_is_a_formula_or_is_refused_in_one_line(text: str) -> None:
    refusal = ""
    try:
        parse(text)
    except FormulaError as error:
        refusal = str(error)
    assert "\n" not in refusal


@given(logs())
def test_an_agents_seconds_of_after_call_work_never_overlap_a_later_call(log: list[CallEvent]) -> None:
    by_agent: Counter[str] = Counter()
    for entry in queue_entries(log):
        if entry.agent is not None and entry.acw_s is not None:
            by_agent[entry.agent] += entry.acw_s

    assert all(total <= 3600 for total in by_agent.values())
