"""What the popup draws for a state, as plain frozen data, to be compared and painted.

Comparing two pictures tells what has to be drawn again; nothing here knows of Tk.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.card.answer import Answer, Freshness, Result
from assistant.model.popup_notices import reminders, unread
from assistant.model.popup_state import State
from assistant.popup.blocks import Block, Foot, Heading, Line, Listing, Message, Picture, Row, Strip
from assistant.popup.card_picture import card_of, entries, verdict_of, ways_onwards
from assistant.popup.moments import spoken
from assistant.popup.reveal_picture import with_reveal
from assistant.popup.theme import Tone
from assistant.popup.tree_picture import tree_card, tree_listing
from assistant.words.wording import Words
from data.clock import to_iso
from data.notices.notice import Notice
from data.outages.promises import Promise

_ECHOED = 40
"""Characters of a query that are said back."""


@dataclass(frozen=True, slots=True)
class Facts:
    """How the parts around the popup are, in words; shown on the status page.

    Attributes:
        hotkey: The combination, or why there is none.
        hotkey_works: Whether it can be pressed.
        tray: Why there is no tray icon; empty: there is one.
        settings: Why the settings file is not used; empty: it is.
    """

    hotkey: str = ""
    hotkey_works: bool = True
    tray: str = ""
    settings: str = ""


def picture(state: State, facts: Facts, words: Words, now: datetime) -> Picture:
    """What to draw for `state` at the moment `now`."""
    listing = tree_listing(state.tree, words) if state.tree else _listing(state, words)
    card, foot = tuple(_card(state, facts, words, now)), _foot(state, facts, words, now)
    return Picture(listing, card, foot, _strip(state, words, now))


def _strip(state: State, words: Words, now: datetime) -> Strip | None:
    """What is to be read first, and how much there is beside it: urgent notices, reminders, notices."""
    notices = unread(state, now)
    strips = [_reminder(one, words, now) for one in reminders(state, now)]
    urgent = sum(one.urgent for one in notices)
    strips[:0] = [_posted(one, words) for one in notices[:urgent]]
    strips += [_posted(one, words) for one in notices[urgent:]]
    if not strips:
        return None
    more = words("posted.more", count=len(strips) - 1) if len(strips) > 1 else ""
    return replace(strips[0], text=strips[0].text + more)


def _posted(notice: Notice, words: Words) -> Strip:
    mark = words("posted.urgent" if notice.urgent else "posted.notice")
    return Strip(notice.id, mark, notice.text, "bad" if notice.urgent else "accent")


def _reminder(promise: Promise, words: Words, now: datetime) -> Strip:
    etr = spoken(to_iso(promise.etr), now, words)
    return Strip(
        promise.key,
        words("reminder.overdue" if promise.overdue else "reminder"),
        words("reminder.passed" if promise.overdue else "reminder.due", id=promise.window, etr=etr, told=promise.told),
        "bad" if promise.overdue else "warn",
    )


def _listing(state: State, words: Words) -> Listing:
    answer = state.answer
    if answer is None or not answer.results:
        return Listing()
    head = words("weak.head") if answer.results[0].match.weak else ""
    return Listing(tuple(_row(result, answer, words) for result in answer.results), state.selected, head, "warn")


def _row(result: Result, answer: Answer, words: Words) -> Row:
    mark, verdict, tone = verdict_of(result.state, answer.freshness, words)
    under = " › ".join(result.path) or (result.branch.name if result.branch else "")
    return Row(
        tag=" · ".join((words(f"kind.{result.kind}"), words(f"reason.{_reason(result)}"))),
        name=result.name,
        spans=result.match.spans,
        under="   ".join(part for part in (result.code, under) if part),
        mark=mark,
        verdict=verdict,
        tone=tone,
        weak=result.match.weak,
    )


_OF_THE_NAME = frozenset({"name", "name_prefix", "pinyin", "initials", "mixed", "sounds_like"})


def _reason(result: Result) -> str:
    """Why it is there, as the wording calls it: what is matched by no part of its name is so by another name."""
    match = result.match
    if match.weak:
        return "weak"
    if match.reason == "number":
        return f"number.{result.kind}"
    return "alias" if match.reason in _OF_THE_NAME and not match.spans else match.reason


def _card(state: State, facts: Facts, words: Words, now: datetime) -> Iterator[Block]:
    if state.status_shown:
        yield from _status(state, facts, words, now)
    elif state.tree:
        yield from tree_card(state.tree, state.phone, words, now)
    elif state.answer is None or state.chosen is None:
        yield _nothing(state, words)
    else:
        acts = entries(state.chosen, words) + ways_onwards(state.chosen, words)
        card = card_of(state.on_card or state.chosen, state.answer.freshness, state.phone, acts, words, now)
        yield from with_reveal(card, state.chosen, state.reveal, words)


def _nothing(state: State, words: Words) -> Message:
    if state.problem:
        return Message(words("empty.failed"), state.problem, "bad")
    if state.overdue and state.answer is None:
        return Message(words("empty.asking", query=_asked(state)), words("empty.asking_hint"))
    if state.answer is not None and state.answer.as_of is None:
        return Message(words("empty.no_data"), words("empty.no_data_hint"), "warn")
    if state.is_current and state.query.strip():
        return Message(words("empty.none", query=_asked(state)), _phone(state, words) or words("empty.none_hint"))
    return Message(words("empty.start"), words("empty.hint"))


def _asked(state: State) -> str:
    """What was typed, or how it begins where a page was pasted: the advice under it must stay in sight."""
    typed = " ".join(state.query.split())
    return typed if len(typed) <= _ECHOED else f"{typed[:_ECHOED]}…"


def _phone(state: State, words: Words) -> str:
    """How it stands with the phone number that was asked for; empty where none was, or its owners are shown."""
    phone = state.answer.phone if state.answer and state.is_current else None
    if phone is None or any(result.match.reason == "phone" for result in state.results):
        return ""
    return words(f"phone.{phone.state}")


def _status(state: State, facts: Facts, words: Words, now: datetime) -> Iterator[Block]:
    foot = _foot(state, facts, words, now)
    good = words("fact.good")
    yield Heading(words("status.title"))
    yield Line(words("status.hub"), words(f"hub.{HUB_MARKS[state.hub_connected][0]}"), foot.hub_tone)
    yield Line(words("status.person"), state.person or words("shift.nobody"))
    yield Line(words("status.data"), foot.as_of, foot.as_of_tone)
    if state.cache_damaged:
        yield Line(words("status.cache"), words("cache.damaged"), "bad")
    if outbox := _outbox(state, words):
        yield Line(words("status.outbox"), outbox, "warn")
    yield Line(words("status.hotkey"), facts.hotkey, "text" if facts.hotkey_works else "warn")
    yield Line(words("status.tray"), facts.tray or good)
    yield Line(words("status.settings"), facts.settings or good, "warn" if facts.settings else "text")


HUB_MARKS: dict[bool | None, tuple[str, Tone]] = {True: ("on", "good"), False: ("off", "warn"), None: ("none", "quiet")}


def _foot(state: State, facts: Facts, words: Words, now: datetime) -> Foot:
    dated = state.tree if state.tree and state.tree.as_of else state.answer
    as_of, as_of_tone = _as_of(dated.as_of, dated.freshness, words, now) if dated else ("", "quiet")
    notice, notice_tone = _notice(state, facts, words)
    mark, hub_tone = HUB_MARKS[state.hub_connected]
    hub, hub_tip = words(f"hub.{mark}"), words(f"hub.{mark}_tip")
    hub = f"{state.person} · {hub}" if state.person else hub
    hints = "hints.tree" if state.tree else "hints"
    return Foot(as_of, as_of_tone, notice, notice_tone, hub, hub_tip, hub_tone, words(hints), words(f"{hints}_tip"))


def _notice(state: State, facts: Facts, words: Words) -> tuple[str, Tone]:
    if state.notice:
        tone: Tone = "good" if state.notice.key.startswith(("copied", "forgotten")) else "warn"
        return words(f"notice.{state.notice.key}", value=state.notice.value), tone
    if state.cache_damaged:
        return words("cache.damaged"), "bad"
    if state.sign_in_required and not state.person:
        return words("shift.sign_in_first"), "warn"
    if outbox := _outbox(state, words):
        return outbox, "warn"
    if state.results and (phone := _phone(state, words)):
        return phone, "warn"
    return ("", "quiet") if facts.hotkey_works else (words("hotkey.broken"), "warn")


def _outbox(state: State, words: Words) -> str:
    """How many entries wait or were refused; empty where there are none."""
    if state.refused:
        return words("outbox.refused", value=str(state.refused))
    return words("outbox.unsent", value=str(state.unsent)) if state.unsent else ""


def _as_of(as_of: str | None, freshness: Freshness, words: Words, now: datetime) -> tuple[str, Tone]:
    if as_of is None:
        return words("asof.never"), "warn"
    text = words(f"asof.{freshness}", time=spoken(as_of, now, words))
    return text, "warn" if freshness == "stale" else "quiet"
