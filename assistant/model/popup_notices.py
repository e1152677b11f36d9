"""What the popup does with notices and reminders: each is shown until it is marked read.

An urgent notice and a reminder are announced once.
"""

from dataclasses import replace
from datetime import datetime

from assistant.model.notice_messages import Announce, MarkNotice, NoticeRead, NoticesSeen, Posted, PromisesSeen
from assistant.model.popup_state import State, Step
from data.notices.notice import Notice
from data.outages.promises import Promise
from data.outages.timetable import SHANGHAI


def noticing(state: State, intent: NoticesSeen | PromisesSeen | NoticeRead) -> Step:
    """The state after `intent`; the keyboard stays where it is, and a hidden popup stays hidden."""
    match intent:
        case PromisesSeen(promises, at):
            after = replace(state, promises=promises)
            due = [one for one in reminders(after, at) if one.key not in state.announced]
            said = tuple(Announce(f"{one.window} {one.etr.astimezone(SHANGHAI):%H:%M} {one.told}") for one in due)
            return replace(after, announced=state.announced | {one.key for one in due}), said
        case NoticeRead(key) if any(one.key == key for one in state.promises):
            return replace(state, reminded=state.reminded | {key}), ()
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


def reminders(state: State, at: datetime) -> list[Promise]:
    """The promises of whoever is signed in that fall due soon or went by, and whose reminder is not read."""
    mine = f"person:{state.person}"
    return [one for one in state.promises if mine in one.owners and one.due(at) and one.key not in state.reminded]


def _read(one: Posted, key: str, person: str | None) -> Posted:
    return replace(one, read_by=one.read_by | {person or ""}) if one.notice.id == key else one
