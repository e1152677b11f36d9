"""A PC's tokens and shift, as its home keeps them: renewed by several processes, and cut short anywhere."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from data.store.store import Store
from sync import auth
from sync.device_protocol import PERSON_HEADER
from sync.errors import HomeError, RefusedError
from sync.replica.agent_home import AgentHome
from sync.replica.credential import HomeCredential
from sync.replica.enrolment import Enrolment, Shift
from tests.keyring import make_keyring
from tests.stores import NOON, SetClock

Exchange = Callable[[str], tuple[str, str]]


@pytest.fixture
def home(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AgentHome:
    """Of a PC that is enrolled, and has no keyring."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    device, tokens = auth.enrol(store, auth.add_device(store, "座席1", (), "os:root")[0])
    home = AgentHome(tmp_path / "agent")
    home.save_enrolment(Enrolment("http://hub", device.id, device.name, tokens.access, tokens.refresh))
    return home


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_keyring(tmp_path, monkeypatch)


@pytest.fixture
def exchange(store: Store) -> Exchange:
    """The hub's answer to a refresh token."""

    def answer(refresh: str) -> tuple[str, str]:
        tokens = auth.refresh(store, refresh)
        return tokens.access, tokens.refresh

    return answer


def renew(home: AgentHome, exchange: Exchange) -> None:
    credential = HomeCredential(home)
    assert credential.renew(credential.headers(), exchange)


def test_new_tokens_are_kept_and_used_and_no_other_user_of_the_pc_can_read_them(
    home: AgentHome, exchange: Exchange
) -> None:
    before, credential = home.enrolment(), HomeCredential(home)
    assert credential.renew(credential.headers(), exchange)
    after = home.enrolment()
    assert (after.token, after.refresh) == exchange(before.refresh)
    assert credential.headers() == {"Authorization": f"Bearer {after.token}"}
    for file in home.path.iterdir():
        assert file.stat().st_mode & 0o077 == 0 or file.stat().st_size == 0


def test_an_answer_that_was_lost_or_never_kept_is_asked_for_again(home: AgentHome, exchange: Exchange) -> None:
    class LostError(Exception):
        pass

    def lost(refresh: str) -> tuple[str, str]:
        exchange(refresh)
        raise LostError

    for _ in range(3):
        before = home.enrolment()
        with pytest.raises(LostError):
            renew(home, lost)
        assert home.enrolment() == before
        renew(home, exchange)
        assert home.enrolment() != before


def test_what_another_process_has_renewed_is_taken_and_not_renewed_again(
    home: AgentHome, exchange: Exchange, clock: SetClock
) -> None:
    first, second = HomeCredential(home), HomeCredential(home)
    stale = second.headers()
    clock.pass_time(minutes=15)
    assert first.renew(first.headers(), exchange)
    assert second.renew(stale, pytest.fail)
    assert second.headers() == first.headers()


def test_many_that_renew_at_once_do_not_look_like_copies(home: AgentHome, exchange: Exchange, clock: SetClock) -> None:
    clock.pass_time(minutes=15)
    credentials = [HomeCredential(home) for _ in range(6)]
    sent = [one.headers() for one in credentials]
    threads = [
        threading.Thread(target=one.renew, args=(headers, exchange))
        for one, headers in zip(credentials, sent, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.headers()["Authorization"] for one in credentials}) == 1
    for _ in range(2):
        renew(home, exchange)


def test_a_copy_of_a_home_is_found_out_by_whoever_comes_second(
    home: AgentHome, exchange: Exchange, tmp_path: Path
) -> None:
    copy = AgentHome(tmp_path / "copy")
    copy.save_enrolment(home.enrolment())
    renew(home, exchange)
    renew(home, exchange)
    with pytest.raises(RefusedError, match="used twice"):
        renew(copy, exchange)
    with pytest.raises(RefusedError, match="was revoked"):
        renew(home, exchange)


def test_a_home_from_before_there_were_tokens_exchanges_its_secret(home: AgentHome, store: Store) -> None:
    (home.path / "agent.json").write_text('{"hub":"http://hub","device":"d","name":"n","token":"lasting"}', "utf-8")
    asked: list[str] = []

    def exchange(refresh: str) -> tuple[str, str]:
        asked.append(refresh)
        return "access", "refresh"

    renew(home, exchange)
    assert asked == ["lasting"]
    assert (home.enrolment().token, home.enrolment().refresh) == ("access", "refresh")


def test_a_home_of_a_newer_program_is_read_and_one_that_is_damaged_says_so(home: AgentHome) -> None:
    file = home.path / "agent.json"
    file.write_text('{"hub":"http://hub","device":"d","name":"n","token":"t","colour":"red"}', "utf-8")
    assert home.enrolment().token == "t"
    for damaged in ("", "[]", '{"hub":"http://hub"}', "\x00" * 50):
        file.write_text(damaged, "utf-8")
        with pytest.raises(HomeError, match="enrol again"):
            home.enrolment()


def test_requests_bear_the_shift_until_it_is_over_and_a_new_enrolment_ends_it(home: AgentHome) -> None:
    credential = HomeCredential(home)
    shift = Shift("王芳", "agent", "shift token", NOON + timedelta(hours=12))
    home.files.begin_shift(shift)
    assert home.files.shift() == shift
    assert credential.headers()[PERSON_HEADER] == "shift token"
    credential.end_shift()
    credential.end_shift()
    assert home.files.shift() is None
    assert PERSON_HEADER not in credential.headers()
    home.files.begin_shift(shift)
    home.save_enrolment(home.enrolment())
    assert home.files.shift() is None


def test_a_damaged_shift_is_nobodys(home: AgentHome) -> None:
    for damaged in ("", "{}", "[]", '{"person":"a","role":"b","token":"c","ends":"soon"}'):
        (home.path / "shift.json").write_text(damaged, "utf-8")
        assert home.files.shift() is None


def test_whether_somebody_has_to_sign_in_is_kept_for_when_the_hub_is_away(home: AgentHome) -> None:
    assert not home.files.sign_in_required()
    for required in (True, True, False, False):
        home.files.keep_sign_in_required(required=required)
        assert home.files.sign_in_required() is required


def test_the_keyring_keeps_the_refresh_token_where_there_is_one_and_takes_it_over_at_its_first_use(
    home: AgentHome, exchange: Exchange, keyring: Path
) -> None:
    before = home.enrolment()
    assert before.refresh
    renew(home, exchange)
    (kept,) = keyring.iterdir()
    assert kept.read_text().startswith("r.")
    file = (home.path / "agent.json").read_text("utf-8")
    assert before.refresh not in file
    assert kept.read_text() not in file
    for _ in range(2):
        last = kept.read_text()
        renew(home, exchange)
        assert kept.read_text() != last


def test_a_locked_keyring_is_told_and_costs_no_enrolment(home: AgentHome, exchange: Exchange, keyring: Path) -> None:
    renew(home, exchange)
    program = keyring.parent / "bin" / "secret-tool"
    works = program.read_text()
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(HomeError, match="unlock"):
        renew(home, pytest.fail)
    program.write_text(works)
    renew(home, exchange)


def test_a_copy_of_a_token_in_the_keyring_ends_the_device_too(
    home: AgentHome, exchange: Exchange, keyring: Path
) -> None:
    renew(home, exchange)
    (kept,) = keyring.iterdir()
    copied = kept.read_text()
    renew(home, exchange)
    renew(home, exchange)
    with pytest.raises(RefusedError, match="used twice"):
        exchange(copied)
    with pytest.raises(RefusedError, match="was revoked"):
        renew(home, exchange)


def test_another_certificate_is_trusted_without_losing_the_token_in_the_keyring(
    home: AgentHome, exchange: Exchange, keyring: Path
) -> None:
    renew(home, exchange)
    with home.files.renewing() as enrolment:
        home.files.write(replace(enrolment, pin="ab" * 32))
    assert home.enrolment().pin == "ab" * 32
    renew(home, exchange)
