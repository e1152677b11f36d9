"""What may be done to a window from its pages: each act by its name in the address, one transaction, one revision."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from data.errors import DataError, NotFoundError
from data.outages.acts import (
    OutageEdit,
    begin_outage,
    edit_outage,
    publish_outage,
    reopen_outage,
    restore_outage,
    revise_outage,
    withdraw_outage,
)
from data.outages.describing import named_items
from data.outages.entry import resolve_scope
from data.outages.public_scope import public_scope
from data.outages.rules import REASON_AT_MOST
from data.outages.stored import find_outage
from data.outages.windows import OutageWindow, ScopeItem
from data.store.store import Writing
from sync.auth import Person
from sync.desk.outages.window_forms import ActForm
from sync.hub.hub import Hub

_OF_A_PART = frozenset({"restore", "part"})


class ChangedMeanwhileError(DataError):
    """Somebody else did something to the window after the form was made."""


Act = Callable[[Writing, OutageWindow, ActForm, str], OutageWindow]


def possible_acts(window: OutageWindow, at: datetime, own: Collection[ScopeItem] | None = None) -> tuple[str, ...]:
    """The names of what may be done to a window at `at`, what is done most comes first.

    Args:
        window: Which.
        at: When.
        own: From `data.outages.branch_parts.own_part`: of a window that crosses branches only one's own part is
            restored, until all of that is; the rest is done by who works for all of them.
    """
    if own is not None:
        left = set(own).difference(window.restored_items(at))
        return tuple(act for act in possible_acts(window, at) if act in _OF_A_PART) if left else ()
    if window.withdrawn_at is not None:
        return ()
    if window.restored_at is not None:
        return ("reopen",)
    if at < window.begins:
        return ("revise", "begin", "publish", "edit", "withdraw")
    return ("revise", "restore", "part", "begin", "publish", "edit", "withdraw")


def do_act(hub: Hub, person: Person, key: str, act: str, form: ActForm) -> OutageWindow:
    """The window after an act.

    Raises:
        NotFoundError: no such window, or no such act.
        ChangedMeanwhileError: somebody else was there first.
        SwitchboardError: the act is refused.
    """
    name, do = _known(act)
    with hub.store.write(person.actor, name.replace("_", " "), person.branches) as writing:
        window = find_outage(writing.connection, key)
        if len(window.revisions) != form.seen:
            told = "这条信息刚被别人改过 somebody else has changed this window meanwhile"
            raise ChangedMeanwhileError(told).about("window_moved")
        done = do(writing, window, form, person.actor)
        writing.note(person.actor, name, key)
    hub.stream.look_now()
    return done


def _known(act: str) -> tuple[str, Act]:
    if act not in _ACTS:
        raise NotFoundError(f"没有“{act}”这个操作 there is no such act").about("no_such_act", name=act)
    return _ACTS[act]


def _revise(writing: Writing, window: OutageWindow, form: ActForm, by: str) -> OutageWindow:
    etr = form.promise(window.etr, writing.clock.now())
    source, site = form.etr_source or None, bool(form.site)
    return revise_outage(writing, window.id, etr, form.told_reason(), by, etr_source=source, site=site)


def _begin(writing: Writing, window: OutageWindow, form: ActForm, by: str) -> OutageWindow:
    return begin_outage(writing, window.id, form.moment(), by)


def _restore(writing: Writing, window: OutageWindow, form: ActForm, by: str) -> OutageWindow:
    return restore_outage(writing, window.id, form.moment(), (), by, form.reason)


def _restore_part(writing: Writing, window: OutageWindow, form: ActForm, by: str) -> OutageWindow:
    parts = form.parts()
    named = named_items(writing.connection, resolve_scope(writing.connection, parts))
    reason = form.reason.strip() or public_scope([*named.values()])  # it is told everywhere: no customer by name
    return restore_outage(writing, window.id, form.moment(), parts, by, reason[:REASON_AT_MOST])


def _publish(writing: Writing, window: OutageWindow, form: ActForm, by: str) -> OutageWindow:
    return publish_outage(writing, window.id, form.channel, form.moment(), by)


def _edit(writing: Writing, window: OutageWindow, form: ActForm, by: str) -> OutageWindow:
    timetable = form.timetable()
    edit = OutageEdit(
        public_scope=form.public_scope,
        cause=form.cause,
        crew=form.crew,
        crew_phone=form.crew_phone,
        hold=bool(form.hold),
        timetable=timetable,
        every_hour=timetable is None,
    )
    return edit_outage(writing, window.id, edit, form.told_reason(), by)


def _reopen(writing: Writing, window: OutageWindow, form: ActForm, by: str) -> OutageWindow:
    return reopen_outage(writing, window.id, form.told_reason(), by)


def _withdraw(writing: Writing, window: OutageWindow, form: ActForm, by: str) -> OutageWindow:
    return withdraw_outage(writing, window.id, form.told_reason(), by)


_ACTS: Mapping[str, tuple[str, Act]] = {
    "revise": ("revise_outage", _revise),
    "begin": ("begin_outage", _begin),
    "restore": ("restore_outage", _restore),
    "part": ("restore_outage", _restore_part),
    "publish": ("publish_outage", _publish),
    "edit": ("edit_outage", _edit),
    "reopen": ("reopen_outage", _reopen),
    "withdraw": ("withdraw_outage", _withdraw),
}
"""Acts by their names in the address, with the name under which each is audited."""
