"""The cases in which something is said to a caller, and what is known in each: the closed list of a template's facts.

A fact that is always known in a case may stand anywhere in its template; one that is known only sometimes stands in an
optional part; any other would have to be invented.
"""

from dataclasses import dataclass

Words = tuple[str, str]
"""Chinese and English."""

FACTS: dict[str, Words] = {
    "place": ("地点", "the place"),
    "kind": ("停电类型", "the kind of outage"),
    "start": ("开始时间", "when it began"),
    "next_start": ("下次停电时间", "when it begins next"),
    "etr": ("预计恢复时间", "when power is expected back"),
    "reason": ("原因（原文）", "the reason, as typed"),
    "cause": ("原因类别", "the class of cause"),
    "hours": ("停电时段", "the hours of a day-off-night-on outage"),
    "restored_at": ("实际送电时间", "when power came back"),
    "scope": ("停电范围（公开）", "the public text of the scope"),
    "out": ("停电台区数", "how many transformer areas are out"),
    "total": ("台区总数", "of how many transformer areas"),
    "crew": ("抢修班组", "the crew"),
    "crew_phone": ("班组电话", "the crew's phone"),
    "branch": ("供电单位", "the branch"),
    "branch_phone": ("供电单位电话", "the branch's phone"),
}
"""Every fact that a template may name, and what it is."""

_OF_A_WINDOW = frozenset({"kind", "start", "etr", "reason"})
_PERHAPS_OF_A_WINDOW = frozenset({"cause", "hours", "scope", "crew", "crew_phone"})
_IN_PART = frozenset({"out", "total"})


@dataclass(frozen=True, slots=True)
class Case:
    """One case.

    Attributes:
        label: What it is called.
        always: The facts that are known in it.
        sometimes: Those that may be.
        of_a_window: An outage window is behind it, whose kind may have a template of its own.
    """

    label: Words
    always: frozenset[str]
    sometimes: frozenset[str]
    of_a_window: bool


def _bare(zh: str, en: str) -> Case:
    return Case((zh, en), frozenset({"place"}), frozenset({"branch", "branch_phone"}), of_a_window=False)


def _window(zh: str, en: str, always: frozenset[str] = frozenset(), sometimes: frozenset[str] = frozenset()) -> Case:
    bare = _bare(zh, en)
    return Case(
        bare.label,
        bare.always | _OF_A_WINDOW | always,
        bare.sometimes | _PERHAPS_OF_A_WINDOW | sometimes,
        of_a_window=True,
    )


CASES: dict[str, Case] = {
    "normal": _bare("正常", "No outage"),
    "upcoming": _window("未开始", "Not begun", frozenset({"next_start"})),
    "active": _window("停电中", "Out", sometimes=_IN_PART),
    "partly_restored": _window("部分已恢复", "Partly restored", sometimes=_IN_PART),
    "overdue": _window("超时未复电", "Past its estimate", sometimes=_IN_PART),
    "maintenance": _window("检修中", "Maintenance", sometimes=_IN_PART),
    "ended_by_clock": _window("到时未确认", "Ended by the clock"),
    "restored": _window("已恢复", "Restored", frozenset({"restored_at"})),
    "suspected": _bare("疑似停电", "Suspected"),
    "unknown": _bare("无供电资料", "No supply data"),
}
"""Every case, in the order in which people are shown them."""
