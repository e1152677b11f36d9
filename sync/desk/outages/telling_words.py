"""What the pages say of tellings and call-backs, in Chinese and English."""

from datetime import datetime

from data.clock import to_iso
from data.masking import mask_phone
from data.outages.windows import OutageWindow
from data.telling.call_backs import Listed
from data.telling.news import MEANS, NEWS, RESULTS
from data.telling.waiting import STATUSES, TRY_RESULTS, heard_by
from sync.desk import place_words
from sync.desk.outages import window_words
from sync.desk.outages.window_words import state_of, when, who
from sync.desk.page import Desk
from sync.desk.place_words import Said, said
from sync.language import Language

_IN_ENGLISH = {
    "outage": "Tell of the outage",
    "etr": "ETR has changed",
    "restored": "Power is back",
    "ended": "Ended by the clock, not confirmed",
    "withdrawn": "Withdrawn",
    "phone": "Phone",
    "sms": "Text message",
    "visit": "Visit",
    "told": "Told",
    "no_answer": "No answer",
    "refused": "Refused the call",
    "wrong_number": "Wrong number",
    "not_needed": "Not needed",
    "due": "To be called",
    "later": "Call again later",
    "waiting": "Waits for power",
    "closed": "Closed",
    "done": "Told",
    "cancelled": "Call no more",
    "taken_back": "Take the last note back",
}


def _said(words: dict[str, str]) -> dict[str, Said]:
    return {key: (said, _IN_ENGLISH[key]) for key, said in words.items()}


LISTED: dict[str, Said] = {
    "open": ("待通知", "To be told"),
    "done": ("已办", "Done"),
    "missed": ("停电结束前未通知到", "Not reached before it was over"),
}
SHOWN: dict[str, Said] = {"open": ("待通知", "To be told"), "done": ("已办", "Done"), "all": ("全部", "All")}
CALLS_SHOWN: dict[str, Said] = {
    "now": ("现在要打的", "To be called now"),
    "waiting": ("等待送电", "Waiting"),
    "closed": ("已结束", "Closed"),
    "all": ("全部", "All"),
}


def telling_desk() -> Desk:
    """The frame of the pages about tellings and call-backs, with their words."""
    return Desk(
        filters={"who": who, "state_of": state_of, "mask_phone": mask_phone},
        labels={
            "said": said,
            "KINDS": place_words.OUTAGES,
            "IMPORTANCE": place_words.IMPORTANCE,
            "STATES": window_words.STATES,
            "GLYPHS": window_words.GLYPHS,
            "when": when,
            "NEWS": _said(NEWS),
            "MEANS": _said(MEANS),
            "RESULTS": _said(RESULTS),
            "TRY_RESULTS": _said(TRY_RESULTS),
            "STATUSES": _said(STATUSES),
            "LISTED": LISTED,
            "SHOWN": SHOWN,
            "CALLS_SHOWN": CALLS_SHOWN,
            "moment": moment,
            "to_say": to_say,
        },
    )


def moment(value: datetime, now: datetime, lang: Language) -> str:
    """A moment as people say it."""
    return when(to_iso(value), now, lang)


def to_say(listed: Listed, now: datetime, lang: Language) -> str:
    """What the caller is told, in a sentence; empty where there is nothing yet."""
    window = listed.awaited.window
    if window is None:
        return ""
    etr, heard = (when(to_iso(one), now, lang) for one in (window.etr, heard_by(listed.asked, window)))
    told: dict[str | None, Said] = {
        "restored": (
            f"您登记的停电已确认送电{_since(window, now, lang)}，请核实是否来电。",
            f"The outage was restored{_since(window, now, lang)}: ask whether power is back.",
        ),
        "etr": (f"预计恢复时间由 {heard} 改为 {etr}。", f"Power is now expected at {etr}, not at {heard}."),
        "withdrawn": ("原停电信息已撤销。", "The outage was called off."),
        "ended": (
            f"原预计 {etr} 恢复，请核实是否已来电。",
            f"Power was expected at {etr}: ask whether it is back.",
        ),
    }
    return told.get(listed.standing.news, ("", ""))[lang == "en"]


def _since(window: OutageWindow, now: datetime, lang: Language) -> str:
    if window.restored_at is None:
        return ""
    at = when(to_iso(window.restored_at), now, lang)
    return f" at {at}" if lang == "en" else f"（{at}）"
