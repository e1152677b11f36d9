"""Windows that are set again and again: kept by a name, set at a start."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from data.clock import to_iso
from data.errors import BadValueError, NotFoundError
from data.fields import Doc, canonical_json
from data.outages.branch_limits import check_branches
from data.outages.entry import NewOutage, resolve_scope
from data.outages.facts import NOTHING_MORE, WindowFacts
from data.outages.rules import NAME_AT_MOST, check_kind, check_scope, readable, readable_reason
from data.outages.windows import ScopeItem
from data.store.desk_tables import OUTAGE_TEMPLATE
from data.store.store import Writing

_LASTS_AT_LEAST, _LASTS_AT_MOST = timedelta(minutes=1), timedelta(days=366)


@dataclass(frozen=True, slots=True)
class OutageTemplate:
    """What of a window is known before its start.

    Attributes:
        name: What people call it; one a centre.
        lasts: From the start to the ETR.
        scope: Pairs of a kind and an id; empty where it is another one each time.
        facts: What is known beside the promise.
    """

    name: str
    kind: str
    reason: str
    lasts: timedelta
    scope: tuple[tuple[str, str], ...] = ()
    hold: bool = False
    facts: WindowFacts = NOTHING_MORE

    def at(self, start: datetime, scope: tuple[tuple[str, str], ...] = ()) -> NewOutage:
        """A window that begins at `start`, with `scope` in place of the template's where one is given."""
        etr = start + self.lasts
        return NewOutage(self.kind, start, etr, self.reason, scope or self.scope, self.hold, self.facts)

    def to_json(self) -> Doc:
        """The public form; `lasts_min` is in minutes."""
        return {
            "name": self.name,
            "kind": self.kind,
            "reason": self.reason,
            "lasts_min": int(self.lasts.total_seconds() // 60),
            "scope": [{"kind": kind, "id": key} for kind, key in self.scope],
            "hold": self.hold,
            **self.facts.to_json(),
        }


def list_templates(connection: Connection) -> list[OutageTemplate]:
    """Every template, by name."""
    rows = connection.execute(select(OUTAGE_TEMPLATE.c.body).order_by(OUTAGE_TEMPLATE.c.name)).scalars()
    return [_from_json(json.loads(body)) for body in rows]


def read_template(connection: Connection, name: str) -> OutageTemplate:
    """One template.

    Raises:
        NotFoundError: there is none of that name.
    """
    body = connection.execute(select(OUTAGE_TEMPLATE.c.body).where(OUTAGE_TEMPLATE.c.name == name)).scalar()
    if body is None:
        refused = NotFoundError(f"no template is called {name!r} 没有这个模板: outage template list shows them")
        raise refused.about("no_template", name=name)
    return _from_json(json.loads(body))


def save_template(writing: Writing, template: OutageTemplate, by: str) -> OutageTemplate:
    """Keeps a template, in place of one of the same name; audited.

    Returns:
        It, as it was kept: its texts in one line, its scope by ids.

    Raises:
        BadValueError: it has no name, or lasts no time or too long.
        OutageError: kind, reason, scope or what is known besides would make no window.
        NotFoundError, AmbiguousError: a scope names no record, or several.
        ForbiddenError: a scope, or that of the one of the same name, is not of the actor's branches.
    """
    checked = _checked(writing.connection, template)
    check_branches(writing.connection, resolve_scope(writing.connection, checked.scope), writing.branches)
    _check_whose(writing, checked.name)
    now = writing.clock.now()
    writing.connection.execute(delete(OUTAGE_TEMPLATE).where(OUTAGE_TEMPLATE.c.name == checked.name))
    row = {"name": checked.name, "body": canonical_json(checked.to_json()), "changed_at": to_iso(now), "changed_by": by}
    writing.connection.execute(insert(OUTAGE_TEMPLATE).values(row))
    writing.note(by, "save_outage_template", checked.name)
    return checked


def remove_template(writing: Writing, name: str, by: str) -> None:
    """Takes a template away; windows that were set from it stay. Audited.

    Raises:
        NotFoundError: there is none of that name.
        ForbiddenError: its scope is not of the actor's branches.
    """
    read_template(writing.connection, name)
    _check_whose(writing, name)
    writing.connection.execute(delete(OUTAGE_TEMPLATE).where(OUTAGE_TEMPLATE.c.name == name))
    writing.note(by, "remove_outage_template", name)


def _check_whose(writing: Writing, name: str) -> None:
    """Does nothing where there is no template of that name, or its scope is of the actor's branches."""
    kept = next((one for one in list_templates(writing.connection) if one.name == name), None)
    if kept is not None:
        check_branches(writing.connection, [ScopeItem(*item) for item in kept.scope], writing.branches)


def _checked(connection: Connection, template: OutageTemplate) -> OutageTemplate:
    name = readable("name", template.name, NAME_AT_MOST)
    if name is None:
        raise BadValueError("name", template.name, "give the template a name 请填写模板名称").about(
            "template_name_needed"
        )
    if not _LASTS_AT_LEAST <= template.lasts <= _LASTS_AT_MOST:
        raise BadValueError("lasts_min", template.lasts, "give 1 minute to 366 days")
    check_kind(template.kind)
    if template.scope:
        check_scope(template.scope)
    items = dict.fromkeys((item.kind, item.id) for item in resolve_scope(connection, template.scope))
    reason, facts = readable_reason(template.reason), template.facts.checked()
    return replace(template, name=name, reason=reason, scope=tuple(items), facts=facts)


def _from_json(told: dict[str, Any]) -> OutageTemplate:
    return OutageTemplate(
        name=told["name"],
        kind=told["kind"],
        reason=told["reason"],
        lasts=timedelta(minutes=told["lasts_min"]),
        scope=tuple((item["kind"], item["id"]) for item in told["scope"]),
        hold=told["hold"],
        facts=WindowFacts.from_json(told),
    )
