"""Enrolment, and tokens that are replayed, expired, revoked, cloned, forged, or older than the scheme."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from data.errors import AmbiguousError, BadValueError, NotFoundError
from data.store.schema import AUDIT, DEVICE
from data.store.store import Store
from sync import auth
from sync.auth.changes import rights_mark, token_key
from sync.auth.devices import find_device, move_device, rename_device, revoke_device
from sync.auth.tokens import ACCESS_LASTS, Tokens, digest, make_tokens, read_token
from sync.errors import RefusedError
from tests.stores import NOON, SetClock

NOT_ENROLLED = "not enrolled at this hub, or was revoked"


def enrolled(store: Store, name: str = "座席1") -> tuple[auth.Device, Tokens]:
    return auth.enrol(store, auth.add_device(store, name, ("B1",), "os:root")[0])


def bearer_of(store: Store, token: str) -> auth.Device | None:
    with store.read() as connection:
        return auth.device_of(connection, token, store.clock.now())


def acts(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.execute(select(AUDIT.c.act).order_by(AUDIT.c.number)).scalars())


def test_a_code_enrols_one_device_once_and_no_secret_is_kept(store: Store) -> None:
    code, expires = auth.add_device(store, "座席1", ("B1",), "os:root")
    assert expires == NOON + timedelta(hours=24)
    device, tokens = auth.enrol(store, f" {code.lower()} ")
    assert device.branches == ("B1",)
    assert bearer_of(store, tokens.access) == device
    secret = tokens.refresh.split(".")[3]
    with store.read() as connection:
        row = " ".join(map(str, connection.execute(select(DEVICE)).one()))
    assert all(one not in row for one in (code, secret, tokens.access, tokens.refresh))
    for wrong in (code, "", "WRONGCODE1"):
        with pytest.raises(RefusedError, match="wrong or was used before"):
            auth.enrol(store, wrong)


def test_an_expired_code_enrols_nobody(store: Store, clock: SetClock) -> None:
    code, _ = auth.add_device(store, "座席1", (), "os:root")
    clock.pass_time(hours=24, seconds=1)
    with pytest.raises(RefusedError, match=re.escape("expired at 2026-11-23T04:00:00Z")):
        auth.enrol(store, code)


def test_a_code_for_a_display_enrols_no_pc_and_the_other_way_round(store: Store) -> None:
    for_display, _ = auth.add_device(store, "大厅", (), "os:root", "display")
    for_pc, _ = auth.add_device(store, "座席1", (), "os:root")
    with pytest.raises(RefusedError):
        auth.enrol(store, for_display)
    with pytest.raises(RefusedError):
        auth.enrol_display(store, for_pc)
    display, secret = auth.enrol_display(store, for_display)
    with store.read() as connection:
        assert auth.display_of(connection, secret) == display
        assert auth.device_of(connection, secret, NOON) is None
    with pytest.raises(RefusedError):
        auth.refresh(store, secret)


def test_an_access_token_lasts_a_quarter_of_an_hour_and_a_refresh_token_is_none(store: Store, clock: SetClock) -> None:
    device, tokens = enrolled(store)
    assert tokens.expires == NOON + timedelta(minutes=15)
    assert bearer_of(store, tokens.refresh) is None
    clock.pass_time(seconds=ACCESS_LASTS.total_seconds() - 1)
    assert bearer_of(store, tokens.access) == device
    clock.pass_time(seconds=1)
    assert bearer_of(store, tokens.access) is None
    assert bearer_of(store, auth.refresh(store, tokens.refresh).access) == device


def test_a_lost_answer_may_be_asked_for_again_and_is_the_same(store: Store) -> None:
    _, first = enrolled(store)
    second = auth.refresh(store, first.refresh)
    assert auth.refresh(store, first.refresh) == second
    third = auth.refresh(store, second.refresh)
    assert auth.refresh(store, second.refresh) == third
    assert len({first.refresh, second.refresh, third.refresh}) == 3


def test_a_token_used_after_its_successor_was_is_a_copy_and_the_device_is_revoked(store: Store) -> None:
    _, first = enrolled(store)
    second = auth.refresh(store, first.refresh)
    third = auth.refresh(store, second.refresh)
    with pytest.raises(RefusedError, match="used twice"):
        auth.refresh(store, first.refresh)
    assert bearer_of(store, third.access) is None
    with pytest.raises(RefusedError, match=NOT_ENROLLED):
        auth.refresh(store, third.refresh)
    assert acts(store)[-1] == "revoke_cloned_device"


def test_a_token_that_was_changed_or_made_up_is_refused_and_revokes_nobody(store: Store) -> None:
    device, tokens = enrolled(store)
    kind, key, number, secret, mac = tokens.refresh.split(".")
    forged = [
        f"{kind}.{key}.1.{secret}.{mac}",
        f"a.{key}.{number}.{secret}.{mac}",
        f"{kind}.{key}.{number}.{'A' * len(secret)}.{mac}",
        f"{kind}.{key}.{number}.{secret}.{mac[:-1]}",
        f"{kind}.{key}.9999999999999.{secret}.{mac}",
        f"{kind}.{key}.٢.{secret}.{mac}",
        "....",
        "",
        make_tokens(b"another hub's key", key, secret, 2, NOON).refresh,
    ]
    for token in forged:
        with pytest.raises(RefusedError, match=NOT_ENROLLED):
            auth.refresh(store, token)
        assert bearer_of(store, token) is None
    assert bearer_of(store, tokens.access) == device


def test_whoever_reads_the_database_can_make_no_token(store: Store) -> None:
    device, _ = enrolled(store)
    with store.read() as connection:
        key, kept = token_key(connection), connection.execute(select(DEVICE.c.token_hash)).scalar_one()
    forged = make_tokens(key, device.id, str(kept), 2, NOON)
    assert read_token(key, forged.access) is not None
    assert bearer_of(store, forged.access) is None
    with pytest.raises(RefusedError, match=NOT_ENROLLED):
        auth.refresh(store, forged.refresh)


def test_a_hub_restored_from_a_copy_still_knows_the_tokens_it_gave_later(store: Store) -> None:
    device, tokens = enrolled(store)
    with store.read() as connection:
        copied = connection.execute(select(DEVICE.c.generation)).scalar_one()
    for _ in range(3):
        tokens = auth.refresh(store, tokens.refresh)
    with store.write("test", "restore") as writing:
        writing.connection.execute(update(DEVICE).values(generation=copied))
    assert bearer_of(store, auth.refresh(store, tokens.refresh).access) == device


def test_a_device_enrolled_before_there_were_tokens_works_until_it_has_some(store: Store) -> None:
    enrolled(store)
    with store.write("test", "as it was before") as writing:
        writing.connection.execute(update(DEVICE).values(token_hash=digest("lasting"), generation=0))
    assert bearer_of(store, "lasting") is not None
    first = auth.refresh(store, "lasting")
    assert auth.refresh(store, "lasting") == first
    assert bearer_of(store, "lasting") is not None
    second = auth.refresh(store, first.refresh)
    assert bearer_of(store, "lasting") is None
    assert bearer_of(store, second.access) is not None
    with pytest.raises(RefusedError, match="used twice"):
        auth.refresh(store, "lasting")


def test_a_revoked_device_is_nobody_and_streams_are_told(store: Store) -> None:
    device, tokens = enrolled(store)
    with store.read() as connection:
        before = rights_mark(connection)
    assert revoke_device(store, "座席1", "os:root") == device
    assert bearer_of(store, tokens.access) is None
    with pytest.raises(RefusedError, match=NOT_ENROLLED):
        auth.refresh(store, tokens.refresh)
    with store.read() as connection:
        assert rights_mark(connection) != before


def test_a_device_is_found_by_id_or_unique_name_renamed_and_moved(store: Store) -> None:
    first, _ = enrolled(store)
    enrolled(store)
    with pytest.raises(AmbiguousError, match=first.id), store.read() as connection:
        find_device(connection, "座席1")
    rename_device(store, first.id, "座席2", "os:root")
    moved = move_device(store, "座席2", ("B2",), "os:root")
    assert (moved.id, moved.branches) == (first.id, ("B2",))
    with pytest.raises(NotFoundError, match="座席9"):
        rename_device(store, "座席9", "x", "os:root")
    with pytest.raises(NotFoundError, match="no branch has the id B9"):
        move_device(store, "座席2", ("B9",), "os:root")


def test_a_device_for_an_unknown_branch_or_without_a_name_is_refused(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no branch has the id B9"):
        auth.add_device(store, "座席1", ("B1", "B9"), "os:root")
    with pytest.raises(BadValueError, match="give the PC or seat a name"):
        auth.add_device(store, " ", (), "os:root")


@pytest.mark.parametrize("name", ["座席\n2026 os:root", "座席\x1b[2J", "座席\u202e1", "座席\u2028 1"])
def test_a_name_that_would_forge_a_line_is_refused(store: Store, name: str) -> None:
    with pytest.raises(BadValueError, match="cannot be shown"):
        auth.add_device(store, name, (), "os:root")
    with pytest.raises(BadValueError, match="cannot be shown"):
        auth.add_person(store, name, "agent", "secret", "os:root")


def test_a_device_of_the_least_class_is_one_from_the_start(store: Store) -> None:
    for _ in range(2):
        code, _ = auth.add_device(store, "大堂", (), "os:root", reader="least")
        assert auth.enrol(store, code)[0].reader == "least"
    with pytest.raises(BadValueError, match="class"):
        auth.add_device(store, "大堂", (), "os:root", reader="most")
