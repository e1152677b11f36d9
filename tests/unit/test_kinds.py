from datetime import UTC, datetime

import pytest

from data.clock import CorrectedClock, from_iso, to_iso
from data.errors import AmbiguousError, BadValueError, NotFoundError
from data.fields import Json
from data.finding import find_one
from data.kinds import AREA, CUSTOMER, KINDS, OUTAGE
from data.masking import for_caches, mask_phone
from data.rights import RIGHTS, ROLES, ForbiddenError, check
from data.store.set_hash import SetSum, row_hash, same_sums
from data.store.store import Store
from tests.stores import NOON, SetClock


def test_what_a_kind_refers_to_is_a_kind_and_every_kind_begins_with_its_id() -> None:
    for kind in KINDS.values():
        assert kind.fields[0].name == "id"
        assert {field.target for field in kind.fields} - {""} <= set(KINDS)
        assert set(kind.codes) <= set(kind.by_name)


def test_a_canonical_document_has_every_field_and_is_its_own_canonical_form() -> None:
    doc = AREA.canonical({"id": " A1 ", "name": "塔山乡", "aliases": ["乙", "甲", "乙", ""]})
    assert list(doc) == [field.name for field in AREA.fields]
    assert doc == AREA.canonical(doc)
    assert (doc["id"], doc["aliases"], doc["code"]) == ("A1", ["乙", "甲"], None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", ["x"]),
        ("contract_kva", "many"),
        ("contract_kva", "nan"),
        ("importance", "huge"),
        ("high_risk", "maybe"),
        ("name", "坏\ud800字"),
        ("name", "a\x00b"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_the_field_named(field: str, value: Json) -> None:
    with pytest.raises(BadValueError) as refused:
        CUSTOMER.canonical({"id": "1", "name": "x", field: value})
    assert refused.value.field == field


def test_times_are_kept_in_utc_to_the_second() -> None:
    doc = OUTAGE.canonical(
        {
            "id": "1",
            "kind": "fault",
            "start": "2026-11-22T14:00:00.9+08:00",
            "etr": "2026-11-22T07:00:00Z",
            "reason": "r",
            "scope": {},
            "revisions": [],
        }
    )
    assert (doc["start"], doc["etr"]) == ("2026-11-22T06:00:00Z", "2026-11-22T07:00:00Z")


@pytest.mark.parametrize("text", ["2026-11-22T14:00:00", "2026-11-22", "14:00", "", "now", "2026-13-01T00:00:00Z"])
def test_a_time_without_a_zone_or_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadValueError, match="such as 2026-11-22T14:00:00"):
        from_iso(text)


def test_a_moment_survives_text_and_a_naive_one_is_no_moment() -> None:
    assert from_iso(to_iso(NOON)) == NOON
    with pytest.raises(ValueError, match="without a time zone"):
        to_iso(datetime(2026, 1, 1))  # noqa: DTZ001 - the point


def test_a_corrected_clock_tells_the_hubs_time() -> None:
    wrong = SetClock(datetime(2020, 1, 1, tzinfo=UTC))
    clock = CorrectedClock(wrong)
    clock.observe(NOON)
    wrong.pass_time(seconds=90)
    assert (clock.now() - NOON).total_seconds() == 90


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13812345678", "138****5678"), ("0429-3112345", "042*****2345"), ("95598", "***98"), ("12", "12"), ("1", "1")],
)
def test_a_phone_shows_no_more_than_tells_two_apart(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


def test_only_a_customers_phone_is_masked() -> None:
    customer = CUSTOMER.canonical({"id": "1", "name": "张伟", "address": "塔山乡1号", "phone": "13812345678"})
    assert for_caches(CUSTOMER, customer) == {**customer, "phone": "138****5678"}
    contact = KINDS["contact"].canonical({"id": "K", "name": "王", "phone": "13904290001", "role": "repair_crew"})
    assert for_caches(KINDS["contact"], contact) == contact


def test_every_role_may_do_exactly_what_the_table_says() -> None:
    for act, allowed in RIGHTS.items():
        assert allowed <= set(ROLES)
        for role in ROLES:
            if role in allowed:
                check(role, act)
            else:
                with pytest.raises(ForbiddenError, match=f"the role {role} may not"):
                    check(role, act)


def test_agents_may_not_set_outages() -> None:
    assert "agent" not in RIGHTS["set_outage"]


def test_a_set_sum_forgets_order_and_takes_back_what_it_was_given() -> None:
    hashes = [row_hash(AREA, AREA.canonical({"id": str(n), "name": "x"})) for n in range(3)]
    forwards, backwards = SetSum(), SetSum()
    for one in hashes:
        forwards = forwards.plus(one)
    for one in reversed(hashes):
        backwards = backwards.plus(one)
    assert forwards == backwards == SetSum.from_json(forwards.to_json())
    assert forwards.minus(hashes[1]).minus(hashes[0]).minus(hashes[2]) == SetSum()
    assert same_sums({("global", "area"): SetSum()}, {})
    assert not same_sums({("global", "area"): forwards}, {("global", "area"): forwards.minus(hashes[0])})


def test_a_record_is_found_by_id_before_number_and_code_in_any_case(store: Store) -> None:
    with store.write("test", "a feeder whose id is another's number") as writing:
        writing.put("feeder", {"id": "617", "number": "9", "name": "偏线", "branch": "B1"})
    with store.read() as connection:
        assert find_one(connection, "feeder", " 617 ") == "617"
        assert find_one(connection, "area", "TSX") == "A1"
        assert find_one(connection, "transformer_area", "高桥1号公变") == "T3"
        with pytest.raises(AmbiguousError, match=r"give one of the ids F1 .*, F2 "):
            find_one(connection, "feeder", "616")
        with pytest.raises(NotFoundError, match="no customer has the id"):
            find_one(connection, "customer", "")
