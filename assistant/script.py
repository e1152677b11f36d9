"""The sentence that an agent reads out: never more than is known."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.answer import BranchView
from data.kinds import OUTAGE_KINDS
from data.outages.windows import OutageWindow, Verdict

LOCAL = ZoneInfo("Asia/Shanghai")


def script_for(
    name: str,
    judged: Verdict,
    windows: Sequence[OutageWindow],
    at: datetime,
    branch: BranchView | None,
    *,
    confirmed: bool,
    as_of: datetime | None,
) -> str:
    """What to tell a caller who asks about `name`, in Chinese.

    Args:
        name: Of the record.
        judged: Its state at `at`.
        windows: Those that touch it, what is in effect first.
        at: The moment of the call.
        branch: Who supplies it.
        confirmed: Whether the hub has confirmed the data a short while ago.
        as_of: When it last did.
    """
    told = _told(name, judged, windows, at, branch)
    if confirmed:
        return told
    moment = f"截至{spoken_time(as_of, at)}的信息，尚未确认：" if as_of else "信息尚未确认："
    return moment + told


def _told(name: str, judged: Verdict, windows: Sequence[OutageWindow], at: datetime, branch: BranchView | None) -> str:
    in_effect = [window for window in windows if window.in_effect(at)]
    if judged.state in {"outage", "partial_outage", "maintenance"} and in_effect:
        return _interrupted(name, judged, in_effect[0], at)
    if judged.state == "unknown":
        call = f"，请联系{branch.name}{branch.phone or ''}" if branch else ""
        return f"{name}没有供电资料{call}。"
    upcoming = [window for window in windows if window.phase(at) == "upcoming"]
    if upcoming:
        return (
            f"{name}目前供电正常；{spoken_time(upcoming[0].start, at)}起计划{OUTAGE_KINDS[upcoming[0].kind]}"
            f"（{upcoming[0].reason}），预计{spoken_time(upcoming[0].etr, at)}恢复。"
        )
    restored = [window for window in windows if window.phase(at) == "restored"]
    if restored and restored[0].restored_at:
        return f"{name}已于{spoken_time(restored[0].restored_at, at)}恢复供电。"
    ended = [window for window in windows if window.phase(at) == "ended_by_clock"]
    if ended:
        return f"{name}的{OUTAGE_KINDS[ended[0].kind]}原定{spoken_time(ended[0].etr, at)}结束，尚未收到现场确认。"
    return f"{name}目前没有停电信息。"


def _interrupted(name: str, judged: Verdict, window: OutageWindow, at: datetime) -> str:
    kind, start = OUTAGE_KINDS[window.kind], spoken_time(window.start, at)
    if window.phase(at) == "overdue":
        until = f"原预计{spoken_time(window.etr, at)}恢复，现场尚未确认送电"
    else:
        until = f"预计{spoken_time(window.etr, at)}恢复"
    if judged.state == "maintenance":
        return f"{name}自{start}起检修（{window.reason}），供电可能受影响，{until}。"
    part = "部分区域" if judged.state == "partial_outage" else ""
    return f"{name}{part}自{start}起{kind}（{window.reason}），{until}。"


def spoken_time(moment: datetime | None, now: datetime) -> str:
    """`moment` in Asia/Shanghai as one says it: the day only where it is not today."""
    if moment is None:
        return "未知时间"
    there, here = moment.astimezone(LOCAL), now.astimezone(LOCAL)
    days = (there.date() - here.date()).days
    day = {0: "", 1: "明天", -1: "昨天"}.get(days, f"{there.month}月{there.day}日")
    return f"{day}{there:%H:%M}"
