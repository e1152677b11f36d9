"""What the popup does with notices: each is shown until it is marked read, and an urgent one is announced once."""

from dataclasses import replace
from datetime import datetime

from assistant.notice_messages import Announce, MarkNotice, NoticeRead, NoticesSeen, Posted
from assistant.popup_state import State, Step
from data.notices.notice import Notice


def noticing(state: State, intent: NoticesSeen | NoticeRead) -> Step:
    """The state after `intent`; the keyboard stays where it is, and a hidden popup stays hidden."""
    match intent:
        case NoticesSeen(posted, at):
            after = replace(state, posted=posted)
            fresh = [one for one in unread(after, at) if one.urgent and one.id not in state.announced]
            announced = state.announced | {one.id for one in fresh}
            return replace(after, announced=announced), tuple(Announce(one.text) for one in fresh)
        case NoticeRead(key):
            return replace(state, posted=tuple(_read(one, key, state.person) for one in state.posted)), (
                MarkNotice(key),
            )


def unread(state: State, at: datetime) -> list[Notice]:
    """The notices to show at `at`: in force, and not marked read by who is signed in now."""
    reader = state.person or ""
    return [one.notice for one in state.posted if reader not in one.read_by and one.notice.in_force(at)]


def _read(one: Posted, key: str, person: str | None) -> Posted:
    return replace(one, read_by=one.read_by | {person or ""}) if one.notice.id == key else one
