"""The table of rights, and the document that shows it."""

from pathlib import Path

import pytest

from data.rights import (
    ACTS,
    DEVICE_ACTS,
    DEVICE_RIGHTS,
    DEVICES,
    LEAST_ROLE,
    RIGHTS,
    ROLES,
    ForbiddenError,
    check,
    check_device,
    may,
)
from data.rights_document import rights_json, rights_markdown

DOCUMENT = Path(__file__).parents[2] / "docs" / "rights.md"


def test_every_act_has_a_name_and_somebody_who_may_do_it() -> None:
    assert set(RIGHTS) == set(ACTS)
    assert all(RIGHTS.values())


def test_every_role_may_do_something_and_only_known_roles_may() -> None:
    assert frozenset().union(*RIGHTS.values()) == frozenset(ROLES)
    assert LEAST_ROLE in ROLES


@pytest.mark.parametrize("act", RIGHTS)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_the_table_says_and_is_told_who_else_may(role: str, act: str) -> None:
    if may(role, act):
        check(role, act)
        return
    with pytest.raises(ForbiddenError) as refused:
        check(role, act)
    assert all(other in str(refused.value) for other in RIGHTS[act])


def test_what_may_be_done_through_devices_is_known_by_name() -> None:
    assert set(DEVICE_RIGHTS) == set(DEVICES)
    assert frozenset().union(*DEVICE_RIGHTS.values()) <= set(ACTS) | set(DEVICE_ACTS)


def test_nobody_manages_people_or_takes_data_out_with_a_pin() -> None:
    for act in ("manage_people", "manage_devices", "export_clear", "see_audit", "back_up", "approve_pull"):
        with pytest.raises(ForbiddenError):
            check_device("pc", act)


def test_a_display_shows_the_wallboard_and_nothing_else() -> None:
    assert DEVICE_RIGHTS["display"] == {"see_wallboard"}
    assert rights_json()["roles"]["display"] == ["see_wallboard"]


def test_the_document_shows_the_table_that_the_hub_reads() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == rights_markdown()
